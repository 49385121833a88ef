"""Vital signs: blood pressure in its template, all others under their own codes."""

import pytest

from tests.transformations.patient_summary.documents import schema
from tests.transformations.patient_summary.observed import (
    by_template,
    loinc,
    observed,
    quantity,
)
from tests.transformations.patient_summary.summaries import carry

VITAL = "8716-3"
ORGANIZER = by_template("organizer", 21)
PART = by_template("observation", 22)
RESULT = by_template("observation", 43)


def vital(*resources):
    result = carry(*resources, within=VITAL)
    assert schema().validate(result.cda), schema().error_log[:3]
    return result


def pressure(code, value, **more):
    return {"code": loinc(code), "valueQuantity": quantity(value, "mm[Hg]", **more)}


def panel(*parts, **more):
    return observed("85354-9", component=list(parts), **more)


@pytest.mark.spec("eHDSI EH.3.21, EH.3.22")
def test_two_pressures_of_one_moment_are_one_organizer():
    result = vital(panel(pressure("8480-6", 127), pressure("8462-4", 93)))
    assert result.one(f"{ORGANIZER}/c:code/@code") == "46680005"
    assert result.one(f"{ORGANIZER}/c:effectiveTime/@value") == "20240504"
    assert result.find(f"{PART}/c:code/@code") == ["8480-6", "8462-4"]
    assert result.find(f"{PART}/c:value/@value") == ["127", "93"]
    assert result.find(f"{PART}/c:effectiveTime/@value") == ["20240504"] * 2
    assert len(set(result.find("//c:organizer//c:id/@root"))) == 3


def test_one_pressure_alone_is_an_organizer_too():
    result = vital(observed("8480-6", valueQuantity=quantity(127, "mm[Hg]")))
    assert result.find(f"{ORGANIZER}//c:observation/c:value/@value") == ["127"]


@pytest.mark.parametrize(
    "resource",
    [
        observed("29463-7", valueQuantity=quantity(66.4, "kg")),
        observed("8480-6", valueQuantity=quantity(17, "kPa")),
        observed("8480-6", valueQuantity=quantity(127, "mm[Hg]", comparator=">")),
        panel(pressure("8480-6", 127), pressure("8478-0", 100)),
        observed(
            "8480-6",
            valueQuantity=quantity(127, "mm[Hg]"),
            effectiveDateTime=None,
            effectivePeriod={"start": "2024-05-04"},
        ),
    ],
)
def test_what_the_template_cannot_say_is_a_result_in_the_same_section(resource):
    if resource["effectiveDateTime"] is None:
        del resource["effectiveDateTime"]
    result = vital(resource)
    assert result.find(ORGANIZER) == []
    section = "//c:section[c:code/@code='8716-3']"
    assert len(result.find(f"{section}/c:entry/c:organizer")) == 1
    assert len(result.find(RESULT)) == len(resource.get("component", [1]))
    assert result.find(f"{section}/c:templateId/@root") == [
        "1.3.6.1.4.1.12559.11.10.1.3.1.2.6"
    ]


def test_a_preliminary_pressure_is_told_only():
    result = vital(panel(pressure("8480-6", 127), status="preliminary"))
    assert result.find(ORGANIZER) == []
    assert "127 mm[Hg]" in " ".join(result.said(VITAL).split())
