"""Procedures: done, not done, and when."""

import pytest

from tests.transformations.patient_summary.summaries import (
    PATIENT,
    SCT,
    carry,
    concept,
)
from transformations.mapping import Fate

ACT = "//c:procedure"


def procedure(**more):
    return {
        "resourceType": "Procedure",
        "id": "p1",
        "status": "completed",
        "subject": {"reference": PATIENT},
        "code": concept("80146002", SCT, "Appendectomy"),
        **more,
    }


def test_code_and_date_are_carried():
    result = carry(procedure(performedDateTime="2021-04-01"))
    assert result.one(f"{ACT}/c:code/@code") == "80146002"
    assert result.one(f"{ACT}/c:effectiveTime/@value") == "20210401"


def test_a_period_is_an_interval():
    period = {"start": "2021-04-01", "end": "2021-04-03"}
    result = carry(procedure(performedPeriod=period))
    assert result.one(f"{ACT}/c:effectiveTime/c:high/@value") == "20210403"


def test_a_date_that_is_missing_is_unknown_and_never_made_up():
    assert carry(procedure()).one(f"{ACT}/c:effectiveTime/@nullFlavor") == "UNK"


def test_a_date_in_words_is_told():
    result = carry(procedure(performedString="as a child"))
    assert "as a child" in result.said("47519-4")
    assert result.fate("performedString") is Fate.NARRATIVE


@pytest.mark.spec("eHDSI EH.3.26")
@pytest.mark.parametrize(
    ("fhir", "code"),
    [
        ("completed", "completed"),
        ("in-progress", "active"),
        ("stopped", "aborted"),
        ("not-done", "cancelled"),
    ],
)
def test_the_status_is_a_status_of_acts(fhir, code):
    result = carry(procedure(status=fhir))
    assert result.one(f"{ACT}/c:statusCode/@code") == code
    assert result.find(f"{ACT}/@negationInd") == []


def test_what_was_not_done_is_said_in_words_too():
    assert "Not done" in carry(procedure(status="not-done")).said("47519-4")


def test_an_unknown_status_claims_nothing():
    result = carry(procedure(status="unknown"))
    assert result.one(f"{ACT}/c:statusCode/@nullFlavor") == "UNK"


def test_what_was_entered_in_error_is_not_written():
    result = carry(procedure(status="entered-in-error"))
    assert result.one(f"{ACT}/c:code/@code") == "no-procedure-info"


def test_a_reason_is_an_observation_beside_it():
    reason = {
        "text": "Appendicitis",
        **concept("K35", "http://hl7.org/fhir/sid/icd-10"),
    }
    result = carry(procedure(reasonCode=[reason]))
    observation = f"{ACT}/c:entryRelationship[@typeCode='RSON']/c:observation"
    assert result.one(f"{observation}/c:value/@code") == "K35"
    assert "Appendicitis" in result.said("47519-4")


def test_outcome_and_complications_are_told():
    result = carry(
        procedure(outcome={"text": "good"}, complication=[{"text": "bleeding"}])
    )
    assert "good" in result.said("47519-4")
    assert "bleeding" in result.said("47519-4")


@pytest.mark.parametrize(
    ("system", "code", "written"),
    [
        (SCT, "787480003", "no-known-procedures"),
        (
            "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips",
            "no-known-procedure",
            "no-known-procedures",
        ),
    ],
)
def test_an_absence_is_stated(system, code, written):
    result = carry(procedure(code=concept(code, system)))
    assert result.one(f"{ACT}/c:code/@code") == written
    assert result.one(f"{ACT}/c:effectiveTime/@nullFlavor") == "NA"
