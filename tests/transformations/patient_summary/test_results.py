"""Results: values of every kind, panels, reports, the blood group."""

import pytest

from tests.transformations.patient_summary.documents import schema
from tests.transformations.patient_summary.observed import (
    by_template,
    loinc,
    observed,
    quantity,
)
from tests.transformations.patient_summary.summaries import (
    PATIENT,
    SCT,
    TYPE,
    carry,
    concept,
    url,
)
from transformations.mapping import Fate, Severity

RESULTS = "30954-2"
SECTION = f"//c:section[c:code/@code='{RESULTS}']"
ORGANIZER = by_template("organizer", 42)
PART = by_template("observation", 43)


def results(*resources, **more):
    result = carry(*resources, within=RESULTS, **more)
    assert schema().validate(result.cda), schema().error_log[:3]
    return result


def said(result):
    return " ".join(result.said(RESULTS).split())


@pytest.mark.spec("eHDSI EH.3.42, EH.3.43")
def test_a_result_is_an_organizer_with_one_component():
    result = results(observed("4548-4", valueQuantity=quantity(6.5, "%")))
    assert result.one(f"{ORGANIZER}/c:code/@code") == "4548-4"
    assert result.one(f"{PART}/c:code/@code") == "4548-4"
    assert result.one(f"{PART}/c:value/@value") == "6.5"
    assert result.one(f"{PART}/c:value/@unit") == "%"
    assert result.one(f"{PART}/c:effectiveTime/@value") == "20240504"
    assert result.one(f"{PART}/c:statusCode/@code") == "completed"
    assert "Value: 6.5 %" in said(result)


@pytest.mark.parametrize(
    ("element", "value", "kind", "path", "written"),
    [
        ("valueCodeableConcept", concept("260373001"), "CD", "@code", "260373001"),
        ("valueString", "cloudy", "ST", "text()", "cloudy"),
        ("valueInteger", 3, "INT", "@value", "3"),
        ("valueBoolean", True, "BL", "@value", "true"),
        (
            "valueRange",
            {"low": quantity(1, "mg"), "high": quantity(2, "mg")},
            "IVL_PQ",
            "c:high/@value",
            "2",
        ),
        (
            "valueRatio",
            {"numerator": quantity(1, "1"), "denominator": quantity(64, "1")},
            "RTO_PQ_PQ",
            "c:denominator/@value",
            "64",
        ),
        ("valueDateTime", "2024-01-02", "TS", "@value", "20240102"),
        (
            "valuePeriod",
            {"start": "2024-01", "end": "2024-02"},
            "IVL_TS",
            "c:low/@value",
            "202401",
        ),
        ("valueTime", "10:30:00", "ST", "text()", "10:30:00"),
    ],
)
def test_a_value_of_any_kind_keeps_its_kind(element, value, kind, path, written):
    result = results(observed("1-8", **{element: value}))
    assert result.one(f"{PART}/c:value").get(TYPE) == kind
    assert result.one(f"{PART}/c:value/{path}") == written


@pytest.mark.parametrize(
    ("comparator", "bound", "inclusive"),
    [("<", "high", "false"), ("<=", "high", None), (">", "low", "false")],
)
def test_a_limit_is_an_interval_and_never_a_plain_number(comparator, bound, inclusive):
    limited = quantity(5, "ng/L", comparator=comparator)
    result = results(observed("1-8", valueQuantity=limited))
    value = result.one(f"{PART}/c:value")
    assert value.get(TYPE) == "IVL_PQ"
    assert value.get("value") is None
    assert result.one(f"{PART}/c:value/c:{bound}").get("inclusive") == inclusive


@pytest.mark.parametrize(
    "value",
    [{"value": 155.4, "code": "cm"}, {"value": 155.4, "unit": "cm", "code": "cm"}],
)
def test_a_number_keeps_its_unit_even_without_a_system(value):
    result = results(observed("1-8", valueQuantity=value))
    unit = f"{PART}/c:value/c:translation/c:originalText"
    assert result.one(unit).text == "cm"
    assert "155.4 cm" in said(result)


def test_a_value_that_is_missing_says_why():
    base = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
    result = results(observed("1-8", dataAbsentReason=concept("masked", base, "x")))
    assert result.one(f"{PART}/c:value/@nullFlavor") == "MSK"
    assert results(observed("1-8")).one(f"{PART}/c:value/@nullFlavor") == "UNK"


@pytest.mark.spec("eHDSI EH.3.43 referenceRange")
def test_what_is_normal_is_a_range_and_the_judgement_a_code():
    high = concept(
        "H", "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
    )
    result = results(
        observed(
            "1-8",
            valueQuantity=quantity(7, "%"),
            interpretation=[high],
            referenceRange=[
                {"low": quantity(4, "%"), "high": quantity(6, "%"), "text": "usual"}
            ],
        )
    )
    limits = f"{PART}/c:referenceRange/c:observationRange"
    assert result.one(f"{limits}/c:value/c:low/@value") == "4"
    assert result.one(f"{limits}/c:interpretationCode/@code") == "N"
    assert result.one(f"{PART}/c:interpretationCode/@code") == "H"
    assert "Normal range: 4 % to 6 %" in said(result)
    assert "usual" in said(result)


@pytest.mark.parametrize(
    "more",
    [
        {
            "type": concept(
                "treatment",
                "http://terminology.hl7.org/CodeSystem/referencerange-meaning",
            )
        },
        {"appliesTo": [{"text": "dialysis"}]},
        {"age": {"low": quantity(60, "a")}},
    ],
)
def test_a_range_that_is_not_simply_normal_is_told_only(more):
    limits = {"low": quantity(4, "%"), "high": quantity(6, "%"), **more}
    result = results(
        observed("1-8", valueQuantity=quantity(7, "%"), referenceRange=[limits])
    )
    assert result.find(f"{PART}/c:referenceRange") == []
    assert "Range from: 4 %" in said(result)


