"""A patient summary as PDF beside the coded form: siblings of one source."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from lxml import etree

from ncp.errors import Refusal
from ncp.ihe.codes import FormatCode
from ncp.ihe.document_list import Transform
from tests.ncp.country_a.scene import EVA, CountryA, source_document, summary_of
from tests.transformations.original_documents.originals import blank_pdf, pdf_bytes
from transformations.inspection import MediaType
from transformations.original_documents import read_original

NS = {"c": "urn:hl7-org:v3"}


@pytest.fixture
def both_forms(tmp_path: Path) -> CountryA:
    return CountryA(tmp_path, offer_pdf=True)


def pair(country_a: CountryA):
    coded, pdf = country_a.entries(EVA)
    assert not coded.is_pdf
    assert pdf.is_pdf
    return coded, pdf


def envelope_of(country_a: CountryA, document_id: str):
    [document] = country_a.retrieve(EVA, document_id).documents
    root = etree.fromstring(document.content)
    return root, read_original(root)


@pytest.mark.spec("ITI TF-3 4.2.2 XFRM", "eHDSI XCA Profile, PS siblings")
def test_the_pdf_stands_beside_the_coded_form_as_its_transform(both_forms):
    listed = both_forms.listed(EVA)
    coded, pdf = listed.entries
    assert (coded.format_code, pdf.format_code) == (
        FormatCode.PATIENT_SUMMARY,
        FormatCode.PDF,
    )
    assert coded.class_code == pdf.class_code == "60591-5"
    assert coded.unique_id != pdf.unique_id
    assert coded.mime_type == pdf.mime_type == "text/xml"
    assert listed.transforms == (Transform(pdf.entry_id, coded.entry_id),)
    assert pdf.size is None


def test_the_pdf_is_set_from_the_facts_where_the_country_has_none(both_forms):
    _, pdf = pair(both_forms)
    root, envelope = envelope_of(both_forms, pdf.unique_id)
    assert root.xpath("c:templateId/@root", namespaces=NS) == [
        "1.3.6.1.4.1.12559.11.10.1.3.1.1.7"
    ]
    assert root.xpath("c:id/@root", namespaces=NS) == [pdf.unique_id]
    assert envelope.declared is MediaType.PDF
    with pikepdf.open(io.BytesIO(envelope.content)) as opened:
        assert len(opened.pages) >= 1
        assert opened.docinfo.get("/Title") == "Patient Summary"


def test_the_pdf_of_the_country_is_given_out_byte_for_byte(both_forms):
    document = replace(source_document("eva"), has_pdf=True)
    both_forms.nation.listed[EVA] = [document]
    both_forms.nation.contents["eva.pdf"] = pdf_bytes()
    _, pdf = pair(both_forms)
    _, envelope = envelope_of(both_forms, pdf.unique_id)
    assert envelope.content == pdf_bytes()


def test_a_pdf_of_the_country_with_a_script_does_not_leave(both_forms):
    bad = blank_pdf()
    bad.Root.OpenAction = pikepdf.Dictionary(
        S=pikepdf.Name.JavaScript, JS=pikepdf.String("1")
    )
    both_forms.nation.listed[EVA] = [replace(source_document("eva"), has_pdf=True)]
    both_forms.nation.contents["eva.pdf"] = pdf_bytes(bad)
    _, pdf = pair(both_forms)
    assert both_forms.retrieve(EVA, pdf.unique_id).documents == ()
    assert both_forms.conditions()[-1] == Refusal.DOCUMENT_UNFIT


def test_a_summary_that_lacks_a_mandatory_fact_is_no_pdf_either(both_forms):
    both_forms.nation.contents["eva"] = json.dumps(
        summary_of(EVA, birthDate=None)
    ).encode()
    _, pdf = pair(both_forms)
    assert both_forms.retrieve(EVA, pdf.unique_id).documents == ()
    assert both_forms.conditions()[-1] == Refusal.DOCUMENT_LACKS_MANDATORY_FACT


def test_an_unversioned_source_is_found_again_in_both_forms(both_forms):
    both_forms.nation.listed[EVA] = [source_document("eva", version=None)]
    coded, pdf = pair(both_forms)
    response = both_forms.retrieve(EVA, coded.unique_id, pdf.unique_id)
    roots = [etree.fromstring(each.content) for each in response.documents]
    assert [root.find("c:id", NS).get("root") for root in roots] == [
        coded.unique_id,
        pdf.unique_id,
    ]
    assert [root.find(".//c:nonXMLBody", NS) is None for root in roots] == [True, False]
