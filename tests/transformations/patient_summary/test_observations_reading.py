"""Observations, panels and reports read back from CDA: nothing of them is another."""

from __future__ import annotations

import copy
import json
from decimal import Decimal

import pytest
import simplejson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.transformations.patient_summary import rich_optional
from tests.transformations.patient_summary.cda_documents import CDA, ReadBack, leaves_of
from tests.transformations.patient_summary.observed import (
    LOINC,
    loinc,
    observed,
    quantity,
)
from tests.transformations.patient_summary.summaries import (
    PATIENT,
    SCT,
    carry,
    concept,
    url,
)
from tests.transformations.patient_summary.test_reading_proofs import check_use
from transformations.mapping import Fate

RESULTS, VITALS, PREGNANCY, HABITS, ABILITIES = (
    "30954-2",
    "8716-3",
    "10162-6",
    "29762-2",
    "47420-5",
)
SECTIONS = (RESULTS, VITALS, PREGNANCY, HABITS, ABILITIES)
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


def written(section: str, *resources) -> bytes:
    found = resources or rich_optional.SECTIONS[section]
    return carry(*found, within=section).result.document


def read_back(data: bytes) -> ReadBack:
    """Read with every digit kept."""
    read = ReadBack(data)
    read.bundle = json.loads(read.result.document, parse_float=Decimal)
    return read


def back(section: str, *resources) -> ReadBack:
    return read_back(written(section, *resources))


def changed(data: bytes, path: str, change) -> ReadBack:
    root = etree.fromstring(data)
    (node,) = root.xpath(path, namespaces={"c": CDA})
    change(node)
    return ReadBack(etree.tostring(root))


# --- proofs over every leaf ----------------------------------------------------------


@pytest.mark.parametrize("section", SECTIONS)
def test_a_used_leaf_changes_the_bundle_and_another_does_not(section):
    check_use(written(section), lambda path: "/entry" in path)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_leaf_of_an_entry_of_ours_has_a_row(section):
    assert not back(section).unread("/entry")


@pytest.mark.parametrize("section", SECTIONS)
def test_what_nobody_knows_of_is_never_counted_as_carried(section):
    root = etree.fromstring(written(section))
    for element in root.xpath("//c:entry//*", namespaces={"c": CDA}):
        element.set("unheardOf", "x")
    result = ReadBack(etree.tostring(root))
    fates = {e.mark.fate for e in result.entries if e.path.endswith("/@unheardOf")}
    assert fates <= {Fate.LOST, Fate.STRUCTURAL}
    assert len(leaves_of(root)) == len(result.entries)


# --- there and back ------------------------------------------------------------------

KEPT = ("code", "effectiveDateTime", "effectivePeriod", "status", "referenceRange")


def facts(observation):
    """Return what an Observation says: value, time, status, ranges and codes.

    Numbers are compared to the digit.
    """
    said = {
        key: value
        for key, value in observation.items()
        if key in KEPT or key.startswith("value")
    }
    said["code"] = [(c["system"], c["code"]) for c in observation["code"]["coding"]]
    return simplejson.dumps(said, use_decimal=True, sort_keys=True)


VALUES = {
    "valueQuantity": quantity(Decimal("6.10"), "%"),
    "valueCodeableConcept": concept("260385009", SCT, "Negative"),
    "valueString": "cloudy",
    "valueInteger": 3,
    "valueBoolean": True,
    "valueRange": {"low": quantity(4, "%"), "high": quantity(Decimal("5.0"), "%")},
    "valueRatio": {"numerator": quantity(1, "1"), "denominator": quantity(128, "1")},
    "valueDateTime": "2019-03",
    "valuePeriod": {"start": "2019-03-01", "end": "2019-03-04"},
}


@pytest.mark.parametrize("section", [RESULTS, VITALS, ABILITIES])
@pytest.mark.parametrize(("element", "value"), VALUES.items())
def test_a_value_of_any_kind_comes_back_as_it_was(section, element, value):
    source = observed("4548-4", **{element: value})
    assert facts(back(section, source).one("Observation")) == facts(source)


@pytest.mark.parametrize("comparator", ["<", "<=", ">", ">="])
def test_a_limit_comes_back_as_that_limit(comparator):
    source = observed("1-8", valueQuantity=quantity(5, "ng/L", comparator=comparator))
    assert facts(back(RESULTS, source).one("Observation")) == facts(source)


def test_a_value_that_is_missing_is_missing_for_the_same_reason():
    reason = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
    source = observed("5-9", dataAbsentReason=concept("asked-unknown", reason))
    read = back(RESULTS, source).one("Observation")
    assert read["dataAbsentReason"]["coding"] == [
        {"system": reason, "code": "asked-unknown"}
    ]
    assert not any(name.startswith("value") for name in read)


