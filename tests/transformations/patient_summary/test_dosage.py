"""Dosage: a schedule is code only when code can say all of it."""

from decimal import Decimal

import pytest

from tests.transformations.patient_summary.summaries import (
    SCT,
    TYPE,
    carry,
    concept,
)
from tests.transformations.patient_summary.test_medications import (
    ACT,
    given,
    quantity,
    request,
)
from transformations.mapping import Fate
from transformations.medication.schedules import is_expressible, period_of


def repeat(**more):
    return {"timing": {"repeat": more}}


def frequency(result):
    return result.find(f"{ACT}/c:effectiveTime")[1]


def said(*dosages, **more):
    result = carry(given(dosage=list(dosages), **more))
    return result, result.said("10160-0")


@pytest.mark.parametrize(
    ("times", "period", "unit", "written"),
    [
        (1, 8, "h", ("8", "h")),
        (3, 1, "d", ("8", "h")),
        (2, 1, "d", ("0.5", "d")),
        (5, 1, "d", ("0.2", "d")),
        (1, 1, "mo", ("1", "mo")),
        (7, 1, "d", None),
        (0, 1, "d", None),
        (1, 1, "fortnight", None),
        (1, Decimal("1.5"), "d", ("1.5", "d")),
        (3, 1, "wk", ("56", "h")),
    ],
)
def test_the_period_is_exact_or_there_is_none(times, period, unit, written):
    found = period_of({"frequency": times, "period": period, "periodUnit": unit})
    assert found == written


@pytest.mark.spec("HL7 v3 PIVL_TS")
def test_every_eight_hours_is_a_period():
    result, _ = said(repeat(frequency=1, period=8, periodUnit="h"))
    node = frequency(result)
    assert node.get(TYPE) == "PIVL_TS"
    assert node.get("operator") == "A"
    assert node.get("institutionSpecified") is None
    assert node[0].attrib == {"value": "8", "unit": "h"}


def test_three_times_a_day_lets_the_institution_choose_the_hours():
    result, words = said(repeat(frequency=3, period=1, periodUnit="d"))
    assert frequency(result).get("institutionSpecified") == "true"
    assert "3 times every 1 d" in words
    assert result.fate("dosage[0].timing.repeat.frequency") is Fate.MAPPED


@pytest.mark.spec("HL7 v3 EIVL_TS")
def test_one_event_of_the_day_is_an_event():
    result, _ = said(repeat(when=["HS"]))
    node = frequency(result)
    assert node.get(TYPE) == "EIVL_TS"
    assert node[0].get("code") == "HS"


def test_two_events_of_the_day_are_a_set_of_events():
    result, _ = said(repeat(when=["ACM", "HS"]))
    assert frequency(result).get(TYPE) == "SXPR_TS"
    assert [part[0].get("code") for part in frequency(result)] == ["ACM", "HS"]


def test_a_single_time_is_a_point():
    result, _ = said({"timing": {"event": ["2024-01-01T08:00:00+01:00"]}})
    assert frequency(result).get("value") == "20240101080000+0100"


@pytest.mark.parametrize(
    "timing",
    [
        {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "count": 3}},
        {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "periodMax": 2}},
        {
            "repeat": {
                "frequency": 1,
                "period": 1,
                "periodUnit": "wk",
                "dayOfWeek": ["mon"],
            }
        },
        {"repeat": {"timeOfDay": ["08:00:00", "20:00:00"]}},
        {"repeat": {"when": ["MORN"]}},
        {"event": ["2024-01-01", "2024-01-02"]},
        {"code": {"text": "BID"}},
    ],
)
def test_a_schedule_that_code_cannot_say_whole_is_unknown_and_told(timing):
    result, words = said({"timing": timing})
    assert not is_expressible({"timing": timing})
    assert frequency(result)[0].get("nullFlavor") == "UNK"
    assert "When: " in words
    lost = [e.path for e in result.entries.values() if ".timing" in e.path]
    assert all(result.entries[path].mark.fate is Fate.NARRATIVE for path in lost)


def test_as_needed_is_never_a_schedule():
    needed = repeat(frequency=1, period=8, periodUnit="h") | {"asNeededBoolean": True}
    result, words = said(needed)
    assert frequency(result)[0].get("nullFlavor") == "UNK"
    assert "Dosage:  As needed" in words
    instruction = "//c:act[c:code/@code='PINSTRUCT']/c:text/c:reference/@value"
    assert result.find(instruction)


def test_as_needed_for_a_reason_tells_the_reason():
    reason = {"asNeededCodeableConcept": concept("25064002", SCT, "Headache")}
    assert "Headache (SNOMED CT 25064002)" in said(reason)[1]


def test_not_as_needed_says_nothing():
    result, words = said(repeat(when=["HS"]) | {"asNeededBoolean": False})
    assert "As needed" not in words
    assert result.fate("dosage[0].asNeededBoolean") is Fate.STRUCTURAL


def test_several_dosages_are_words_because_one_of_them_alone_would_mislead():
    first = {**repeat(when=["HS"]), "sequence": 1, "text": "one at night"}
    second = {**repeat(when=["ACM"]), "sequence": 2, "text": "then one early"}
    result, words = said(first, second)
    assert frequency(result)[0].get("nullFlavor") == "UNK"
    assert result.find(f"{ACT}/c:doseQuantity") == []
    assert "one at night" in words
    assert "then one early" in words