@pytest.mark.spec("eHDSI EH.3.43 statusCode completed")
@pytest.mark.parametrize(
    "status", ["registered", "preliminary", "cancelled", "unknown", "odd"]
)
def test_what_is_not_final_is_told_and_no_entry(status):
    result = results(
        observed("1-8", status=status, valueQuantity=quantity(7, "%"), id="x")
    )
    assert result.find(f"{SECTION}/c:entry") == []
    assert f"Not final: {status}" in said(result)
    assert "7 %" in said(result)
    assert result.find(f"{SECTION}/c:templateId") == []
    assert result.fate("status") is Fate.NARRATIVE


@pytest.mark.parametrize("status", ["amended", "corrected"])
def test_what_was_changed_is_final_and_says_so(status):
    result = results(observed("1-8", status=status, valueQuantity=quantity(7, "%")))
    assert result.one(f"{PART}/c:value/@value") == "7"
    assert status.capitalize() in said(result)


def test_what_is_about_another_is_told_and_no_entry():
    foetus = observed(
        "882-1",
        focus=[{"display": "Foetus"}],
        valueCodeableConcept=concept("278147001", SCT, "O positive"),
    )
    result = results(foetus)
    assert result.find(f"{SECTION}/c:entry") == []
    assert "About another than the patient" in said(result)
    assert "Foetus" in said(result)


def test_a_result_without_code_is_told_and_no_entry():
    words = observed("1-8", valueString="fine")
    words["code"] = {"text": "Mood"}
    result = results(words)
    assert result.find(f"{SECTION}/c:entry") == []
    assert "Mood" in said(result)
    assert "fine" in said(result)


def test_the_parts_of_an_observation_are_components():
    panel = observed(
        "24331-1",
        component=[
            {"code": loinc("2093-3"), "valueQuantity": quantity(5, "mmol/L")},
            {"code": loinc("2571-8"), "valueQuantity": quantity(2, "mmol/L")},
        ],
    )
    result = results(panel)
    assert result.one(f"{ORGANIZER}/c:code/@code") == "24331-1"
    assert result.find(f"{PART}/c:code/@code") == ["2093-3", "2571-8"]
    assert result.find(f"{PART}/c:effectiveTime/@value") == ["20240504"] * 2


def test_the_members_of_a_panel_are_components_and_no_entries_of_their_own():
    member = observed("2093-3", valueQuantity=quantity(5, "mmol/L"))
    inner = observed(
        "2571-8",
        valueQuantity=quantity(2, "mmol/L"),
        effectiveDateTime="2024-05-05",
        note=[{"text": "fasting"}],
    )
    panel = observed(
        "24331-1", hasMember=[{"reference": url(3)}, {"reference": url(5)}]
    )
    result = results(member, panel, inner)
    assert len(result.find(f"{SECTION}/c:entry")) == 1
    assert result.find(f"{PART}/c:code/@code") == ["2093-3", "2571-8"]
    assert result.find(f"{PART}/c:effectiveTime/@value") == ["20240504", "20240505"]
    assert "fasting" in said(result)


def test_a_panel_that_is_its_own_member_ends():
    loop = observed("1-8", hasMember=[{"reference": url(3)}])
    assert "Observation" in said(results(loop))


def test_a_member_of_another_patient_is_refused():
    other = observed("2093-3", subject={"reference": "Patient/other"})
    panel = observed("24331-1", hasMember=[{"reference": url(4)}])
    result = results(panel, others=[other])
    assert result.find(PART) == []
    assert "subject-of-another-patient" in result.rules()
    assert any(f.severity is Severity.CRITICAL for f in result.result.findings)


@pytest.mark.spec("eHDSI EH.3.25")
def test_the_blood_group_has_its_own_template_and_keeps_its_own_code():
    group = observed(
        "882-1", valueCodeableConcept=concept("278147001", SCT, "O positive")
    )
    result = results(group)
    entry = by_template("observation", 25)
    assert result.one(f"{entry}/c:code/@code") == "34530-6"
    assert result.one(f"{entry}/c:code/c:translation/@code") == "882-1"
    assert result.one(f"{entry}/c:value/@code") == "278147001"
    assert result.find(f"{SECTION}/c:templateId/@root") == [
        "1.3.6.1.4.1.12559.11.10.1.3.1.2.5"
    ]


def test_a_blood_group_that_the_template_does_not_know_is_a_result():
    weak = observed("882-1", valueCodeableConcept=concept("1", SCT, "A weak"))
    result = results(weak)
    assert result.find(by_template("observation", 25)) == []
    assert result.one(f"{PART}/c:value/@code") == "1"


def test_a_report_is_an_organizer_of_its_results():
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "status": "final",
        "subject": {"reference": PATIENT},
        "code": loinc("58410-2"),
        "effectiveDateTime": "2024-05-04",
        "result": [{"reference": url(4)}],
        "conclusion": "all well",
    }
    result = results(report, others=[observed("718-7", valueQuantity=quantity(9, "g"))])
    assert result.one(f"{ORGANIZER}/c:code/@code") == "58410-2"
    assert result.one(f"{PART}/c:code/@code") == "718-7"
    assert "all well" in said(result)


def test_a_report_without_results_is_told():
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "status": "final",
        "subject": {"reference": PATIENT},
        "code": loinc("58410-2"),
        "conclusion": "all well",
    }
    result = results(report)
    assert result.find(f"{SECTION}/c:entry") == []
    assert "all well" in said(result)
