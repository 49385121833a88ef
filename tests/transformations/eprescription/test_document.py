"""Every prescription of the corpus becomes documents, or says what they lack."""

import pytest
import simplejson
from lxml import etree

from tests.corpus.prescriptions import PRESCRIPTIONS
from tests.transformations.eprescription.prescriptions import (
    ACT,
    found,
    named,
    one,
    rules_found,
    schema,
    transform,
    transform_all,
)
from tests.transformations.eprescription.reading import ReadPrescription
from transformations.fhir import json_leaves, read_fhir_bundle
from transformations.mapping import Fate

by_name = pytest.mark.parametrize("case", PRESCRIPTIONS, ids=lambda case: case.name)


@by_name
def test_every_document_is_valid_by_the_schema(case):
    for made in transform_all(case.data()):
        assert schema().validate(etree.fromstring(made.document)), schema().error_log


@by_name
def test_what_lacks_a_fact_that_is_mandatory_is_found_critical_and_nothing_else(case):
    critical = [rules_found(made) for made in transform_all(case.data())]
    assert any(critical) == (case.lacks is not None)


@by_name
def test_every_leaf_of_the_source_stands_once_in_the_ledger_of_each_document(case):
    bundle = read_fhir_bundle(case.data()).bundle
    leaves = sorted(leaf.path for leaf in json_leaves(bundle, "Bundle"))
    for made in transform_all(case.data()):
        assert sorted(entry.path for entry in made.ledger.entries()) == leaves


@by_name
def test_no_leaf_is_lost_for_want_of_a_row(case):
    for made in transform_all(case.data()):
        assert not made.ledger.unmapped()


@by_name
def test_a_loss_that_matters_has_a_reason(case):
    for made in transform_all(case.data()):
        for entry in made.ledger.entries():
            if entry.mark.fate is Fate.LOST and entry.mark.severity != "information":
                assert entry.mark.reason, entry.path


@pytest.mark.spec("eHDSI EH.1.1")
def test_each_item_of_a_prescription_is_a_document_with_the_id_of_the_whole():
    made = transform_all(named("three-items-orchestrated").data())
    ids = [one(each, f"{ACT}/c:id/@extension") for each in made]
    whole = {one(each, "//c:section/c:id/@extension") for each in made}
    assert ids == ["rx-9-1", "rx-9-2", "rx-9-3"]
    assert whole == {"rx-group-9"}


def test_an_item_says_nothing_of_the_others():
    for each in transform_all(named("two-items-by-group-identifier").data()):
        assert len(found(each, "//c:manufacturedMaterial")) == 1


@pytest.mark.spec("eHDSI EH.2.1")
def test_the_title_of_the_section_is_fixed_in_every_language():
    made = transform(named("french"))
    assert one(made, "//c:section/c:title/text()") == "Prescriptions"
    assert one(made, "/c:ClinicalDocument/c:languageCode/@code") == "fr-LU"


def test_a_condition_that_is_the_reason_is_coded_and_comes_back():
    made = transform(named("reason-as-a-condition"))
    reason = one(made, f"{ACT}/c:entryRelationship[@typeCode='RSON']//c:value")
    assert reason.get("code") == "E11"
    back = ReadPrescription(made.document).request["reasonCode"]
    assert back[0]["coding"][0]["code"] == "E11"


def test_what_the_order_refers_to_and_cda_has_no_place_for_is_lost_aloud():
    bundle = named("once-daily").bundle()
    order = bundle["entry"][0]["resource"]
    order["encounter"] = {"reference": "Encounter/visit"}
    order["insurance"] = [{"reference": "Coverage/cns"}]
    for kind, identity in (("Encounter", "visit"), ("Coverage", "cns")):
        resource = {"resourceType": kind, "id": identity, "status": "active"}
        url = f"https://example.lu/fhir/{kind}/{identity}"
        bundle["entry"].append({"fullUrl": url, "resource": resource})
    (made,) = transform_all(simplejson.dumps(bundle, use_decimal=True).encode())
    lost = {e.path: e.mark.reason for e in made.ledger.entries() if e.value == "active"}
    assert "has no place" in lost["Bundle.entry[6].resource.status"]
    assert "resource-not-referred-to" not in rules_found(made, "warning")


def test_what_nothing_refers_to_is_reported():
    bundle = named("once-daily").bundle()
    resource = {"resourceType": "Observation", "id": "o", "status": "final"}
    bundle["entry"].append({"fullUrl": "urn:uuid:1", "resource": resource})
    (made,) = transform_all(simplejson.dumps(bundle, use_decimal=True).encode())
    assert "resource-not-referred-to" in rules_found(made, "warning")


@pytest.mark.parametrize("identifier", [None, [{"value": "10-123EP"}]])
def test_an_order_without_an_identifier_that_cda_can_name_is_reported(identifier):
    bundle = named("once-daily").bundle()
    order = bundle["entry"][0]["resource"]
    del order["identifier"]
    if identifier:
        order["identifier"] = identifier
    (made,) = transform_all(simplejson.dumps(bundle, use_decimal=True).encode())
    assert "prescription-id-made" in rules_found(made, "warning")
    assert one(made, f"{ACT}/c:id/@root") == one(made, "//c:section/c:id/@root")
    assert "prescription-id-made" not in rules_found(
        transform(named("once-daily")), "warning"
    )