def test_ranges_and_interpretations_come_back():
    flag = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
    source = observed(
        "4548-4",
        valueQuantity=quantity(6, "%"),
        interpretation=[concept("H", flag, "High")],
        referenceRange=[{"low": quantity(4, "%"), "high": quantity(5, "%")}],
    )
    read = back(RESULTS, source).one("Observation")
    assert read["referenceRange"] == source["referenceRange"]
    assert read["interpretation"][0]["coding"][0]["code"] == "H"


def test_the_parts_of_an_observation_come_back_as_the_results_of_a_report():
    source = observed(
        "24331-1",
        component=[
            {"code": loinc("2093-3"), "valueQuantity": quantity(5, "g")},
            {"code": loinc("2085-9"), "valueQuantity": quantity(1, "g")},
        ],
    )
    read = back(RESULTS, source)
    report = read.one("DiagnosticReport")
    assert report["code"]["coding"][0]["code"] == "24331-1"
    parts = read.of_type("Observation")
    assert [part["code"]["coding"][0]["code"] for part in parts] == ["2093-3", "2085-9"]
    assert [part["valueQuantity"]["value"] for part in parts] == [5, 1]
    assert {part["effectiveDateTime"] for part in parts} == {"2024-05-04"}
    assert len(report["result"]) == 2


def test_in_a_section_without_reports_the_parts_are_members_of_a_panel():
    source = observed(
        "24331-1",
        component=[
            {"code": loinc("2093-3"), "valueQuantity": quantity(5, "g")},
            {"code": loinc("2085-9"), "valueQuantity": quantity(1, "g")},
        ],
    )
    panel = next(
        o for o in back(VITALS, source).of_type("Observation") if "hasMember" in o
    )
    assert panel["code"]["coding"][0]["code"] == "24331-1"
    assert len(panel["hasMember"]) == 2


def test_a_report_comes_back_with_its_results():
    report = {
        "resourceType": "DiagnosticReport",
        "id": "d",
        "status": "final",
        "subject": {"reference": PATIENT},
        "code": loinc("24331-1", "Lipids"),
        "effectiveDateTime": "2024-05-04",
        "result": [{"reference": url(4)}],
    }
    member = observed("2093-3", valueQuantity=quantity(5, "g"))
    read = ReadBack(carry(report, others=[member]).result.document)
    assert read.one("DiagnosticReport")["code"]["coding"][0]["code"] == "24331-1"
    assert facts(read.one("Observation")) == facts(member)


# --- sections of their own -----------------------------------------------------------


def test_two_pressures_are_the_parts_of_one_panel():
    source = rich_optional.SECTIONS[VITALS][0]
    read = back(VITALS, source).one("Observation")
    assert read["code"]["coding"][0]["code"] == "85354-9"
    assert [part["valueQuantity"]["value"] for part in read["component"]] == [127, 93]
    assert read["effectiveDateTime"] == "2024-05-04"
    assert read["status"] == "final"


def test_one_pressure_alone_is_that_observation():
    source = observed("8480-6", valueQuantity=quantity(127, "mm[Hg]"))
    assert facts(back(VITALS, source).one("Observation")) == facts(source)


@pytest.mark.parametrize(
    ("code", "value"), [("29463-7", "66"), ("8867-4", "70"), ("8480-6", "130")]
)
def test_an_organizer_with_more_than_pressures_is_a_panel_of_its_parts(code, value):
    """Others write weight and pulse into the organizer of the blood pressure."""

    def add(organizer):
        part = copy.deepcopy(organizer.findall(f"{{{CDA}}}component")[-1])
        part.find(f".//{{{CDA}}}code").set("code", code)
        part.find(f".//{{{CDA}}}value").set("value", value)
        organizer.append(part)

    data = written(VITALS, rich_optional.SECTIONS[VITALS][0])
    read = changed(data, "//c:entry/c:organizer", add)
    panel = next(o for o in read.of_type("Observation") if "hasMember" in o)
    assert len(panel["hasMember"]) == 3
    values = [
        str(o["valueQuantity"]["value"])
        for o in read.of_type("Observation")
        if "valueQuantity" in o
    ]
    assert values == ["127", "93", value]


def test_a_blood_group_comes_back_with_the_source_s_own_code():
    source = observed(
        "882-1", valueCodeableConcept=concept("278147001", SCT, "O positive")
    )
    read = back(RESULTS, source).one("Observation")
    codes = [coding["code"] for coding in read["code"]["coding"]]
    assert codes == ["34530-6", "882-1"]
    assert read["valueCodeableConcept"]["coding"][0]["code"] == "278147001"