def dose(value):
    return {"doseAndRate": [{"doseQuantity": value}]}


def bounds(result):
    node = result.one(f"{ACT}/c:doseQuantity")
    return [(b.get("value"), b.get("unit")) for b in node]


def test_a_dose_keeps_its_digits_and_unit():
    result, words = said(dose(quantity(0.5, "mg", unit="milligram")))
    assert bounds(result) == [("0.5", "mg"), ("0.5", "mg")]
    assert "0.5 milligram" in words


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        (quantity(1, "{tbl}"), "{tbl}"),
        (quantity(1, "{tbl}", system="$ucum"), "{tbl}"),
        ({"value": 1, "unit": "tablet"}, "{tablet}"),
        ({"value": 1, "unit": "film coated tablet"}, "1"),
        (quantity(1, "15054000", "http://standardterms.edqm.eu"), "{15054000}"),
    ],
)
def test_a_countable_unit_is_an_annotation(value, unit):
    assert bounds(said(dose(value))[0]) == [("1", unit)] * 2


def test_a_range_of_doses_has_two_bounds():
    limits = {"low": quantity(1, "g"), "high": quantity(2, "g")}
    result, _ = said({"doseAndRate": [{"doseRange": limits}]})
    assert bounds(result) == [("1", "g"), ("2", "g")]


def test_a_dose_that_is_only_a_limit_is_told():
    result, words = said(dose(quantity(5, "mg") | {"comparator": "<"}))
    assert result.find(f"{ACT}/c:doseQuantity") == []
    assert "< 5 mg" in words


def test_rates_and_maxima_are_told():
    rate = {
        "rateRatio": {"numerator": quantity(50, "mg"), "denominator": quantity(1, "h")}
    }
    most = {"maxDosePerAdministration": quantity(4, "g")}
    words = said({"doseAndRate": [rate], **most})[1]
    assert "50 mg / 1 h" in words
    assert "4 g" in words


def test_a_route_of_the_bound_system_is_a_code():
    route = concept("20053000", "http://standardterms.edqm.eu", "Oral use")
    result, _ = said({"route": route})
    assert result.one(f"{ACT}/c:routeCode/@code") == "20053000"


def test_a_route_of_another_system_is_a_translation():
    result, _ = said({"route": concept("26643006", SCT, "Oral route")})
    assert result.one(f"{ACT}/c:routeCode/@nullFlavor") == "OTH"
    assert result.one(f"{ACT}/c:routeCode/c:translation/@code") == "26643006"


@pytest.mark.spec("eHDSI EH.3.12")
def test_the_words_of_a_dosage_are_an_instruction():
    result, words = said({"text": "one tablet by mouth"})
    act = "//c:act[c:code/@code='PINSTRUCT']"
    anchor = result.one(f"{act}/c:text/c:reference/@value")
    assert result.one(f"//c:content[@ID='{anchor[1:]}']").text == "one tablet by mouth"
    assert "one tablet by mouth" in words


def treatment(result):
    return result.find(f"{ACT}/c:effectiveTime")[0]


@pytest.mark.spec("eHDSI EH.3.4")
def test_there_are_always_two_times():
    for result in (carry(given()), said(repeat(when=["HS"]))[0]):
        assert len(result.find(f"{ACT}/c:effectiveTime")) == 2


def test_an_open_treatment_has_no_end():
    result = carry(given(effectivePeriod={"start": "2025-03-28"}))
    assert treatment(result)[0].get("value") == "20250328"
    assert treatment(result)[1].get("nullFlavor") == "NA"


def test_an_ended_treatment_without_a_date_has_an_unknown_end():
    ended = given(status="completed", effectivePeriod={"start": "2025-03-28"})
    assert treatment(carry(ended))[1].get("nullFlavor") == "UNK"


def test_a_date_of_treatment_is_a_point():
    result = carry(given(effectiveDateTime="2025-03-28"))
    assert treatment(result).get("value") == "20250328"


def test_a_period_that_is_absent_is_unknown():
    reason = {
        "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
        "valueCode": "unknown",
    }
    result = carry(given(effectivePeriod={"extension": [reason]}))
    assert treatment(result)[0].get("nullFlavor") == "UNK"


def test_the_bounds_of_a_dosage_are_the_treatment_when_nothing_else_is():
    period = {"start": "2024-01-01", "end": "2024-01-07"}
    timing = repeat(frequency=3, period=1, periodUnit="d", boundsPeriod=period)
    result, _ = said(timing)
    assert treatment(result)[1].get("value") == "20240107"
    both, words = said(timing, effectivePeriod={"start": "2023"})
    assert treatment(both)[0].get("value") == "2023"
    assert "2024-01-01 - 2024-01-07" in words


def test_a_request_reads_its_own_list_of_dosages():
    ordered = request(dosageInstruction=[repeat(when=["HS"])])
    ordered["medicationCodeableConcept"] = {"text": "Aspirin"}
    del ordered["medicationReference"]
    assert frequency(carry(ordered))[0].get("code") == "HS"
