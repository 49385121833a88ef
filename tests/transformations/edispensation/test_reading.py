"""A dispensation of any country becomes FHIR; each leaf stands in the ledger once."""

from functools import cache

import pytest
from fhir.resources.R4B.bundle import Bundle
from lxml import etree

from tests.capabilities import require_data
from tests.transformations.edispensation.reading import (
    ReadDispensation,
    dispensations_of_others,
)
from tests.transformations.edispensation.received import (
    RECEIVED,
    changed,
    twice,
    without,
)
from tests.transformations.patient_summary.cda_documents import leaves_of
from transformations.edispensation import edispensation_to_fhir
from transformations.mapping import Fate

pytestmark = pytest.mark.spec("eHDSI eDispensation EH.1.2")
SUPPLY = "//c:entry/c:supply"
ORDER = {"system": "urn:oid:1.3.182.99.5", "value": "rx-1"}
ITEM = {"system": "urn:oid:1.3.182.99.5", "value": "rx-1-1"}
USED = {Fate.MAPPED, Fate.DERIVED, Fate.NARRATIVE}
HERE = (None, *dispensations_of_others())


@cache
def ours() -> ReadDispensation:
    return ReadDispensation(RECEIVED)


@pytest.fixture(params=HERE, ids=lambda path: path.stem[-24:] if path else "ours")
def read(request) -> ReadDispensation:
    path = request.param
    return ours() if path is None else ReadDispensation(path.read_bytes())


def test_there_are_dispensations_of_others():
    require_data("cda-dev")
    assert len(HERE) > 3


def test_every_leaf_stands_exactly_once_in_the_ledger(read):
    booked = sorted((entry.path, entry.value) for entry in read.entries)
    assert booked == sorted(leaves_of(read.parsed))
    assert sum(read.result.ledger.counts().values()) == len(booked)


def test_every_loss_has_a_reason(read):
    assert all(one.mark.reason for one in read.entries if one.mark.fate is Fate.LOST)


@pytest.mark.spec("FHIR R4 §3.3 Documents")
def test_the_bundle_is_a_document_that_fhir_accepts(read):
    Bundle.model_validate_json(read.result.document)
    urls = {entry["fullUrl"] for entry in read.bundle["entry"]}
    assert set(references(read.bundle)) <= urls
    again = edispensation_to_fhir(read.data)
    assert again.document == read.result.document


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for child in value.values():
            yield from references(child)
    elif isinstance(value, list):
        for child in value:
            yield from references(child)


def test_a_supply_is_a_dispense_with_quantity_time_and_patient():
    dispense = ours().one("MedicationDispense")
    assert dispense["status"] == "completed"
    assert dispense["quantity"]["value"] == 2
    assert dispense["whenHandedOver"] == "2026-03-04T10:00:00+00:00"
    assert dispense["identifier"][0]["value"] == "i-1"
    assert ours().at(dispense["subject"])["resourceType"] == "Patient"
    (recorded,) = dispense["extension"]
    assert recorded["valueDateTime"] == "2026-03-04T10:11:12+00:00"


def test_the_order_of_the_header_is_the_authorizing_prescription():
    (prescription,) = ours().one("MedicationDispense")["authorizingPrescription"]
    assert prescription["identifier"] == ORDER
    request = ours().at(prescription)
    assert request["identifier"] == [ITEM]
    assert request["groupIdentifier"] == ORDER
    assert request["intent"] == "order"
    assert request["medicationCodeableConcept"]["text"] == "Clamoxyl"


def test_an_item_that_has_the_id_of_its_order_has_no_group():
    path = f"{SUPPLY}/c:entryRelationship/c:substanceAdministration/c:id"
    request = ReadDispensation(changed(path, extension="rx-1")).one("MedicationRequest")
    assert "groupIdentifier" not in request


def test_several_orders_are_all_named():
    read = ReadDispensation(twice("//c:inFulfillmentOf", extension="b"))
    named = read.one("MedicationDispense")["authorizingPrescription"]
    assert [one.get("identifier", {}).get("value") for one in named] == [
        None,
        "rx-1",
        "b",
    ]


def test_without_an_order_it_is_critical_and_the_dispense_stands():
    read = ReadDispensation(without("//c:inFulfillmentOf"))
    assert "prescription-not-named" in read.rules()
    assert read.one("MedicationDispense")["quantity"]["value"] == 2


