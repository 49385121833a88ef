"""A prescription as a PDF in a CDA: the national one, or one set from the coded one."""

import pytest
from lxml import etree

from tests.corpus.prescriptions import PRESCRIPTIONS
from tests.transformations.eprescription.prescriptions import (
    header_of,
    named,
    one,
    rules_found,
    schema,
    transform,
)
from tests.transformations.eprescription.reading import ReadPrescription
from transformations.display.pdf import render_document
from transformations.display.pdf.rendering import page_of
from transformations.display.readable import read_readable
from transformations.eprescription import (
    PRESCRIPTION_L1,
    eprescription_pdf_to_cda,
    items,
)
from transformations.fhir import json_leaves, read_fhir_bundle
from transformations.original_documents import holds_original, read_original
from transformations.rules.cda import validate_cda
from trust.xml import DOCUMENT_LIMITS, parse_xml

pytestmark = pytest.mark.spec("eHDSI ePrescription PDF embedded EH.1.6")
PDF = b"%PDF-1.7 of the country"
SAMPLES = ("once-daily", "three-items-orchestrated", "everything-contained", "french")


def embedded(case, pdf=PDF, number=0):
    bundle = read_fhir_bundle(case.data())
    header = header_of(7, type=PRESCRIPTION_L1)
    item = items(bundle)[number]
    return eprescription_pdf_to_cda(bundle, item, header, pdf, is_strict=True)


def test_the_bytes_come_out_as_they_went_in():
    root = etree.fromstring(embedded(named("once-daily")).document)
    assert holds_original(root)
    envelope = read_original(root)
    assert envelope.content == PDF
    assert envelope.facts.code == "57833-6"
    assert "Beispiel" in envelope.facts.authors[0]


@pytest.mark.parametrize("name", SAMPLES)
def test_it_is_valid_by_the_schema_and_by_our_rules(name):
    root = parse_xml(embedded(named(name)).document, DOCUMENT_LIMITS)
    assert schema().validate(root), schema().error_log
    errors = [
        one for one in validate_cda(root).findings if one.severity.value == "error"
    ]
    assert not errors


@pytest.mark.parametrize("case", PRESCRIPTIONS, ids=lambda case: case.name)
def test_every_leaf_of_the_source_stands_once_in_the_ledger(case):
    bundle = read_fhir_bundle(case.data()).bundle
    leaves = sorted(leaf.path for leaf in json_leaves(bundle, "Bundle"))
    made = embedded(case)
    assert sorted(entry.path for entry in made.ledger.entries()) == leaves
    assert not made.ledger.unmapped()


def test_it_has_the_header_of_the_coded_document_and_an_id_of_its_own():
    coded, file = transform(named("once-daily")), embedded(named("once-daily"))
    for place in ("author", "recordTarget", "custodian", "relatedDocument"):
        both = [one(each, f"/c:ClinicalDocument/c:{place}") for each in (coded, file)]
        assert etree.tostring(both[0]) == etree.tostring(both[1])
    ids = {one(each, "/c:ClinicalDocument/c:id/@root") for each in (coded, file)}
    assert len(ids) == 2


def test_what_the_header_lacks_is_critical_and_what_the_file_says_is_not():
    assert "prescriber-missing" in rules_found(embedded(named("no-prescriber")))
    assert not rules_found(embedded(named("no-package")))


def test_without_a_national_pdf_the_coded_document_is_rendered():
    coded = transform(named("combination-pack"))
    readable = read_readable(parse_xml(coded.document, DOCUMENT_LIMITS))
    pdf = render_document(readable)
    assert pdf.startswith(b"%PDF")
    made = embedded(named("combination-pack"), pdf)
    assert read_original(etree.fromstring(made.document)).content == pdf


def test_a_prescription_is_shown_without_a_frame_for_allergies():
    coded = transform(named("french"))
    page = page_of(read_readable(parse_xml(coded.document, DOCUMENT_LIMITS)))
    assert not page["warns"]
    assert page["words"]["author"] == "Prescrit par"
    (section,) = page["sections"]
    assert section["title"] == "Prescriptions"


def test_a_file_that_is_read_back_is_kept_with_its_patient_and_author():
    read = ReadPrescription(embedded(named("once-daily")).document)
    assert read.one("Patient")["birthDate"] == "1979-05-14"
    assert read.one("DocumentReference")["content"][0]["attachment"]["data"]
