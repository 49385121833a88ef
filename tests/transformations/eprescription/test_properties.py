"""Whatever is prescribed: the document keeps the rules, and says it exactly."""

import pytest
import simplejson
from hypothesis import given, settings
from lxml import etree

from tests.transformations.eprescription.prescriptions import (
    ACT,
    MATERIAL,
    found,
    one,
    rules_found,
    schema,
    transform_all,
)
from tests.transformations.eprescription.strategies import prescriptions
from tests.transformations.eprescription.test_dosage import told
from tests.transformations.eprescription.test_round_trips import again, facts
from transformations.eprescription import items
from transformations.fhir import json_leaves, read_fhir_bundle
from transformations.hl7v3.numbers import to_real
from transformations.rules.cda import validate_cda
from trust.xml import DOCUMENT_LIMITS, parse_xml

pytestmark = pytest.mark.spec("eHDSI ePrescription EH.1.1")
# The suite stays fast, and the same in every run.
bounded = settings(max_examples=60, deadline=None, derandomize=True)


def made_of(bundle):
    (made,) = transform_all(simplejson.dumps(bundle, use_decimal=True).encode())
    return made


def order_of(bundle):
    return bundle["entry"][0]["resource"]


@bounded
@given(prescriptions())
def test_the_document_keeps_schema_and_rules(bundle):
    made = made_of(bundle)
    assert not rules_found(made)
    assert schema().validate(etree.fromstring(made.document)), schema().error_log
    report = validate_cda(parse_xml(made.document, DOCUMENT_LIMITS))
    assert not [each for each in report.findings if each.severity.value == "error"]


@bounded
@given(prescriptions())
def test_the_account_is_closed(bundle):
    made = made_of(bundle)
    assert not made.ledger.unmapped()
    data = simplejson.dumps(bundle, use_decimal=True).encode()
    leaves = [
        leaf.path for leaf in json_leaves(read_fhir_bundle(data).bundle, "Bundle")
    ]
    assert sorted(each.path for each in made.ledger.entries()) == sorted(leaves)


@bounded
@given(prescriptions())
def test_no_digit_changes(bundle):
    made = made_of(bundle)
    medicine = bundle["entry"][1]["resource"]
    held = one(made, f"{MATERIAL}/p:asContent/p:quantity/@value")
    assert held == to_real(medicine["amount"]["numerator"]["value"])
    strengths = found(made, f"{MATERIAL}/p:ingredient/p:quantity/c:numerator/@value")
    assert strengths == [
        to_real(each["strength"]["numerator"]["value"])
        for each in medicine["ingredient"]
    ]
    amount = order_of(bundle)["dispenseRequest"]["extension"][0]["valueQuantity"]
    packages = one(made, f"{ACT}/c:entryRelationship/c:supply/c:quantity/@value")
    assert packages == to_real(amount["value"])


@bounded
@given(prescriptions())
def test_every_word_of_a_dosage_is_told(bundle):
    said = "\n".join(told(made_of(bundle)))
    for dosage in order_of(bundle).get("dosageInstruction", ()):
        for name in ("text", "patientInstruction"):
            assert " ".join(dosage.get(name, "").split()) in said


@bounded
@given(prescriptions())
def test_the_second_document_says_in_code_what_the_first_did(bundle):
    made = made_of(bundle)
    assert facts(again(made.document).document) == facts(made.document)


@bounded
@given(prescriptions())
def test_a_list_says_what_the_document_does(bundle):
    data = simplejson.dumps(bundle, use_decimal=True).encode()
    (item,) = items(read_fhir_bundle(data))
    made = made_of(bundle)
    assert item.is_dispensable
    assert item.product == one(made, f"{MATERIAL}/c:name/text()")
    assert item.id is not None
    assert item.id.value == one(made, f"{ACT}/c:id/@extension")
    written = found(made, f"{ACT}/c:entryRelationship/c:observation/c:value/@code")
    forbids = "N" in written
    assert (item.substitution == "N") is forbids
