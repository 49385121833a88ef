"""What other countries ask is watched: what is too much is told, or held back.

Spec: eHDSI CP-059 / fact sheet 06 4.3, 6.2.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from ncp.errors import Refusal
from ncp.ihe.codes import Transaction
from ncp.ihe.iti55_xcpd import read_patient_discovery_response
from ncp.restraint import STANDARD, Action, RuleSet
from tests.ncp.audit.event_check import check
from tests.ncp.audit.event_table import ABUSE
from tests.ncp.country_a.scene import (
    DANISH_HOME,
    DENMARK,
    DOCTOR,
    EVA,
    LUC,
    MATRICULE,
    CountryA,
    discovery,
    understood,
)
from trust.assertions import PurposeOfUse, build_hcp_assertion
from trust.identifiers import PatientId

cp_059 = pytest.mark.spec("eHDSI CP-059")


def only(name: str, action: Action = Action.ALERT, most: int = 2) -> RuleSet:
    """One of the standard rules, bearing less."""
    (rule,) = [each for each in STANDARD if each.name == name]
    return RuleSet((replace(rule, action=action, most=most),))


@pytest.fixture
def watched_by(tmp_path) -> Iterator[Callable[[RuleSet], CountryA]]:
    made: list[CountryA] = []

    def make(rules: RuleSet) -> CountryA:
        made.append(CountryA(tmp_path, restraint=rules))
        return made[-1]

    yield make
    for each in made:
        each.store.close()


def alerts(country: CountryA) -> list[bytes]:
    return [each.dicom for each in country.store.audit_trail() if each.event == "abuse"]


def ask_for(country: CountryA, patient: PatientId, **changes: object) -> bool:
    """Ask for somebody as a professional who differs from the usual one."""
    hcp = build_hcp_assertion(
        replace(DOCTOR, **changes),
        country=DENMARK,
        home_community_id=DANISH_HOME,
        key=country.seal,
        now=country.clock.now(),
        assertion_id=uuid.uuid4(),
        lifetime=timedelta(hours=4),
    )
    answer = country.send(Transaction.ITI_55, discovery(patient), [hcp])
    return bool(read_patient_discovery_response(understood(answer).body).matches)


# CP-059 ------------------------------------------------------------------------------


@cp_059
@pytest.mark.parametrize("name", ["cp-059-all", "cp-059-patient"])
def test_more_requests_than_are_expected_are_told_and_answered(watched_by, name):
    country = watched_by(only(name))
    assert [ask_for(country, EVA) for _ in range(4)] == [True] * 4
    (alert,) = alerts(country)
    check(ABUSE[name, "A"], country.store.audit_trail())
    assert b"doctor-1" in alert, "who asked is told to who reads the trail"
    assert EVA.extension.encode() not in alert


@cp_059
def test_patients_are_counted_each_alone(watched_by):
    country = watched_by(only("cp-059-patient"))
    for patient in (EVA, LUC, EVA, LUC):
        ask_for(country, patient)
    assert alerts(country) == []


# Who looks around --------------------------------------------------------------------


def test_who_counts_identifiers_up_is_told_of(watched_by):
    country = watched_by(only("neighbouring-identifiers"))
    for number in range(4):
        assert not ask_for(country, PatientId(MATRICULE, f"19990101{number}0000"))
    assert alerts(country) == []
    for number in range(4, 7):
        ask_for(country, PatientId(MATRICULE, f"199901010{number}000"))
        ask_for(country, PatientId(MATRICULE, f"199901010{number}100"))
    assert len(alerts(country)) == 1


def test_a_house_that_asks_for_many_who_do_not_exist_is_told_of(watched_by):
    country = watched_by(only("unknown-identifiers-of-organisation"))
    for number in range(3):
        ask_for(country, PatientId(MATRICULE, f"x{number}"), identifier=f"d-{number}")
    assert len(alerts(country)) == 1


def test_who_identifies_many_and_treats_none_is_told_of(watched_by):
    country = watched_by(only("unfollowed-patients", most=1))
    ask_for(country, EVA)
    country.list_documents(EVA)
    ask_for(country, LUC)
    assert alerts(country) == [], "the first one was treated"
    ask_for(country, EVA)
    assert len(alerts(country)) == 1


def test_who_tries_ids_of_documents_is_told_of(watched_by):
    country = watched_by(only("unknown-documents"))
    for number in range(3):
        country.retrieve(EVA, f"2.25.{number}")
    assert len(alerts(country)) == 1


def test_who_asks_for_many_who_do_not_consent_is_told_of(watched_by):
    country = watched_by(only("refused-consents"))
    country.nation.consent_given = False
    for _ in range(3):
        assert not ask_for(country, EVA)
    assert len(alerts(country)) == 1


def test_who_states_many_emergencies_is_told_of(watched_by):
    country = watched_by(only("emergencies"))
    for _ in range(3):
        ask_for(country, EVA, purpose_of_use=PurposeOfUse.EMERGENCY)
        ask_for(country, EVA)
    assert len(alerts(country)) == 1


def test_a_professional_who_is_everywhere_is_told_of(watched_by):
    country = watched_by(only("points-of-care"))
    for number in range(3):
        ask_for(country, EVA, organization_id=f"urn:oid:1.2.208.{number}")
    assert len(alerts(country)) == 1


# What a country decides about it -----------------------------------------------------


def test_a_country_may_hold_back_whatever_is_counted(watched_by):
    country = watched_by(only("cp-059-patient", Action.THROTTLE))
    assert ask_for(country, EVA)
    assert ask_for(country, EVA)
    answer = country.identify(EVA)
    assert answer.status == 503
    assert b"ERROR_GENERIC" in answer.payload.body
    assert country.conditions()[-1] == Refusal.TOO_MANY_REQUESTS
    assert ask_for(country, LUC)
    assert len(alerts(country)) == 1
    country.clock.moment += timedelta(minutes=15)
    assert ask_for(country, EVA)


def test_a_patient_is_held_back_whichever_service_is_asked(watched_by):
    (rule,) = only("cp-059-patient", Action.BLOCK)
    country = watched_by(RuleSet((replace(rule, transactions=frozenset(Transaction)),)))
    ask_for(country, EVA)
    country.list_documents(EVA)
    assert country.list_documents(EVA).status == 503
    assert country.list_documents(LUC).status == 200


def test_what_is_held_back_is_recorded_and_counts_no_further(watched_by):
    country = watched_by(only("cp-059-all", Action.THROTTLE))
    for _ in range(9):
        country.identify(EVA)
    assert len(country.records()) == 9
    country.clock.moment += timedelta(minutes=61)
    assert ask_for(country, EVA)


def test_who_is_not_believed_counts_for_nobody(watched_by):
    country = watched_by(only("cp-059-all", Action.THROTTLE))
    for _ in range(4):
        country.send(Transaction.ITI_55, discovery(EVA), [])
    assert ask_for(country, EVA)


def test_where_nothing_can_be_counted_nothing_is_answered(watched_by):
    country = watched_by(only("cp-059-all"))
    with country.store._engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE restraint_counts")
    assert country.identify(EVA).status == 500
    assert country.records() == []
