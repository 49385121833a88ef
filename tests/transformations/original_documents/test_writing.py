"""A PDF or image in a CDA: the header its template demands, the bytes as they are."""

from __future__ import annotations

import base64
import json

import pytest
from lxml import etree

from tests.capabilities import data_folder, require_schemas
from tests.transformations.original_documents.originals import (
    cover_of,
    header_of,
    image_bytes,
    pdf_bytes,
)
from transformations.fhir import leaves, read_fhir_document
from transformations.header import PATIENT_SUMMARY_L1
from transformations.inspection import MediaType, OriginalRefused
from transformations.original_documents import (
    DISCHARGE_REPORT,
    IMAGING_REPORT,
    LABORATORY_RESULT,
    MEDICAL_IMAGE,
    holds_original,
    original_to_cda,
    read_original,
)
from transformations.rules import validate_cda

NS = {"c": "urn:hl7-org:v3"}
ALL = [
    (LABORATORY_RESULT, MediaType.PDF, "1.8"),
    (DISCHARGE_REPORT, MediaType.PDF, "1.9"),
    (IMAGING_REPORT, MediaType.PDF, "1.10"),
    (MEDICAL_IMAGE, MediaType.PNG, "1.11"),
    (MEDICAL_IMAGE, MediaType.JPEG, "1.11"),
    (PATIENT_SUMMARY_L1, MediaType.PDF, "1.7"),
]
EHDSI = "1.3.6.1.4.1.12559.11.10.1.3.1."


def content_of(media_type: MediaType) -> bytes:
    return pdf_bytes() if media_type is MediaType.PDF else image_bytes(media_type.name)


def written(kind, media_type, **changes):
    return original_to_cda(
        cover_of(kind.code, **changes),
        header_of(kind),
        media_type,
        content_of(media_type),
        is_strict=True,
    )


@pytest.mark.spec("eHDSI OrCD EH.1.8 - EH.1.11, EH.1.7")
@pytest.mark.parametrize(("kind", "media_type", "template"), ALL)
def test_each_type_has_its_template_and_code_and_passes_the_schema(
    kind, media_type, template
):
    result = written(kind, media_type)
    assert [f for f in result.findings if f.severity == "critical"] == []
    root = etree.fromstring(result.document)
    assert root.xpath("c:templateId/@root", namespaces=NS) == [EHDSI + template]
    assert root.xpath("c:code/@code", namespaces=NS) == [kind.code]
    assert root.xpath("c:code/@displayName", namespaces=NS) == [kind.display]
    schema = etree.XMLSchema(file=str(require_schemas() / "CDA_Pharma.xsd"))
    schema.assertValid(root)


@pytest.mark.spec("eHDSI OrCD EH.1.8 - EH.1.11, EH.1.7")
@pytest.mark.parametrize(("kind", "media_type", "_"), ALL)
def test_each_type_keeps_the_rules_of_its_template(kind, media_type, _):
    result = original_to_cda(
        cover_of(kind.code),
        header_of(kind),
        media_type,
        content_of(media_type),
        is_literal=True,
    )
    assert validate_cda(etree.fromstring(result.document)).errors == ()


REPORTS = [
    path
    for pattern in ("LAB-*.json", "HDR-*.json", "eu-lab-examples/*.json")
    for path in sorted((data_folder() / "fhir-dev").glob(pattern))
]


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem[:30])
def test_the_header_of_real_reports_can_stand_before_their_pdf(path):
    source = read_fhir_document(path.read_bytes())
    kind = DISCHARGE_REPORT if path.name.startswith("HDR") else LABORATORY_RESULT
    result = original_to_cda(source, header_of(kind), MediaType.PDF, pdf_bytes())
    root = etree.fromstring(result.document)
    schema = etree.XMLSchema(file=str(require_schemas() / "CDA_Pharma.xsd"))
    schema.assertValid(root)
    lacking = {f.rule for f in result.findings if f.severity == "critical"}
    # Some examples of the guide name no author that is in the document.
    assert lacking <= {"author-missing"}
    assert read_original(root).content == pdf_bytes()


