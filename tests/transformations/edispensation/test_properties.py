"""Whatever was handed over: the document keeps the rules, and says it exactly."""

import json

import pytest
from hypothesis import given, settings

from tests.transformations.edispensation.prepared import Written, prepared
from tests.transformations.edispensation.strategies import items
from tests.transformations.edispensation.test_corpus import facts_of
from tests.transformations.patient_summary.documents import schema
from transformations.edispensation import (
    edispensation_to_fhir,
    read_dispensation_facts,
)
from transformations.hl7v3.timestamps import from_ts
from transformations.rules.cda import validate_cda
from trust.xml import DOCUMENT_LIMITS, parse_xml

pytestmark = pytest.mark.spec("eHDSI eDispensation EH.1.2")
# The suite stays fast, and the same in every run.
bounded = settings(max_examples=40, deadline=None, derandomize=True)


@bounded
@given(items)
def test_the_document_keeps_schema_and_rules(item):
    written = Written(prepared(item))
    assert not written.rules()
    assert schema().validate(written.tree), schema().error_log
    report = validate_cda(parse_xml(written.result.document, DOCUMENT_LIMITS))
    assert not [one for one in report.findings if one.severity.value == "error"]


@bounded
@given(items)
def test_country_a_reads_what_was_said(item):
    facts = read_dispensation_facts(Written(prepared(item)).result.document)
    assert facts.packages == item.packages
    assert facts.is_substituted is (item.substitution is not None)
    assert facts.handed_over == from_ts(item.handed_over.strftime("%Y%m%d%H%M%S%z"))
    assert facts.dispensed.name == item.product["code"]["text"]
    ((held, _unit),) = facts.dispensed.content
    assert str(held) == str(item.product["amount"]["numerator"]["value"])
    system, value = item.identifier
    assert facts.supply_id == f"{system.removeprefix('urn:oid:')}^{value}"


@bounded
@given(items)
def test_it_comes_back_as_it_went(item):
    bundle = prepared(item)
    written = Written(bundle)
    back = json.loads(edispensation_to_fhir(written.result.document).document)
    for one in (written.source, back):
        for entry in one["entry"]:
            entry["resource"].setdefault("batch", None)
    assert facts_of(back) == facts_of(written.source)


@bounded
@given(items)
def test_the_account_is_closed(item):
    written = Written(prepared(item))
    ledger = written.result.ledger
    assert not list(ledger.unmapped())
    assert sum(ledger.counts().values()) == ledger.leaves
