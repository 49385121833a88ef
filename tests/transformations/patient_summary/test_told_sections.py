"""Sections that CDA carries in words: plans, directives, alerts."""

import pytest

from tests.transformations.patient_summary.documents import schema
from tests.transformations.patient_summary.observed import quantity
from tests.transformations.patient_summary.summaries import (
    PATIENT,
    SCT,
    carry,
    concept,
    status,
    url,
)
from transformations.mapping import Fate


def told(*resources, others=()):
    result = carry(*resources, others=others)
    assert schema().validate(result.cda), schema().error_log[:3]
    return result


def words(result, code):
    return " ".join(result.said(code).split())


def about(kind, **more):
    subject = (
        "patient" if kind in {"Consent", "ImmunizationRecommendation"} else "subject"
    )
    return {
        "resourceType": kind,
        "id": "x",
        subject: {"reference": PATIENT},
        **more,
    }


@pytest.mark.spec("eHDSI EH.2.8")
def test_a_plan_is_told_with_its_activities_and_goals():
    plan = about(
        "CarePlan",
        status="active",
        intent="plan",
        activity=[
            {
                "detail": {
                    "status": "scheduled",
                    "code": concept("229065009", SCT, "Exercise therapy"),
                    "reasonCode": [{"text": "knee"}],
                }
            }
        ],
        goal=[{"reference": url(4)}],
    )
    goal = about(
        "Goal",
        id="g",
        lifecycleStatus="active",
        description={"text": "walk again"},
        target=[{"detailQuantity": quantity(5, "km"), "dueDate": "2025-01-01"}],
    )
    result = told(plan, others=[goal])
    said = words(result, "18776-5")
    for part in (
        "Exercise therapy (SNOMED CT 229065009)",
        "knee",
        "walk again",
        "5 km",
    ):
        assert part in said
    section = "//c:section[c:code/@code='18776-5']"
    assert result.find(f"{section}/c:entry") == []
    assert len(result.find(f"{section}/c:templateId")) == 2
    assert result.fate("activity[0].detail.code.coding[0].code") is Fate.NARRATIVE


def test_what_must_not_be_done_is_told_as_such():
    plan = about(
        "CarePlan",
        status="active",
        intent="plan",
        activity=[
            {
                "detail": {
                    "status": "scheduled",
                    "doNotPerform": True,
                    "code": {"text": "MRI"},
                }
            }
        ],
    )
    assert "Not to be done: yes ; Activity: MRI" in words(told(plan), "18776-5")


def test_a_recommended_vaccine_is_told_with_its_date():
    advice = about(
        "ImmunizationRecommendation",
        date="2025-10-22",
        recommendation=[
            {
                "vaccineCode": [concept("1181000221105", SCT, "Influenza vaccine")],
                "forecastStatus": status("immunization-recommendation-status", "due"),
                "dateCriterion": [
                    {"code": {"text": "due"}, "value": "2025-10-01"},
                ],
            }
        ],
    )
    said = words(told(advice), "18776-5")
    assert "Influenza vaccine" in said
    assert "2025-10-01" in said


@pytest.mark.spec("eHDSI EH.2.16")
def test_a_directive_is_told_and_denial_is_not_left_out():
    directive = about(
        "Consent",
        status="active",
        scope=concept("adr", "http://terminology.hl7.org/CodeSystem/consentscope"),
        category=[{"text": "Do not resuscitate"}],
        dateTime="2023-04-01",
        provision={"type": "deny"},
    )
    result = told(directive)
    said = words(result, "42348-3")
    for part in ("Do not resuscitate", "Provision: deny", "2023-04-01"):
        assert part in said
    section = "//c:section[c:code/@code='42348-3']"
    assert result.find(f"{section}/c:entry") == []


def test_an_alert_is_told_in_a_section_without_template_before_all_others():
    alert = about("Flag", status="active", code=concept("1", SCT, "Difficult airway"))
    result = told(alert)
    assert "Difficult airway" in words(result, "104605-1")
    codes = result.find("//c:section/c:code/@code")
    assert codes[0] == "104605-1"


@pytest.mark.parametrize("kind", ["CarePlan", "Consent", "Flag"])
def test_what_was_entered_in_error_is_not_told(kind):
    mistake = about(kind, status="entered-in-error", code={"text": "Wrong"})
    if kind != "Flag":
        del mistake["code"]
    result = carry(mistake)
    assert "Wrong" not in result.result.document.decode()
    assert result.find("//c:section[c:code/@code='104605-1']") == []


def test_a_modifier_is_never_overlooked():
    alert = about(
        "Flag",
        status="active",
        code={"text": "Airway"},
        modifierExtension=[{"url": "https://example.org/not", "valueBoolean": True}],
    )
    result = told(alert)
    assert "Airway" not in words(result, "104605-1")
    assert "left out; ask the source" in words(result, "104605-1")
