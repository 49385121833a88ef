"""What was handed over is written as an eDispensation; what was not never is."""

from decimal import Decimal

import pytest

from tests.corpus.prescriptions.parts import EDQM, pieces, quantity
from tests.transformations.edispensation.prepared import (
    ITEM,
    Written,
    as_collection,
    prepared,
    resource,
    usual,
    with_item,
)
from tests.transformations.patient_summary.documents import schema
from transformations.edispensation import Identifier, NotFhir, read_dispensations
from transformations.mapping import Fate

pytestmark = pytest.mark.spec("eHDSI eDispensation EH.1.2")
SUPPLY = "//c:entry/c:supply"
MATERIAL = "c:manufacturedProduct/c:manufacturedMaterial"
ITEM_PATH = f"{SUPPLY}/c:entryRelationship[@typeCode='REFR']/c:substanceAdministration"


def changed(**changes):
    """Return the usual dispensation with elements of the dispense set, or taken."""
    bundle = prepared()
    dispense = resource(bundle, "MedicationDispense")
    for name, value in changes.items():
        if value is None:
            del dispense[name]
        else:
            dispense[name] = value
    return Written(bundle)


def test_the_document_keeps_the_schema():
    assert schema().validate(usual().tree), schema().error_log


def test_the_header_names_the_prescription():
    order = usual().one("//c:inFulfillmentOf[@typeCode='FLFS']/c:order/c:id")
    assert dict(order.attrib) == {"root": "1.3.182.99.5", "extension": "rx-100"}


def test_the_author_is_the_pharmacist_in_the_pharmacy():
    author = "/*/c:author"
    assert usual().one(f"{author}/c:functionCode/@code") == "2262"
    assert usual().one(f"{author}//c:assignedPerson//c:family/text()") == "Apothicaire"
    assert usual().one(f"{author}//c:representedOrganization/c:name/text()") == (
        ITEM.pharmacy.name
    )


def test_the_supply_says_how_many_packages_of_what():
    assert usual().one(f"{SUPPLY}/c:quantity/@value") == "2"
    assert usual().one(f"{SUPPLY}/c:quantity/@unit") == "1"
    assert usual().one(f"{SUPPLY}/c:product/{MATERIAL}/c:name/text()") == "Amlogen 5 mg"
    assert usual().one(f"{SUPPLY}/c:id/@extension") == "disp-1"


def test_lot_and_expiry_stand_with_the_product_handed_over_and_with_no_other():
    assert usual().one("//c:lotNumberText/text()") == "L-4711"
    assert usual().one(f"{SUPPLY}/c:product/{MATERIAL}/pharm:expirationTime/@value")


def test_it_refers_to_the_item_and_repeats_the_product_that_was_prescribed():
    assert usual().one(f"{ITEM_PATH}/c:id/@extension") == "rx-100"
    assert usual().one(f"{ITEM_PATH}/c:consumable/{MATERIAL}/c:name/text()") == (
        "Amlodix 5 mg"
    )


def test_an_item_of_a_group_keeps_its_own_id():
    written = Written(prepared(name="two-items-by-group-identifier"))
    assert written.one("//c:order/c:id/@extension") == "rx-group-9"
    assert written.one(f"{ITEM_PATH}/c:id/@extension") == "rx-9-1"


def test_a_substitution_is_an_act_and_none_is_silence():
    act = f"{SUPPLY}/c:entryRelationship[@typeCode='COMP']/c:act"
    assert usual().one(f"{act}/c:code/@code") == "SUBST"
    assert not Written(prepared(with_item(substitution=None))).xpath(act)


def test_kind_and_reason_of_a_substitution_and_the_remark_stand_in_the_text():
    text = "".join(usual().one("//c:section/c:text").itertext())
    assert "generic composition" in text
    assert "The brand was not in stock" in text
    assert "The patient asked for large print." in text


def test_the_performer_has_the_time_of_handing_over():
    assert usual().one(f"{SUPPLY}/c:performer/c:time/@value") == "20260304100000+0000"
    later = changed(whenHandedOver=None)
    assert later.one(f"{SUPPLY}/c:performer/c:time/@value") == "20260304100100+0000"


def test_a_collection_says_the_same_of_itself():
    document = usual()
    collected = Written(as_collection(prepared()))
    for path in (
        f"{SUPPLY}/c:quantity/@value",
        "//c:order/c:id/@extension",
        "/*/c:author//c:family/text()",
        "/*/c:effectiveTime/@value",
        "//c:patientRole/c:id/@extension",
    ):
        assert collected.one(path) == document.one(path)
    assert schema().validate(collected.tree)


def test_each_dispense_of_a_collection_is_a_document_of_its_own():
    bundle = as_collection(prepared())
    other = with_item(identifier=Identifier("urn:oid:2.999", "disp-2"))
    bundle["entry"] += as_collection(prepared(other))["entry"]
    for number in (0, 1):
        written = Written(bundle, number)
        assert len(written.documents) == 2
        assert written.one(f"{SUPPLY}/c:id/@extension") == f"disp-{number + 1}"
        assert not written.rules()


