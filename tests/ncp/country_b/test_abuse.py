"""What our own professionals ask of other countries is watched too.

Spec: eHDSI CP-059 (country B) / fact sheet 06 4.3.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from ncp.country_b.initiating_gateway import TreatmentGateway
from ncp.country_b.treatment import SoughtPatient
from ncp.errors import PeerUnavailable, Refusal
from ncp.restraint import STANDARD, Action, HeldBack, RuleSet
from tests.ncp.audit.event_check import check
from tests.ncp.audit.event_table import ABUSE
from tests.ncp.country_a.scene import DOCTOR, EVA, MATRICULE
from tests.ncp.country_b.scene import LUXEMBOURG, CountryB
from trust.identifiers import PatientId


def watch(country: CountryB, name: str, action: Action = Action.ALERT) -> None:
    """Have one of the standard rules alone, bearing two."""
    (rule,) = [each for each in STANDARD if each.name == name]
    rules = RuleSet((replace(rule, action=action, most=2),))
    country.gateway = TreatmentGateway(replace(country.services, restraint=rules))


def ask(country: CountryB, patient: PatientId = EVA, **changes: object) -> int:
    doctor = replace(DOCTOR, **changes)
    found = country.gateway.identify(doctor, LUXEMBOURG, SoughtPatient((patient,)))
    return len(found.patients)


def alerts(country: CountryB) -> list[bytes]:
    return [each.dicom for each in country.store.audit_trail() if each.event == "abuse"]


@pytest.mark.spec("eHDSI CP-059")
@pytest.mark.parametrize("name", [name for name, side in ABUSE if side == "B"])
def test_more_requests_than_are_expected_are_told_and_made(country_b, name):
    watch(country_b, name)
    assert [ask(country_b) for _ in range(4)] == [1] * 4
    assert len(alerts(country_b)) == 1
    check(ABUSE[name, "B"], country_b.store.audit_trail())


@pytest.mark.spec("eHDSI CP-059")
def test_a_point_of_care_that_asks_more_than_expected_is_told_of(country_b):
    watch(country_b, "cp-059-point-of-care")
    for number in range(4):
        assert ask(country_b, identifier=f"doctor-{number}") == 1
    (alert,) = alerts(country_b)
    assert b"_FOR_UNIQUE_POINT_OF_CARE" in alert


def test_who_asks_for_many_who_do_not_exist_is_told_of(country_b):
    watch(country_b, "unknown-patients-of-our-own")
    for number in range(3):
        assert ask(country_b, PatientId(MATRICULE, f"x{number}")) == 0
    assert len(alerts(country_b)) == 1


def test_who_is_held_back_sends_nothing(country_b):
    watch(country_b, "cp-059-point-of-care", Action.THROTTLE)
    ask(country_b)
    ask(country_b)
    with pytest.raises(HeldBack) as held:
        ask(country_b)
    assert held.value.refusal is Refusal.TOO_MANY_REQUESTS
    assert len(country_b.line.sent) == 2
    assert ask(country_b, organization_id="urn:oid:1.2.208.8") == 1


def test_a_question_without_an_answer_counts_too(country_b):
    watch(country_b, "cp-059-point-of-care")
    for _ in range(3):
        country_b.line.faults = [
            PeerUnavailable(Refusal.PEER_UNREACHABLE, "the line is cut")
        ] * 2
        with pytest.raises(PeerUnavailable):
            ask(country_b)
    assert len(alerts(country_b)) == 1