def test_only_an_act_of_the_supply_says_that_a_substitution_was_made():
    assert ours().one("MedicationDispense")["substitution"]["wasSubstituted"] is True
    read = ReadDispensation(without(f"{SUPPLY}/c:entryRelationship[@typeCode='COMP']"))
    assert read.one("MedicationDispense")["substitution"]["wasSubstituted"] is False


def test_the_performer_is_the_pharmacist_in_the_pharmacy():
    (performer,) = ours().one("MedicationDispense")["performer"]
    role = ours().at(performer["actor"])
    assert ours().at(role["practitioner"])["name"][0]["family"] == "Dias"
    assert ours().at(role["organization"])["name"] == "Farmácia Central"


def test_the_dispensed_product_keeps_its_packages():
    medicine = ours().dispensed
    assert medicine["code"]["text"] == "Amoxicilina Exemplo"
    assert medicine["amount"]["numerator"]["value"] == 3
    assert any(
        one.get("valueQuantity", {}).get("value") == 8 for one in medicine["extension"]
    )


def test_the_licence_under_which_it_was_handed_over_is_the_location():
    licence = b"""<participant typeCode="PRF" contextControlCode="OP">
      <participantRole classCode="LIC"><id root="2.999.620.8" extension="l-9"/>
      <scopingEntity classCode="ORG"><id root="2.999.620.3" extension="f-3"/>
      </scopingEntity></participantRole></participant><entryRelationship"""
    data = RECEIVED.replace(b"<entryRelationship", licence, 1)
    read = ReadDispensation(data)
    place = read.at(read.one("MedicationDispense")["location"])
    assert place["identifier"][0]["value"] == "l-9"
    holder = read.at(place["managingOrganization"])
    assert holder["identifier"][0]["value"] == "f-3"
    assert not read.unread("/participant")


def test_two_supplies_are_two_dispenses():
    read = ReadDispensation(twice("//c:entry", extension="i-2"))
    assert len(read.of_type("MedicationDispense")) == 2


def test_a_negated_supply_is_not_carried():
    data = RECEIVED.replace(
        b'<substanceAdministration classCode="SBADM"',
        b'<substanceAdministration negationInd="true" classCode="SBADM"',
    )
    read = ReadDispensation(data)
    assert not read.of_type("MedicationDispense")
    assert "entry-not-carried" in read.rules()


@pytest.mark.parametrize(
    ("code", "substitution"),
    [
        ("N", {"allowedBoolean": False}),
        (
            "G",
            {
                "allowedCodeableConcept": {
                    "coding": [
                        {
                            "system": "http://terminology.hl7.org/CodeSystem/"
                            "v3-substanceAdminSubstitution",
                            "code": "G",
                        }
                    ]
                }
            },
        ),
    ],
)
def test_the_flag_of_the_prescription_is_what_was_allowed(code, substitution):
    read = ReadDispensation(changed("//c:observation/c:value", code=code))
    assert read.one("MedicationRequest")["substitution"] == substitution


def test_every_leaf_of_an_entry_has_a_row():
    assert not ours().unread("/entry")


def places(element):
    for name in element.attrib:
        yield element, f"@{name}"
    if element.text and element.text.strip():
        yield element, "text"
    for child in element:
        if child.tail and child.tail.strip():
            yield child, "tail"
    for child in element:
        yield from places(child)


def test_a_used_leaf_changes_the_bundle_and_another_does_not():
    wrong = []
    for index, entry in enumerate(ours().entries):
        if "/entry" not in entry.path or "/templateId" in entry.path:
            continue
        root = etree.fromstring(RECEIVED)
        element, name = list(places(root))[index]
        old = element.get(name[1:]) if name[0] == "@" else getattr(element, name)
        new = f"1888{old[4:]}" if old[:4].isdigit() else f"{old}x"
        if old in {"true", "false"}:
            new = "false"
        if name[0] == "@":
            element.set(name[1:], new)
        else:
            setattr(element, name, new)
        after = edispensation_to_fhir(etree.tostring(root)).document
        if (after != ours().result.document) is not (entry.mark.fate in USED):
            wrong.append((entry.path, entry.mark.fate, entry.mark.rule))
    assert not wrong, "\n".join(map(str, wrong))
