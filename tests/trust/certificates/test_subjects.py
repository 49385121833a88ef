"""Rules about subjects: what they permit, and which rules are no rules."""

from __future__ import annotations

import pytest

from tests.trust.certificates.authorities import EVIL, KELA, commercial
from trust.certificates import AuthorityPin, PinStore, Purpose, SubjectRule
from trust.identifiers import CountryCode


def pin(country: str, rule: dict[str, str]) -> AuthorityPin:
    return AuthorityPin(
        CountryCode(country), Purpose.SEAL, "a" * 64, SubjectRule.of(rule), country
    )


@pytest.mark.parametrize(
    ("rule", "subject", "permitted"),
    [
        ({"O": "Kela"}, KELA, True),
        ({"O": "Kela", "C": "FI"}, KELA, True),
        ({"C": "fi", "O": "Kela"}, KELA, True),
        ({"organizationIdentifier": "VATFI-02462460"}, KELA, True),
        ({"organizationIdentifier": "VATFI-02462460"}, EVIL, False),
        ({"CN": "Kela"}, EVIL, True),
        ({"CN": "Kela", "O": "Kela"}, EVIL, False),
        ({"O": "kela"}, KELA, False),
        ({"C": "12", "O": "Kela"}, KELA, False),
        ({"O": "Kel"}, KELA, False),
        ({"O": "Kela", "OU": "eHealth"}, KELA, False),
        ({"O": "\u041aela"}, KELA, False),
    ],
)
def test_every_attribute_of_the_rule_must_be_there_as_it_stands(
    rule, subject, permitted
):
    leaf = commercial().leaf(subject)
    assert SubjectRule.of(rule).permits(leaf) is permitted


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ({}, "needs O, CN or organizationIdentifier"),
        ({"C": "FI"}, "needs O, CN or organizationIdentifier"),
        ({"C": "FI", "OU": "eHealth"}, "other customers"),
        ({"O": " "}, "a value"),
        ({"DC": "fi", "O": "Kela"}, "DC is no attribute"),
    ],
)
def test_a_rule_that_tells_nobody_apart_is_refused(rule, complaint):
    with pytest.raises(ValueError, match=complaint):
        SubjectRule.of(rule)


def test_an_attribute_is_named_once():
    with pytest.raises(ValueError, match="once"):
        SubjectRule((("O", "a"), ("O", "b")))


def test_rules_that_one_certificate_could_satisfy_for_two_countries_are_refused():
    with pytest.raises(ValueError, match="could satisfy both"):
        PinStore([], [pin("FI", {"O": "Kela"}), pin("SE", {"CN": "Kela"})])
    PinStore([], [pin("FI", {"O": "Kela", "C": "FI"}), pin("SE", {"O": "x"})])
    PinStore([], [pin("FI", {"O": "Kela"}), pin("FI", {"CN": "Kela"})])


def test_an_authority_needs_a_fingerprint():
    with pytest.raises(ValueError, match="fingerprint"):
        AuthorityPin(
            CountryCode("FI"), Purpose.SEAL, "x", SubjectRule.of({"O": "x"}), "y"
        )
