"""Medicines read back from CDA: what is taken, since when, and why."""

from __future__ import annotations

from decimal import Decimal

import pytest
from lxml import etree

from tests.transformations.patient_summary import test_medications as medicines
from tests.transformations.patient_summary.cda_documents import CDA
from tests.transformations.patient_summary.medicines_back import (
    ACT,
    EDQM,
    IHE,
    REASON,
    absent,
    back,
    changed,
    read_back,
    taken,
)
from tests.transformations.patient_summary.summaries import (
    ICD,
    carry,
    concept,
)
from tests.transformations.patient_summary.test_medications import (
    ATC,
    medication,
    quantity,
)


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
