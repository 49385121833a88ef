"""Social history and functional status."""

import pytest

from tests.transformations.patient_summary.documents import schema
from tests.transformations.patient_summary.observed import (
    LOINC,
    by_template,
    observed,
    quantity,
)
from tests.transformations.patient_summary.summaries import (
    PATIENT,
    SCT,
    carry,
    concept,
)

SOCIAL, FUNCTIONAL = "29762-2", "47420-5"
HABIT = by_template("observation", 23)


def within(section, *resources):
    result = carry(*resources, within=section)
    assert schema().validate(result.cda), schema().error_log[:3]
    return result


@pytest.mark.spec("eHDSI EH.3.23")
def test_a_habit_has_the_code_of_the_template_beside_its_own():
    smoker = observed("72166-2", valueCodeableConcept=concept("77176002", SCT))
    result = within(SOCIAL, smoker)
    assert result.one(f"{HABIT}/c:code/@code") == "229819007"
    assert result.one(f"{HABIT}/c:code/c:translation/@code") == "72166-2"
    assert result.one(f"{HABIT}/c:value/@code") == "77176002"
    assert result.one(f"{HABIT}/c:effectiveTime/c:low/@value") == "20240504"


def test_an_amount_stays_an_amount_over_its_period():
    drinks = observed("1", valueQuantity=quantity(2, "{drinks}/d"))
    drinks["code"] = concept("897148007", SCT, "Alcoholic beverage intake")
    del drinks["effectiveDateTime"]
    drinks["effectivePeriod"] = {"start": "2010", "end": "2020"}
    result = within(SOCIAL, drinks)
    assert result.one(f"{HABIT}/c:value/@unit") == "{drinks}/d"
    assert result.one(f"{HABIT}/c:effectiveTime/c:high/@value") == "2020"
    assert result.find(f"{HABIT}/c:code/c:translation") == []


def test_a_habit_of_which_the_beginning_is_unknown_says_so():
    silent = observed("72166-2", valueString="former")
    del silent["effectiveDateTime"]
    result = within(SOCIAL, silent)
    assert result.one(f"{HABIT}/c:effectiveTime/c:low/@nullFlavor") == "UNK"


def test_a_habit_the_template_does_not_know_is_a_result_without_its_promise():
    result = within(SOCIAL, observed("1-8", valueString="sings"))
    section = f"//c:section[c:code/@code='{SOCIAL}']"
    assert result.find(f"{section}/c:templateId") == []
    assert result.one(f"{by_template('observation', 43)}/c:value").text == "sings"


@pytest.mark.spec("eHDSI EH.3.39, EH.3.40")
def test_an_ability_has_the_templates_of_its_section():
    result = within(FUNCTIONAL, observed("75246-9", valueString="walks alone"))
    organizer, part = by_template("organizer", 39), by_template("observation", 40)
    assert result.one(f"{organizer}/c:code/@code") == "75246-9"
    assert result.one(f"{part}/c:value").text == "walks alone"
    assert result.one(f"{part}/c:id/@root")
    assert result.find(by_template("observation", 43)) == []


def test_a_limiting_condition_is_a_problem_in_its_section():
    blind = {
        "resourceType": "Condition",
        "id": "c",
        "subject": {"reference": PATIENT},
        "code": concept("H54", "http://hl7.org/fhir/sid/icd-10", "Blindness"),
    }
    result = within(FUNCTIONAL, blind)
    section = f"//c:section[c:code/@code='{FUNCTIONAL}']"
    assert result.one(f"{section}//c:value/@code") == "H54"


def test_travels_are_results_in_a_section_without_template():
    result = within("10182-4", observed("82752-7", valueString="Brazil"))
    section = "//c:section[c:code/@code='10182-4']"
    assert result.find(f"{section}/c:templateId") == []
    assert result.one(f"{section}//c:value").text == "Brazil"
    assert result.find(f"{section}//c:code/@codeSystem")
    assert LOINC