def test_a_pregnancy_comes_back_with_the_date_it_is_to_end():
    due = observed("11778-8", id="due", valueDateTime="2024-12-01")
    status = observed(
        "82810-3",
        valueCodeableConcept=concept("77386006", SCT, "Pregnant"),
        hasMember=[{"reference": url(4)}],
    )
    read = ReadBack(carry(status, others=[due], within=PREGNANCY).result.document)
    pregnant = next(o for o in read.of_type("Observation") if "hasMember" in o)
    assert pregnant["valueCodeableConcept"]["coding"][0]["code"] == "77386006"
    dates = [o.get("valueDateTime") for o in read.of_type("Observation")]
    assert "2024-12-01" in dates


def test_outcomes_of_pregnancies_come_back_counted():
    source = observed("281050002", valueQuantity=quantity(2, "1"))
    source["code"] = concept("281050002", SCT, "Livebirth")
    read = back(PREGNANCY, source).one("Observation")
    assert read["valueQuantity"]["value"] == 2
    assert read["code"]["coding"][0]["code"] == "281050002"


def test_a_habit_comes_back_with_both_codes_and_since_when():
    source = observed(
        "72166-2",
        valueCodeableConcept=concept("77176002", SCT, "Smoker"),
        effectiveDateTime="2017-04-15",
    )
    read = back(HABITS, source).one("Observation")
    assert LOINC in {c["system"] for c in read["code"]["coding"]}
    assert read["effectivePeriod"] == {"start": "2017-04-15"}
    assert read["valueCodeableConcept"]["coding"][0]["code"] == "77176002"


# --- what others write ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "status"),
    [("active", "preliminary"), ("aborted", "cancelled"), ("odd", "unknown")],
)
def test_what_is_not_completed_is_never_read_as_final(code, status):
    data = written(RESULTS, observed("4548-4", valueInteger=3))
    path = "//c:component/c:observation/c:statusCode"
    read = changed(data, path, lambda node: node.set("code", code))
    assert read.one("Observation")["status"] == status


def test_a_negated_observation_is_lost_aloud():
    data = written(RESULTS, observed("4548-4", valueInteger=3))
    path = "//c:component/c:observation"
    read = changed(data, path, lambda node: node.set("negationInd", "true"))
    assert read.of_type("Observation") == []
    assert "entry-not-carried" in read.rules()


def test_a_second_value_is_lost_and_says_so():
    def add(value):
        other = copy.deepcopy(value)
        other.set("value", "4")
        value.addnext(other)

    data = written(RESULTS, observed("4548-4", valueInteger=3))
    read = changed(data, "//c:component/c:observation/c:value", add)
    assert read.one("Observation")["valueInteger"] == 3
    assert read.lost("value[2]")


def test_a_range_that_is_not_of_what_is_normal_is_lost_and_says_so():
    source = observed(
        "4548-4",
        valueQuantity=quantity(6, "%"),
        referenceRange=[{"low": quantity(4, "%")}],
    )
    path = "//c:observationRange/c:interpretationCode"
    read = changed(written(RESULTS, source), path, lambda node: node.set("code", "HH"))
    assert "referenceRange" not in read.one("Observation")
    assert read.lost("observationRange")


def test_a_value_of_a_type_that_fhir_has_no_choice_for_is_lost_and_says_so():
    def retype(value):
        value.set(f"{XSI}type", "MO")

    data = written(RESULTS, observed("4548-4", valueInteger=3))
    read = changed(data, "//c:component/c:observation/c:value", retype)
    assert not any(k.startswith("value") for k in read.one("Observation"))
    assert read.lost("/value")


# --- any observation -----------------------------------------------------------------

numbers = st.decimals(
    min_value=-1_000_000, max_value=1_000_000, places=3, allow_nan=False
)
units = st.sampled_from(["mg", "mm[Hg]", "%", "10*3/uL", "1", "{pack}/d"])
quantities = st.builds(quantity, numbers, units)
dates = st.sampled_from(
    [
        "2019",
        "2019-03",
        "2019-03-04",
        "2019-03-04T05:06:07+02:00",
        "2019-03-04T05:06:07+00:00",
    ]
)
values = st.one_of(
    st.tuples(st.just("valueQuantity"), quantities),
    st.tuples(st.just("valueInteger"), st.integers(-10_000, 10_000)),
    st.tuples(st.just("valueBoolean"), st.booleans()),
    st.tuples(st.just("valueDateTime"), dates),
    st.tuples(
        st.just("valueString"),
        st.text("abc <>&\"'éß", min_size=1).filter(lambda s: s == " ".join(s.split())),
    ),
    st.tuples(
        st.just("valueCodeableConcept"),
        st.builds(
            concept, st.sampled_from(["1", "260385009"]), st.just(SCT), st.just("A")
        ),
    ),
)


@given(section=st.sampled_from([RESULTS, VITALS]), value=values, when=dates)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_observation_comes_back_as_it_was(section, value, when):
    source = observed("4548-4", effectiveDateTime=when, **dict([value]))
    read = back(section, source).one("Observation")
    assert facts(read) == facts(source)
