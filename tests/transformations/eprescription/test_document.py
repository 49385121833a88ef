"""Every prescription of the corpus becomes documents, or says what they lack."""

import pytest
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