@pytest.mark.parametrize(("kind", "media_type", "_"), ALL)
def test_the_bytes_come_back_exactly_as_they_went_in(kind, media_type, _):
    root = etree.fromstring(written(kind, media_type).document)
    assert holds_original(root)
    envelope = read_original(root)
    assert envelope.content == content_of(media_type)
    assert envelope.declared is media_type
    assert envelope.facts.title == "Rapport de laboratoire"
    assert envelope.facts.authors == ("Author Anne",)
    assert envelope.facts.language == "fr-LU"
    assert envelope.facts.created == "20260302083000+0000"


@pytest.mark.spec("eHDSI OrCD EH.1.8: serviceEvent classCode ACT, no participant")
def test_an_original_is_of_an_act_names_no_contacts_and_needs_no_authenticator():
    root = etree.fromstring(written(LABORATORY_RESULT, MediaType.PDF).document)
    [event] = root.xpath("c:documentationOf/c:serviceEvent", namespaces=NS)
    assert event.get("classCode") == "ACT"
    assert event.xpath("c:effectiveTime/c:high/@value", namespaces=NS) == ["20260228"]
    assert root.xpath("c:participant | c:legalAuthenticator", namespaces=NS) == []


def test_without_a_period_an_original_tells_of_no_act():
    root = etree.fromstring(
        written(LABORATORY_RESULT, MediaType.PDF, event=[]).document
    )
    assert root.xpath("c:documentationOf", namespaces=NS) == []


@pytest.mark.spec("eHDSI EH.1.7")
def test_the_pdf_of_a_summary_has_the_header_of_a_summary():
    root = etree.fromstring(written(PATIENT_SUMMARY_L1, MediaType.PDF).document)
    [event] = root.xpath("c:documentationOf/c:serviceEvent", namespaces=NS)
    assert event.get("classCode") == "PCPR"
    assert len(root.xpath("c:legalAuthenticator", namespaces=NS)) == 1
    [related] = root.xpath("c:relatedDocument[@typeCode='XFRM']", namespaces=NS)
    assert related.xpath("c:parentDocument/c:id/@extension", namespaces=NS) == [
        "report-1"
    ]
    assert root.xpath("c:participant", namespaces=NS)


def test_contacts_without_a_place_stand_in_the_ledger_as_lost():
    result = written(LABORATORY_RESULT, MediaType.PDF)
    lost = {e.path for e in result.ledger.entries() if e.mark.fate == "lost"}
    assert "Bundle.entry[1].resource.contact[0].name.family" in lost
    counted = sorted(leaf.path for leaf in leaves(cover_of("11502-2")))
    assert sorted(e.path for e in result.ledger.entries()) == counted
    assert not result.ledger.unmapped()
    json.dumps(result.ledger.to_json())


def test_a_report_typed_as_something_else_is_critical():
    result = original_to_cda(
        cover_of("34105-7"), header_of(LABORATORY_RESULT), MediaType.PDF, pdf_bytes()
    )
    assert "not-a-laboratory-report" in {f.rule for f in result.findings}


def test_a_report_is_no_image():
    with pytest.raises(OriginalRefused, match="not carried as image/png"):
        written(LABORATORY_RESULT, MediaType.PNG)


@pytest.mark.parametrize(
    ("is_literal", "named"), [(False, "image/png"), (True, "application/png")]
)
def test_an_image_is_named_by_its_type_or_as_the_template_says(is_literal, named):
    result = original_to_cda(
        cover_of(MEDICAL_IMAGE.code),
        header_of(MEDICAL_IMAGE),
        MediaType.PNG,
        image_bytes("PNG"),
        is_literal=is_literal,
    )
    root = etree.fromstring(result.document)
    [text] = root.xpath("//c:nonXMLBody/c:text", namespaces=NS)
    assert text.get("mediaType") == named
    assert base64.b64decode(text.text) == image_bytes("PNG")
    assert read_original(root).declared is MediaType.PNG


def test_the_same_facts_make_the_same_bytes():
    first, second = (written(IMAGING_REPORT, MediaType.PDF) for _ in range(2))
    assert first.document == second.document
