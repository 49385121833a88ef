"""Dosages read back from CDA: how much, how often, how long."""

from __future__ import annotations

from decimal import Decimal

import pytest
from lxml import etree

from tests.transformations.patient_summary.cda_documents import CDA
from tests.transformations.patient_summary.medicines_back import (
    ACT,
    EDQM,
    SCHEDULES,
    XSI,
    changed,
    dosed,
    taken,
)
from tests.transformations.patient_summary.summaries import (
    concept,
)
from tests.transformations.patient_summary.test_medications import (
    quantity,
)
from transformations.medication.schedules import period_of
from transformations.medication.schedules_reading import times_of


@pytest.mark.spec("HL7 v3 PIVL_TS, EIVL_TS, SXPR_TS")
@pytest.mark.parametrize("timing", SCHEDULES)
def test_a_schedule_comes_back_as_it_was(timing):
    assert dosed(timing=timing)["timing"] == timing


@pytest.mark.parametrize("period", ["0.5", "0.2", "1.5", "2", "0.0625"])
def test_times_a_day_never_drift(period):
    often = times_of(Decimal(period), "d")
    frequency, whole, unit = often or (1, Decimal(period), "d")
    repeat = {"frequency": frequency, "period": whole, "periodUnit": unit}
    value, _ = period_of(repeat)
    assert Decimal(value) == Decimal(period)


def test_dose_and_route_come_back_with_their_digits():
    route = concept("20053000", EDQM, "Oral use")
    dose = quantity(Decimal("2.50"), "mg")
    found = dosed(doseAndRate=[{"doseQuantity": dose}], route=route)
    assert found["route"] == route
    (rate,) = found["doseAndRate"]
    assert str(rate["doseQuantity"]["value"]) == "2.50"
    assert rate["doseQuantity"]["code"] == "mg"


def test_a_range_of_doses_comes_back_as_that_range():
    limits = {"low": quantity(1, "mg"), "high": quantity(2, "mg")}
    (rate,) = dosed(doseAndRate=[{"doseRange": limits}])["doseAndRate"]
    assert [rate["doseRange"][name]["value"] for name in ("low", "high")] == [1, 2]


def test_a_unit_that_is_counted_comes_back_by_its_name():
    tablets = {"value": 2, "unit": "tablet"}
    (rate,) = dosed(doseAndRate=[{"doseQuantity": tablets}])["doseAndRate"]
    assert rate["doseQuantity"]["unit"] == "tablet"
    assert rate["doseQuantity"]["code"] == "{tablet}"


@pytest.mark.parametrize(
    ("dosage", "words"),
    [
        ({"text": "one in the morning"}, "one in the morning"),
        ({"patientInstruction": "with water"}, "with water"),
        ({"asNeededBoolean": True}, "As needed"),
        (
            {"asNeededCodeableConcept": {"text": "headache"}},
            "As needed for headache",
        ),
        ({"additionalInstruction": [{"text": "with food"}]}, "with food"),
    ],
)
def test_what_has_no_code_is_an_instruction_in_words(dosage, words):
    assert dosed(**dosage)["patientInstruction"] == words


def test_a_schedule_that_is_not_expressible_is_never_half_of_it():
    repeat = {"frequency": 3, "period": 1, "periodUnit": "d", "count": 10}
    statement = taken(dosage=[{"timing": {"repeat": repeat}}])
    assert "timing" not in statement.get("dosage", [{}])[0]


UNREADABLE = [
    ("operator", "E"),
    ("nullFlavor", "UNK"),
    (f"{XSI}type", "SXPR_TS"),
]


@pytest.mark.parametrize(("attribute", "value"), UNREADABLE)
def test_a_schedule_that_fhir_cannot_say_is_lost_aloud(attribute, value):
    repeat = {"frequency": 1, "period": 8, "periodUnit": "h"}
    path = f"{ACT}/c:effectiveTime[2]"
    more = {"dosage": [{"timing": {"repeat": repeat}}]}
    read = changed(path, lambda node: node.set(attribute, value), **more)
    assert "dosage" not in read.one("MedicationStatement")
    assert "schedule-not-read" in read.rules()
    assert read.lost("effectiveTime[2]")


def add_offset(value, unit, **more):
    def change(node):
        offset = etree.SubElement(node, f"{{{CDA}}}offset")
        etree.SubElement(offset, f"{{{CDA}}}low", value=value, unit=unit)
        for name, number in more.items():
            etree.SubElement(offset, f"{{{CDA}}}{name}", value=number, unit=unit)

    return change


def offset_of(event, change):
    more = {"dosage": [{"timing": {"repeat": {"when": [event]}}}]}
    read = changed(f"{ACT}/c:effectiveTime[2]", change, **more)
    (statement,) = read.of_type("MedicationStatement")
    return read, statement.get("dosage", [{}])[0].get("timing")


@pytest.mark.parametrize(
    ("event", "value", "unit", "minutes"),
    [("ACM", "-30", "min", 30), ("PCM", "1", "h", 60)],
)
def test_minutes_before_or_after_a_meal_are_that_offset(event, value, unit, minutes):
    _, timing = offset_of(event, add_offset(value, unit))
    assert timing == {"repeat": {"when": [event], "offset": minutes}}


@pytest.mark.parametrize(
    ("event", "change"),
    [
        ("ACM", add_offset("30", "min")),
        ("PCM", add_offset("-30", "min")),
        ("HS", add_offset("30", "min")),
        ("PCM", add_offset("30", "min", high="60")),
        ("PCM", add_offset("0.3", "min")),
    ],
)
def test_an_offset_that_fhir_would_read_otherwise_is_lost_aloud(event, change):
    read, timing = offset_of(event, change)
    assert timing is None
    assert "schedule-not-read" in read.rules()


def test_so_many_days_from_a_day_end_on_a_day():
    def last(interval):
        for high in interval.iterchildren(f"{{{CDA}}}high"):
            interval.remove(high)
        etree.SubElement(interval, f"{{{CDA}}}width", value="2", unit="wk")

    path = f"{ACT}/c:effectiveTime[1]"
    read = changed(path, last, effectivePeriod={"start": "2020-02-20"})
    period = {"start": "2020-02-20", "end": "2020-03-05"}
    assert read.one("MedicationStatement")["effectivePeriod"] == period


def test_a_phase_makes_a_schedule_another():
    def phase(node):
        found = etree.Element(f"{{{CDA}}}phase", value="202401010800")
        node.insert(0, found)

    repeat = {"frequency": 1, "period": 1, "periodUnit": "d"}
    path = f"{ACT}/c:effectiveTime[2]"
    read = changed(path, phase, dosage=[{"timing": {"repeat": repeat}}])
    assert "schedule-not-read" in read.rules()
