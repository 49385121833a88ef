"""A dispensation is prepared from a prescription, and repeats of it what it has to."""

import copy
from datetime import datetime

import pytest
from fhir.resources.R4B.bundle import Bundle

from tests.corpus.prescriptions import PRESCRIPTIONS
from tests.corpus.prescriptions.parts import medication
from tests.transformations.edispensation.prepared import (
    ITEM,
    RECORDED,
    items_of,
    prepared,
    resource,
    with_item,
)
from transformations.edispensation import (
    Function,
    NotPrepared,
    Pharmacist,
    prepare_dispensation,
)

pytestmark = pytest.mark.spec("HL7 Europe MPD MedicationDispense")


@pytest.mark.parametrize("case", PRESCRIPTIONS, ids=lambda case: case.name)
def test_of_each_prescription_comes_a_document_that_fhir_accepts(case):
    for bundle, item in items_of(case):
        if item.id is None:
            continue
        made = prepare_dispensation(bundle, item, ITEM, RECORDED)
        Bundle.model_validate(copy.deepcopy(made))
        urls = [entry["fullUrl"] for entry in made["entry"]]
        assert len(set(urls)) == len(urls)
        assert made["entry"][0]["resource"]["resourceType"] == "Composition"


def test_the_patient_is_the_one_country_a_knows():
    made = resource(prepared(), "Patient")
    assert made["identifier"] == [
        {"system": "urn:oid:1.3.182.4.4", "value": "1893120105732"}
    ]


def test_it_names_the_prescription_and_its_item():
    made = prepared(name="two-items-by-group-identifier")
    (named,) = resource(made, "MedicationDispense")["authorizingPrescription"]
    assert named["identifier"]["value"] == "rx-group-9"
    assert resource(made, "MedicationRequest")["identifier"][0]["value"] == "rx-9-1"
    alone = resource(prepared(), "MedicationDispense")["authorizingPrescription"]
    assert alone[0]["identifier"]["value"] == "rx-100"


def test_nothing_else_of_the_prescription_goes_along():
    made = prepared(name="reason-as-a-condition")
    kinds = {entry["resource"]["resourceType"] for entry in made["entry"]}
    assert kinds == {
        "Composition",
        "Patient",
        "Organization",
        "Practitioner",
        "PractitionerRole",
        "Medication",
        "MedicationRequest",
        "MedicationDispense",
    }
    assert "dosageInstruction" not in resource(made, "MedicationRequest")
    assert "reasonReference" not in resource(made, "MedicationRequest")


def test_the_parts_of_a_combination_pack_go_along():
    made = prepared(name="combination-pack")
    medicines = [
        entry["resource"]
        for entry in made["entry"]
        if entry["resource"]["resourceType"] == "Medication"
    ]
    assert len(medicines) == 4


def test_a_medicine_inside_its_order_goes_along():
    made = prepared(name="contained-medicine")
    reference = resource(made, "MedicationRequest")["medicationReference"]["reference"]
    assert reference in {entry["fullUrl"] for entry in made["entry"]}


def test_the_parts_of_the_product_handed_over_are_its_own():
    parts = (medication(id="a"), medication(id="b"))
    product = medication(
        ingredient=[
            {"itemReference": {"reference": "Medication/a"}},
            {"itemReference": {"reference": "Medication/b"}},
        ]
    )
    made = prepared(with_item(product=product, parts=parts))
    urls = {entry["fullUrl"] for entry in made["entry"]}
    dispensed = resource(made, "MedicationDispense")["medicationReference"]["reference"]
    (given,) = [
        entry["resource"] for entry in made["entry"] if entry["fullUrl"] == dispensed
    ]
    assert {one["itemReference"]["reference"] for one in given["ingredient"]} <= urls


def test_the_same_dispensation_gives_the_same_document():
    assert prepared() == prepared()
    assert prepared() != prepared(with_item(packages=3))


def test_the_prescription_that_is_given_stays_as_it_is():
    bundle, item = items_of(PRESCRIPTIONS[0])[0]
    before = copy.deepcopy(bundle.bundle)
    product = copy.deepcopy(ITEM.product)
    prepare_dispensation(bundle, item, ITEM, RECORDED)
    assert bundle.bundle == before
    assert ITEM.product == product


def test_a_prescription_without_an_identifier_is_refused():
    case = next(one for one in PRESCRIPTIONS if one.name == "no-identifier")
    bundle, item = items_of(case)[0]
    with pytest.raises(NotPrepared, match="identifier"):
        prepare_dispensation(bundle, item, ITEM, RECORDED)


@pytest.mark.parametrize("packages", [0, -1, 1_000_000])
def test_a_number_of_packages_that_is_none_is_refused(packages):
    with pytest.raises(ValueError, match="packages"):
        with_item(packages=packages)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        with_item(handed_over=datetime(2026, 3, 4))  # noqa: DTZ001 - on purpose


def test_a_technician_is_told_as_one():
    person = Pharmacist(
        ITEM.pharmacist.identifier,
        "Technicien",
        ("Max",),
        Function.PHARMACEUTICAL_TECHNICIAN,
    )
    role = resource(prepared(with_item(pharmacist=person)), "PractitionerRole")
    assert role["code"][0]["coding"][0]["code"] == "3213"


def test_nothing_about_people_stands_in_a_repr():
    assert "Apothicaire" not in repr(ITEM)
    assert "large print" not in repr(ITEM)
