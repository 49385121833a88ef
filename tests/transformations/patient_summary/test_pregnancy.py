"""Pregnancy: status, expected date, dates and outcomes."""

import pytest

from tests.transformations.patient_summary.documents import schema
from tests.transformations.patient_summary.observed import (
    LOINC,
    by_template,
    observed,
    quantity,
)
from tests.transformations.patient_summary.summaries import SCT, carry, concept, url

PREGNANCY = "10162-6"
STATUS = by_template("observation", 45)
DUE = by_template("observation", 24)
OUTCOME = by_template("observation", 46)


def pregnancy(*resources, others=()):
    result = carry(*resources, others=others, within=PREGNANCY)
    assert schema().validate(result.cda), schema().error_log[:3]
    return result


def status(code="LA15173-0", system=LOINC, **more):
    return observed(
        "82810-3", valueCodeableConcept=concept(code, system, "Pregnant"), **more
    )


@pytest.mark.spec("eHDSI EH.3.45")
@pytest.mark.parametrize(
    ("system", "code", "written"),
    [
        (LOINC, "LA15173-0", "77386006"),
        (LOINC, "LA26683-5", "60001007"),
        (LOINC, "LA4489-6", "261665006"),
        (SCT, "127364007", "127364007"),
    ],
)
def test_the_status_is_one_of_the_codes_of_the_template(system, code, written):
    result = pregnancy(status(code, system))
    assert result.one(f"{STATUS}/c:value/@code") == written
    assert result.one(f"{STATUS}/c:code/@code") == "82810-3"
    assert result.one(f"{STATUS}/c:effectiveTime/@value") == "20240504"
    assert result.one(f"{STATUS}/../@typeCode") == "COMP"


def test_an_unknown_status_is_a_result_under_its_own_code():
    result = pregnancy(status("1", "urn:oid:2.999.1"))
    assert result.find(STATUS) == []
    assert result.one(f"{by_template('observation', 43)}/c:value/@code") == "1"


@pytest.mark.spec("eHDSI EH.3.24")
def test_the_expected_date_stands_in_the_status_that_names_it():
    due = observed("11778-8", valueDateTime="2024-12-01")
    result = pregnancy(due, status(hasMember=[{"reference": url(3)}]))
    assert result.one(f"{STATUS}/c:entryRelationship/c:observation/c:value/@value")
    assert len(result.find(DUE)) == 1
    assert len(result.find(f"//c:section[c:code/@code='{PREGNANCY}']/c:entry")) == 1


def test_an_expected_date_that_no_status_names_stands_alone():
    result = pregnancy(observed("11779-6", valueDateTime="2024-12-01"))
    assert result.one(f"{DUE}/c:value/@value") == "20241201"
    assert result.one(f"{DUE}/c:code/@code") == "11779-6"


def test_a_second_expected_date_is_not_lost():
    first = observed("11778-8", valueDateTime="2024-12-01")
    second = observed("11779-6", valueDateTime="2024-12-09")
    named = [{"reference": url(4)}, {"reference": url(5)}]
    result = pregnancy(status(hasMember=named), first, second)
    assert result.find(f"{DUE}/c:value/@value") == ["20241201", "20241209"]


@pytest.mark.spec("eHDSI EH.3.46")
@pytest.mark.parametrize(
    ("code", "system", "value", "written"),
    [
        (
            "281050002",
            SCT,
            {"valueQuantity": quantity(2, "1")},
            ("281050002", "2", []),
        ),
        ("11614-5", LOINC, {"valueInteger": 1}, ("17369002", "1", ["11614-5"])),
    ],
)
def test_an_outcome_is_the_code_and_its_number_the_value(code, system, value, written):
    result = pregnancy(observed("1", **value) | {"code": concept(code, system)})
    outcome, number, own = written
    assert result.one(f"{OUTCOME}/c:code/@code") == outcome
    assert result.one(f"{OUTCOME}/c:value/@value") == number
    assert result.find(f"{OUTCOME}/c:code/c:translation/@code") == own


def test_a_count_of_births_is_not_taken_for_livebirths():
    result = pregnancy(observed("11636-8", valueInteger=2))
    assert result.find(OUTCOME) == []
    assert result.one(f"{by_template('observation', 43)}/c:code/@code") == "11636-8"


@pytest.mark.spec("eHDSI EH.3.47")
def test_an_earlier_delivery_has_its_date():
    result = pregnancy(observed("93857-1", valueDateTime="2019-03"))
    date = by_template("observation", 47)
    assert result.one(f"{date}/c:value/@value") == "201903"
