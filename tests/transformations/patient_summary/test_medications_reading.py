"""Medicines read back from CDA: what, how much, how often, how long, and why."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.capabilities import require_data
from tests.transformations.patient_summary import test_medications as medicines
from tests.transformations.patient_summary.cda_documents import CDA, ReadBack
from tests.transformations.patient_summary.documents import HEADER
from tests.transformations.patient_summary.summaries import (
    ICD,
    SCT,
    carry,
    concept,
    url,
)
from tests.transformations.patient_summary.test_medications import (
    ATC,
    medication,
    quantity,
)
from transformations.fhir import read_fhir_document
from transformations.medication.schedules import period_of
from transformations.medication.schedules_reading import times_of
from transformations.patient_summary import patient_summary_to_cda

EDQM = "http://standardterms.edqm.eu"
IHE = "https://profiles.ihe.net/PHARM/MPD/StructureDefinition/ihe-ext-medication"
REASON = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
ACT = "//c:substanceAdministration"


def read_back(data: bytes) -> ReadBack:
    """Read with every digit kept."""
    read = ReadBack(data)
    read.bundle = json.loads(read.result.document, parse_float=Decimal)
    return read


def back(*resources, others=()) -> ReadBack:
    return read_back(carry(*resources, others=others).result.document)


def taken(**more):
    """Return what comes of a statement whose medicine is a concept."""
    return back(medicines.given() | more).one("MedicationStatement")


def dosed(**dosage):
    (found,) = taken(dosage=[dosage])["dosage"]
    return found


def changed(path: str, change, **more) -> ReadBack:
    root = etree.fromstring(carry(medicines.given(**more)).result.document)
    (node,) = root.xpath(path, namespaces={"c": CDA})
    change(node)
    return read_back(etree.tostring(root))


def absent(holder, name):
    (extension, *_) = holder[f"_{name}"]["extension"]
    assert extension["url"] == REASON
    return extension["valueCode"]


# --- what is taken -------------------------------------------------------------------


def test_a_concept_comes_back_as_that_concept():
    coded = concept("J01CA04", ATC, "amoxicillin", "Amoxi")
    statement = taken(medicationCodeableConcept=coded)
    assert statement["medicationCodeableConcept"] == coded


@pytest.mark.spec("eHDSI EH.3.32")
def test_a_medication_comes_back_with_form_strength_and_class():
    source = medication(
        form=concept("10219000", EDQM, "Tablet"),
        ingredient=[
            {
                "itemCodeableConcept": concept("C10AA01", ATC, "simvastatin"),
                "strength": {
                    "numerator": quantity(Decimal("10.50"), "mg"),
                    "denominator": quantity(1, "1"),
                },
            },
            {"itemCodeableConcept": {"text": "Herb"}, "isActive": False},
        ],
        extension=[
            {
                "url": f"{IHE}-classification",
                "valueCodeableConcept": concept("C10AA01", ATC, "simvastatin"),
            }
        ],
    )
    read = back(medicines.statement(), others=[source]).one("Medication")
    for name in ("code", "form", "extension"):
        assert read[name] == source[name]
    simvastatin, herb = read["ingredient"]
    theirs = source["ingredient"][0]
    assert simvastatin["itemCodeableConcept"] == theirs["itemCodeableConcept"]
    ratio = simvastatin["strength"]
    assert str(ratio["numerator"]["value"]) == "10.50"
    assert ratio["numerator"]["code"] == "mg"
    assert ratio["denominator"]["value"] == 1
    assert simvastatin["isActive"] is True
    assert herb == {"itemCodeableConcept": {"text": "Herb"}, "isActive": False}


def test_a_phpid_is_a_class_of_its_own_kind():
    phpid = "urn:oid:2.999.4"
    extension = {
        "url": f"{IHE}-classification",
        "valueCodeableConcept": concept("0x073", phpid, "simvastatin 10 mg"),
    }
    carried = carry(medicines.statement(), others=[medication(extension=[extension])])
    kind = carried.one("//p:asSpecializedKind")
    assert kind.get("classCode") == "GEN"
    read = read_back(carried.result.document).one("Medication")
    assert read["extension"] == [extension]


def package(value, unit, kind, code):
    return {
        "numerator": unit | {"value": value},
        "denominator": {"value": 1, "unit": kind, "system": EDQM, "code": code},
    }


MILLILITRE = {"unit": "mL", "system": "http://unitsofmeasure.org", "code": "mL"}
VIAL = {"unit": "Vial", "system": EDQM, "code": "30069000"}


@pytest.mark.spec("eHDSI EH.3.32 pharm:asContent")
def test_a_package_comes_back_with_what_it_holds():
    amount = package(Decimal("2.50"), MILLILITRE, "Box", "30009000")
    carried = carry(medicines.statement(), others=[medication(amount=amount)])
    content = "//p:asContent"
    assert carried.one(f"{content}/p:quantity/@value") == "2.50"
    assert carried.one(f"{content}//p:formCode/@code") == "30009000"
    assert read_back(carried.result.document).one("Medication")["amount"] == amount


def test_a_package_in_a_package_comes_back_as_items_of_a_size():
    size = {"url": f"{IHE}-sizeofitem", "valueQuantity": MILLILITRE | {"value": 10}}
    kind = {
        "url": f"{IHE}-unitofpresentation",
        "valueCodeableConcept": concept("30069000", EDQM, "Vial"),
    }
    source = medication(
        amount=package(5, VIAL, "Box", "30009000"), extension=[size, kind]
    )
    carried = carry(medicines.statement(), others=[source])
    inner = "//c:manufacturedMaterial/p:asContent"
    assert carried.one(f"{inner}/p:quantity/@value") == "10"
    outer = f"{inner}/p:containerPackagedProduct/p:asContent"
    assert carried.one(f"{outer}/p:quantity/@value") == "5"
    read = read_back(carried.result.document).one("Medication")
    assert read["extension"] == source["extension"]
    assert read["amount"] == source["amount"]


def test_a_package_without_a_code_of_its_own_stays_words():
    amount = {"numerator": quantity(20, "1"), "denominator": quantity(1, "1")}
    carried = carry(medicines.statement(), others=[medication(amount=amount)])
    assert not carried.find("//p:asContent")
    assert "Package content" in carried.said("10160-0")


def test_a_medicine_that_nobody_names_is_unknown():
    path = f"{ACT}//c:manufacturedMaterial"
    read = changed(path, lambda node: [node.remove(child) for child in list(node)])
    statement = read.one("MedicationStatement")
    (extension,) = statement["medicationCodeableConcept"]["extension"]
    assert extension["valueCode"] == "unknown"
    assert "medication-unknown" in read.rules()


def test_a_request_comes_back_as_a_statement_of_what_is_taken():
    read = back(medicines.request(), others=[medication()])
    statement = read.one("MedicationStatement")
    assert statement["status"] == "active"
    assert read.of_type("MedicationRequest") == []


# --- status and time -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("active", "active"),
        ("completed", "completed"),
        ("suspended", "on-hold"),
        ("aborted", "stopped"),
        ("nullified", "entered-in-error"),
        ("odd", "unknown"),
    ],
)
def test_a_status_is_never_another(code, status):
    path = f"{ACT}/c:statusCode"
    read = changed(path, lambda node: node.set("code", code))
    assert read.one("MedicationStatement")["status"] == status


def test_what_is_negated_is_not_taken():
    read = changed(ACT, lambda node: node.set("negationInd", "true"))
    assert read.one("MedicationStatement")["status"] == "not-taken"


def test_what_is_only_proposed_is_not_read_as_taken():
    read = changed(ACT, lambda node: node.set("moodCode", "PRP"))
    assert read.of_type("MedicationStatement") == []
    assert "entry-not-carried" in read.rules()


PERIODS = [
    {"start": "2020-01-01"},
    {"start": "2020-01", "end": "2020-03"},
    {"end": "2021"},
    {"start": "2020-01-01T08:00:00+01:00", "end": "2020-01-02T08:00:00+01:00"},
]


@pytest.mark.parametrize("status", ["active", "completed"])
@pytest.mark.parametrize("period", PERIODS)
def test_a_period_comes_back_open_where_it_was(status, period):
    statement = taken(status=status, effectivePeriod=period)
    assert statement["effectivePeriod"] == period
    assert statement["status"] == status


def test_one_moment_comes_back_as_that_moment():
    assert taken(effectiveDateTime="2020-01")["effectiveDateTime"] == "2020-01"


@pytest.mark.parametrize("reason", ["asked-unknown", "unknown"])
def test_a_time_that_is_missing_is_missing_for_the_same_reason(reason):
    gone = {"extension": [{"url": REASON, "valueCode": reason}]}
    statement = taken(_effectiveDateTime=gone)
    assert absent(statement, "effectiveDateTime") == reason


def test_an_end_that_is_not_known_of_something_active_is_told():
    path = f"{ACT}/c:effectiveTime[1]/c:high"
    more = {"effectivePeriod": {"start": "2020-01-01"}}
    read = changed(path, lambda node: node.set("nullFlavor", "UNK"), **more)
    period = read.one("MedicationStatement")["effectivePeriod"]
    assert absent(period, "end") == "unknown"


# --- dosage --------------------------------------------------------------------------

SCHEDULES = [
    {"repeat": {"when": ["ACM"]}},
    {"repeat": {"when": ["ACM", "HS"]}},
    {"repeat": {"frequency": 1, "period": 8, "periodUnit": "h"}},
    {"repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}},
    {"repeat": {"frequency": 5, "period": 1, "periodUnit": "d"}},
    {"repeat": {"frequency": 2, "period": 3, "periodUnit": "d"}},
    {"repeat": {"frequency": 3, "period": 1, "periodUnit": "wk"}},
    {"repeat": {"frequency": 1, "period": 1, "periodUnit": "mo"}},
    {"event": ["2024-01-01T08:00:00+01:00"]},
    {
        "code": {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/v3-TimingEvent",
                    "code": "IC",
                }
            ]
        }
    },
]


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


# --- why, notes, absence -------------------------------------------------------------


def test_reasons_and_notes_come_back():
    reason = concept("I10", ICD, "Hypertension")
    statement = taken(reasonCode=[reason], note=[{"text": "note"}])
    assert statement["reasonCode"] == [reason]
    assert statement["note"] == [{"text": "note"}]


IPS = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"


def test_a_statement_of_no_medicines_comes_back():
    none = concept("no-known-medications", IPS, "No known medications")
    statement = taken(medicationCodeableConcept=none)
    codes = {c["code"] for c in statement["medicationCodeableConcept"]["coding"]}
    assert "no-known-medications" in codes


@pytest.mark.parametrize(
    ("path", "code", "system"),
    [
        (f"{ACT}/c:code", "182849000", "2.16.840.1.113883.6.96"),
        (
            f"{ACT}//c:manufacturedMaterial/c:code",
            "182849000",
            "2.16.840.1.113883.6.96",
        ),
    ],
)
def test_a_statement_of_no_medicines_of_the_first_waves_is_one(path, code, system):
    root = etree.fromstring(carry(medicines.given()).result.document)
    for act in root.xpath(ACT, namespaces={"c": CDA}):
        if path.endswith("Administration/c:code"):
            act.insert(3, etree.Element(f"{{{CDA}}}code"))
    (node,) = root.xpath(path, namespaces={"c": CDA})
    node.attrib.clear()
    node.set("code", code)
    node.set("codeSystem", system)
    statement = read_back(etree.tostring(root)).one("MedicationStatement")
    codes = {c["code"] for c in statement["medicationCodeableConcept"]["coding"]}
    assert "no-known-medications" in codes


def test_no_information_without_a_code_is_no_medicine():
    def strip(act):
        act.insert(3, etree.Element(f"{{{CDA}}}code", nullFlavor="UNK"))
        (material,) = act.iter(f"{{{CDA}}}manufacturedMaterial")
        for child in list(material):
            material.remove(child)

    read = changed(ACT, strip)
    assert read.of_type("MedicationStatement") == []
    section = next(
        one
        for one in read.one("Composition")["section"]
        if one["code"]["coding"][0]["code"] == "10160-0"
    )
    assert section["emptyReason"]["coding"][0]["code"] == "unavailable"


def test_a_medicine_with_a_code_that_is_missing_is_still_that_medicine():
    def add(act):
        act.insert(3, etree.Element(f"{{{CDA}}}code", nullFlavor="UNK"))

    statement = changed(ACT, add).one("MedicationStatement")
    assert statement["medicationCodeableConcept"]["text"] == "Aspirin"


# --- documents of others -------------------------------------------------------------


@pytest.mark.spec("eHDSI before Wave 6: urn:epsos-org:ep:medication")
def test_the_package_of_the_first_waves_holds_its_capacity():
    old = "urn:epsos-org:ep:medication"
    root = etree.fromstring(carry(medicines.given()).result.document)
    (material,) = root.iter(f"{{{CDA}}}manufacturedMaterial")
    content = etree.SubElement(material, f"{{{old}}}asContent", classCode="CONT")
    package = etree.SubElement(content, f"{{{old}}}containerPackagedMedicine")
    etree.SubElement(
        package,
        f"{{{old}}}formCode",
        code="30009000",
        codeSystem="0.4.0.127.0.16.1.1.2.1",
        displayName="Box",
    )
    etree.SubElement(package, f"{{{old}}}capacityQuantity", value="60", unit="1")
    read = read_back(etree.tostring(root))
    amount = read.one("Medication")["amount"]
    assert amount["numerator"]["value"] == 60
    assert amount["denominator"]["code"] == "30009000"
    assert not read.unread("asContent")


@pytest.mark.spec("pharm:part, pharm:partProduct")
def test_each_part_of_a_combination_pack_is_a_medication_of_its_own():
    pharm = "{urn:hl7-org:pharm}"
    root = etree.fromstring(carry(medicines.given()).result.document)
    (material,) = root.iter(f"{{{CDA}}}manufacturedMaterial")
    for name, count in (("Cream", "1"), ("Pessary", "3")):
        part = etree.SubElement(material, f"{pharm}part", classCode="PART")
        etree.SubElement(part, f"{pharm}quantity", value=count, unit="1")
        product = etree.SubElement(part, f"{pharm}partProduct", classCode="MMAT")
        etree.SubElement(product, f"{pharm}name").text = name
    read = read_back(etree.tostring(root))
    resources = {e["fullUrl"]: e["resource"] for e in read.bundle["entry"]}
    pack = read.one("Medication", code={"text": "Aspirin"})
    parts = [
        (
            resources[one["itemReference"]["reference"]]["code"]["text"],
            one["strength"]["numerator"]["value"],
        )
        for one in pack["ingredient"]
    ]
    assert parts == [("Cream", 1), ("Pessary", 3)]
    assert not read.unread("/pharm:part")


def sample(name) -> bytes:
    return require_data(f"cda-dev/{name}").read_bytes()


def facts_of(root, section):
    """Return the codes and quantities that the entries of a section state."""
    found = set()
    entry = "c:entry[not(.//c:statusCode/@code='cancelled')]"
    path = f"//c:section[c:code/@code='{section}']/{entry}//*"
    for node in root.xpath(path, namespaces={"c": CDA}):
        name = etree.QName(node).localname
        is_kind = name == "code" and etree.QName(node.getparent()).localname in ACTS
        if node.get("code") and not is_kind:
            found.add((name, node.get("code"), node.get("codeSystem", "")))
        if name in QUANTITIES and node.get("value"):
            found.add((name, node.get("value"), node.get("unit", "")))
    return found


ACTS = {"substanceAdministration", "observation", "act"}
QUANTITIES = {"numerator", "denominator", "period", "low", "quantity", "value"}


@pytest.mark.parametrize("section", ["10160-0", "11369-6"])
def test_a_document_of_others_is_the_same_after_there_and_back(section):
    data = sample("ps-l3-w8-full.xml")
    read = ReadBack(data)
    again = patient_summary_to_cda(
        read_fhir_document(read.result.document), HEADER, is_strict=True
    )
    before = facts_of(etree.fromstring(data), section)
    assert len(before) > 5
    assert before <= facts_of(etree.fromstring(again.document), section)


def test_nothing_clinical_of_a_document_of_others_is_unread():
    read = ReadBack(sample("ps-l3-w8-full.xml"))
    assert not read.unread("substanceAdministration")


# --- any statement -------------------------------------------------------------------

numbers = st.decimals(min_value=Decimal("0.001"), max_value=10_000, places=3)
doses = st.builds(quantity, numbers, st.sampled_from(["mg", "mL", "1", "[IU]"]))
dates = st.sampled_from(["2019", "2019-03", "2019-03-04", "2019-03-04T05:06:07+02:00"])
schedules = st.one_of(
    st.sampled_from(SCHEDULES),
    st.builds(
        lambda period, unit: {
            "repeat": {"frequency": 1, "period": period, "periodUnit": unit}
        },
        st.decimals(min_value=Decimal("0.01"), max_value=100, places=2),
        st.sampled_from(["a", "mo", "wk", "d", "h", "min", "s"]),
    ),
)


@given(
    status=st.sampled_from(["active", "completed"]),
    start=dates,
    timing=schedules,
    dose=doses,
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_statement_comes_back_as_it_was(status, start, timing, dose):
    dosage = {"timing": timing, "doseAndRate": [{"doseQuantity": dose}]}
    statement = taken(status=status, effectivePeriod={"start": start}, dosage=[dosage])
    assert statement["status"] == status
    assert statement["effectivePeriod"] == {"start": start}
    (read,) = statement["dosage"]
    assert normal(read["timing"]) == normal(timing)
    found = read["doseAndRate"][0]["doseQuantity"]
    assert (str(found["value"]), found["code"]) == (str(dose["value"]), dose["code"])


def normal(timing):
    """Return a schedule with its numbers as numbers: a period has no precision."""
    repeat = timing.get("repeat", {})
    if "period" not in repeat:
        return timing
    return {"repeat": repeat | {"period": Decimal(repeat["period"]).normalize()}}


def test_one_medication_of_two_statements_comes_back_twice():
    second = medicines.statement(id="m2", medicationReference={"reference": url(5)})
    first = medicines.statement(medicationReference={"reference": url(5)})
    source = medication(form=concept("10219000", SCT, "Tablet"))
    read = back(first, second, others=[source])
    codes = [one["code"]["coding"][0]["code"] for one in read.of_type("Medication")]
    assert codes == ["319996000"] * 2
