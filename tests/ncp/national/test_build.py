"""The adapter as the composition root gets it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ncp.errors import ConfigurationError
from ncp.national.build import NationalConfiguration, build_national
from ncp.national.fhir_consent import ConsentDefault
from ncp.national.luxembourg.matricule import MatriculeRule
from trust.identifiers import Oid, PatientId

INVALID = PatientId(Oid("1.3.182.4.4"), "1893120105733")
VALID = PatientId(Oid("1.3.182.4.4"), "1893120105732")
ELSEWHERE = PatientId(Oid("1.3.182.2.4.2"), "1893120105733")


class Noon:
    def now(self):
        return datetime(2026, 3, 15, 12, tzinfo=UTC)


def build(server, warnings, **changes):
    configuration = NationalConfiguration(server.base, **changes)
    return build_national(configuration, Noon(), warn=warnings.append)


@pytest.mark.parametrize(
    ("rule", "identifier", "asks", "warns"),
    [
        (MatriculeRule.OFF, INVALID, True, False),
        (MatriculeRule.WARN, INVALID, True, True),
        (MatriculeRule.REFUSE, INVALID, False, True),
        (MatriculeRule.REFUSE, VALID, True, False),
        (MatriculeRule.REFUSE, ELSEWHERE, True, False),
    ],
)
def test_the_matricule_rule_is_off_warns_or_refuses(
    server, rule, identifier, asks, warns
):
    warnings = []
    server.on_search("Patient")
    national = build(server, warnings, matricule=rule)
    assert national.patients.find([identifier]) == ()
    assert bool(server.requests) is asks
    assert bool(warnings) is warns
    assert identifier.extension not in "".join(warnings)


def test_a_base_url_that_cannot_be_right_stops_the_start():
    with pytest.raises(ConfigurationError):
        build_national(NationalConfiguration("fhir.example"), Noon())


def test_an_authority_that_cannot_be_read_stops_the_start(tmp_path):
    configuration = NationalConfiguration(
        "https://fhir.example/r4", tls_authorities=(tmp_path / "none.pem",)
    )
    with pytest.raises(ConfigurationError) as stopped:
        build_national(configuration, Noon())
    assert "tls_authorities" in stopped.value.remedy


def test_the_token_does_not_show_in_a_repr():
    assert "s3cret" not in repr(
        NationalConfiguration("https://x.example", token="s3cret")
    )


def test_consent_is_denied_by_default():
    configuration = NationalConfiguration("https://x.example")
    assert configuration.consent_default is ConsentDefault.DENY