def test_a_dispense_without_url_and_id_is_found_in_its_collection():
    bundle = as_collection(prepared())
    for entry in bundle["entry"]:
        if entry["resource"]["resourceType"] == "MedicationDispense":
            del entry["fullUrl"], entry["resource"]["id"]
    assert Written(bundle).one(f"{SUPPLY}/c:id/@extension") == "disp-1"


def test_a_bundle_without_a_dispense_is_refused():
    with pytest.raises(NotFhir, match="MedicationDispense"):
        read_dispensations(
            b'{"resourceType":"Bundle","type":"collection","entry":'
            b'[{"resource":{"resourceType":"Patient"}}]}'
        )


@pytest.mark.parametrize(
    "status",
    [
        "preparation",
        "in-progress",
        "cancelled",
        "on-hold",
        "entered-in-error",
        "stopped",
        "declined",
        "unknown",
    ],
)
def test_what_was_not_handed_over_is_never_written_as_if_it_were(status):
    written = changed(status=status)
    assert "dispensation-not-completed" in written.rules()
    assert not written.xpath(SUPPLY)


@pytest.mark.parametrize(
    ("given", "packages"),
    [
        (pieces(3, "package"), "3"),
        ({"value": 4}, "4"),
        (quantity(Decimal("2.0"), "package", "1"), "2"),
        (quantity(1, "Box", "30009000", EDQM), "1"),
        (quantity(5, "package", "{package}"), "5"),
        (pieces(60), "2"),
    ],
)
def test_a_quantity_becomes_whole_packages(given, packages):
    written = changed(quantity=given)
    assert written.one(f"{SUPPLY}/c:quantity/@value") == packages
    assert not written.rules()


@pytest.mark.parametrize(
    "given",
    [
        pieces(50),
        pieces(Decimal("1.5"), "package"),
        pieces(0, "package"),
        pieces(-1, "package"),
        quantity(100, "mL"),
        {"value": 2, "comparator": "<", "unit": "package"},
        {"unit": "package"},
        quantity(2, "Vial", "15060000", EDQM),
    ],
)
def test_any_other_quantity_is_critical_and_never_rounded(given):
    written = changed(quantity=given)
    assert "quantity-not-in-packages" in written.rules()
    assert not written.xpath(f"{SUPPLY}/c:quantity")


def test_several_prescriptions_are_critical_and_the_first_is_written():
    named = resource(prepared(), "MedicationDispense")["authorizingPrescription"]
    other = {"identifier": {"system": "urn:oid:2.999.5", "value": "rx-2"}}
    written = changed(authorizingPrescription=[*named, other])
    assert "several-prescriptions" in written.rules()
    assert written.one("//c:order/c:id/@extension") == "rx-100"


def test_no_prescription_is_critical():
    rules = changed(authorizingPrescription=None).rules()
    assert {"prescription-not-named", "prescribed-product-missing"} <= rules


def test_a_prescription_named_without_its_resource_is_critical():
    identifier = {"system": "urn:oid:1.3.182.99.5", "value": "rx-100"}
    written = changed(authorizingPrescription=[{"identifier": identifier}])
    assert written.rules() == {"prescribed-product-missing"}
    assert written.one("//c:order/c:id/@extension") == "rx-100"


def test_nobody_who_hands_over_is_critical():
    assert "performer-missing" in changed(performer=None).rules()


def test_no_product_is_critical():
    assert "product-missing" in changed(medicationReference=None).rules()


def test_a_dispense_of_another_patient_is_refused():
    written = changed(
        subject={"identifier": {"system": "urn:oid:2.999", "value": "other"}}
    )
    assert "subject-of-another-patient" in written.rules()


def test_every_leaf_has_a_row_and_every_loss_a_reason():
    ledger = usual().result.ledger
    assert not list(ledger.unmapped())
    assert all(
        one.mark.reason for one in ledger.entries() if one.mark.fate is Fate.LOST
    )


def test_a_leaf_nobody_knows_is_lost_aloud():
    written = changed(unheardOf="x")
    assert any(path.endswith(".unheardOf") for path in written.result.ledger.unmapped())


def test_the_rest_of_a_prescription_is_lost_with_its_reason():
    bundle = prepared()
    resource(bundle, "MedicationRequest")["dosageInstruction"] = [{"text": "daily"}]
    written = Written(bundle)
    (lost,) = [
        entry
        for entry in written.result.ledger.entries()
        if "dosageInstruction" in entry.path
    ]
    assert lost.mark.fate is Fate.LOST
    assert "repeats" in lost.mark.reason


def test_the_language_of_the_document_is_spoken():
    bundle = prepared()
    bundle["entry"][0]["resource"]["language"] = "fr-LU"
    written = Written(bundle)
    assert written.one("/*/c:languageCode/@code") == "fr-LU"
