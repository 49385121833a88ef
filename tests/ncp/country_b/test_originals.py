"""Original documents from abroad: listed, taken out, looked into, kept as received."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from functools import partial

import pytest

from ncp.country_b.treatment import DocumentForm, DocumentWish
from ncp.errors import NcpError, Refusal
from ncp.exchange import HttpPayload
from ncp.ihe.codes import ClassCode
from ncp.national.ports import DocumentKind
from tests.ncp.country_a.scene import DOCTOR, EVA, CountryA
from tests.ncp.country_a.test_originals import MAY, original, put
from tests.ncp.country_b.scene import CountryB
from tests.transformations.original_documents.originals import (
    blank_pdf,
    image_bytes,
    pdf_bytes,
)
from transformations.inspection import STRICT, inspect, sniff

LAB = ClassCode.LABORATORY_RESULT
PICTURE = ClassCode.MEDICAL_IMAGE


@pytest.fixture
def treated(country_b: CountryB) -> tuple[CountryB, str]:
    a = country_b.country_a
    put(a, original("report", DocumentKind.LABORATORY_REPORT), pdf_bytes())
    put(a, original("picture", DocumentKind.IMAGE), image_bytes("PNG"))
    return country_b, country_b.treating(EVA)


def wished(treated, *kinds: ClassCode, **filters: object):
    country_b, handle = treated
    wish = DocumentWish(kinds, **filters)
    return country_b.gateway.documents(DOCTOR, handle, wish).documents


def refusal_of(call) -> tuple[str, str]:
    with pytest.raises(NcpError) as refused:
        call()
    return refused.value.refusal, refused.value.public_message


def holding(content: bytes, media_type: str = "application/pdf"):
    """Bend an answer so that another country's document holds something else."""
    inside = re.compile(rb'(<text mediaType=")[^"]*("[^>]*>)[^<]*(</text>)')
    packed = base64.b64encode(content)

    def bend(payload: HttpPayload) -> HttpPayload:
        body = inside.sub(
            rb"\g<1>" + media_type.encode() + rb"\g<2>" + packed + rb"\g<3>",
            payload.body,
        )
        return HttpPayload(payload.content_type, body)

    return bend


def test_several_kinds_are_one_question_and_summaries_another(treated):
    country_b, _ = treated
    before = len(country_b.line.sent)
    found = wished(treated, ClassCode.PATIENT_SUMMARY, LAB, PICTURE)
    assert len(country_b.line.sent) - before == 2
    assert [(each.kind, each.form) for each in found] == [
        ("60591-5", DocumentForm.CODED),
        ("11502-2", DocumentForm.PDF),
        ("x-clinical-image", DocumentForm.PNG),
    ]


def test_a_list_that_lacks_something_says_so(treated):
    country_b, handle = treated
    country_b.country_a.nation.withheld = {"image"}
    answer = country_b.gateway.documents(DOCTOR, handle, DocumentWish((LAB, PICTURE)))
    assert [each.kind for each in answer.documents] == ["11502-2"]
    [warning] = answer.warnings
    assert warning.startswith("4701 (")
    assert "consent" in warning


def test_that_there_is_nothing_is_no_warning(treated):
    country_b, handle = treated
    wish = DocumentWish((ClassCode.HOSPITAL_DISCHARGE_REPORT,))
    answer = country_b.gateway.documents(DOCTOR, handle, wish)
    assert (answer.documents, answer.warnings) == ((), ())


def test_filters_go_with_the_question(treated):
    assert wished(treated, LAB, created_after=MAY) == ()
    assert len(wished(treated, LAB, created_after=MAY - timedelta(days=1))) == 1
    assert wished(treated, LAB, maximum_size=10) == ()


def test_a_report_is_shown_byte_for_byte_and_kept_as_it_was_received(treated):
    country_b, handle = treated
    [listed] = wished(treated, LAB)
    found = country_b.gateway.show(DOCTOR, handle, listed.document)
    assert found.content == pdf_bytes()
    assert found.mime_type == "application/pdf"
    assert found.names_patient
    assert not found.is_stripped
    sent = len(country_b.line.sent)
    received = country_b.gateway.received(DOCTOR, handle, listed.document)
    assert b"nonXMLBody" in received.content
    assert received.names_patient
    assert len(country_b.line.sent) == sent


def test_an_image_is_shown_byte_for_byte(treated):
    country_b, handle = treated
    [listed] = wished(treated, PICTURE)
    found = country_b.gateway.show(DOCTOR, handle, listed.document)
    assert (found.mime_type, found.content) == ("image/png", image_bytes("PNG"))


def scripted() -> bytes:
    import pikepdf

    pdf = blank_pdf()
    pdf.Root.OpenAction = pikepdf.Dictionary(
        S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)")
    )
    return pdf_bytes(pdf)


def test_a_script_is_taken_out_for_showing_and_stays_in_what_was_received(treated):
    country_b, handle = treated
    [listed] = wished(treated, LAB)
    country_b.line.bend = holding(scripted())
    found = country_b.gateway.show(DOCTOR, handle, listed.document)
    assert found.is_stripped
    assert found.findings == ("document-holds-script",)
    assert b"app.alert" not in found.content
    received = country_b.gateway.received(DOCTOR, handle, listed.document)
    assert base64.b64encode(scripted()) in received.content


def test_a_country_may_show_nothing_that_had_to_be_stripped(treated):
    from dataclasses import replace

    from ncp.country_b.initiating_gateway import TreatmentGateway

    country_b, handle = treated
    [listed] = wished(treated, LAB)
    country_b.line.bend = holding(scripted())
    strict = partial(inspect, policy=STRICT)
    gateway = TreatmentGateway(replace(country_b.services, look_into=strict))
    refusal, sentence = refusal_of(
        lambda: gateway.show(DOCTOR, handle, listed.document)
    )
    assert refusal == Refusal.DOCUMENT_UNFIT
    assert "document-holds-script" in sentence
    assert gateway.received(DOCTOR, handle, listed.document).content


@pytest.mark.parametrize(
    ("content", "declared", "rule"),
    [
        (image_bytes("PNG"), "application/pdf", "media-type-other-than-declared"),
        (b"<html><script>", "application/pdf", "media-type-unknown"),
        (b"%PDF-1.7 nothing", "application/pdf", "pdf-broken"),
        (image_bytes("PNG"), "image/png", "media-type-not-of-this-document"),
    ],
)
def test_a_report_that_is_none_is_not_shown(treated, content, declared, rule):
    country_b, handle = treated
    [listed] = wished(treated, LAB)
    country_b.line.bend = holding(content, declared)
    refusal, sentence = refusal_of(
        lambda: country_b.gateway.show(DOCTOR, handle, listed.document)
    )
    assert refusal == Refusal.DOCUMENT_UNFIT
    assert rule in sentence


def test_a_document_of_another_type_than_listed_is_not_shown(treated):
    country_b, handle = treated
    [listed] = wished(treated, LAB)

    def bend(payload: HttpPayload) -> HttpPayload:
        body = payload.body.replace(b'code="11502-2"', b'code="18748-4"')
        return HttpPayload(payload.content_type, body)

    country_b.line.bend = bend
    refusal, sentence = refusal_of(
        lambda: country_b.gateway.show(DOCTOR, handle, listed.document)
    )
    assert refusal == Refusal.DOCUMENT_UNFIT
    assert "document-of-another-type" in sentence


def test_a_coded_summary_holds_nothing_to_show(treated):
    country_b, handle = treated
    [listed] = wished(treated, ClassCode.PATIENT_SUMMARY)
    refusal, sentence = refusal_of(
        lambda: country_b.gateway.show(DOCTOR, handle, listed.document)
    )
    assert refusal == Refusal.DOCUMENT_UNFIT
    assert "no-embedded-document" in sentence
    assert country_b.gateway.fetch(DOCTOR, handle, listed.document).content


def test_nothing_was_received_before_it_was_fetched(treated):
    country_b, handle = treated
    [listed] = wished(treated, LAB)
    refusal, _ = refusal_of(
        lambda: country_b.gateway.received(DOCTOR, handle, listed.document)
    )
    assert refusal == Refusal.DOCUMENT_UNKNOWN


def test_what_was_received_is_not_in_clear_in_the_database(treated, tmp_path):
    country_b, handle = treated
    [listed] = wished(treated, LAB)
    country_b.gateway.show(DOCTOR, handle, listed.document)
    files = [file for file in tmp_path.rglob("b.db*") if file.stat().st_size]
    assert files
    packed = base64.b64encode(pdf_bytes())
    for file in files:
        data = file.read_bytes()
        assert packed not in data
        assert b"nonXMLBody" not in data


def test_what_was_received_is_gone_with_the_treatment(treated):
    country_b, handle = treated
    [listed] = wished(treated, LAB)
    country_b.gateway.show(DOCTOR, handle, listed.document)
    country_b.country_a.clock.moment += timedelta(hours=5)
    refusal, _ = refusal_of(
        lambda: country_b.gateway.received(DOCTOR, handle, listed.document)
    )
    assert refusal == Refusal.TREATMENT_UNKNOWN


def test_the_pdf_of_a_summary_names_its_coded_form(tmp_path):
    a = CountryA(tmp_path, offer_pdf=True)
    country_b = CountryB(tmp_path, a)
    handle = country_b.treating(EVA)
    coded, pdf = country_b.gateway.documents(DOCTOR, handle).documents
    assert (coded.form, pdf.form) == (DocumentForm.CODED, DocumentForm.PDF)
    assert pdf.coded_form == coded.document
    assert coded.coded_form is None
    found = country_b.gateway.show(DOCTOR, handle, pdf.document)
    assert sniff(found.content) == "application/pdf"


def test_an_entry_made_of_itself_is_made_of_nothing():
    import uuid

    from ncp.country_b.listed import told_list
    from ncp.ihe.document_list import Transform
    from ncp.store import ListedEntry
    from tests.ncp.ihe.test_entry_details import ENTRY
    from trust.identifiers import HomeCommunityId

    listed = ListedEntry(
        handle="d-1",
        treatment_handle="h-1",
        home_community_id=HomeCommunityId("1.2"),
        repository_unique_id="1.2",
        document_unique_id="2.25.7",
        class_code="11502-2",
        mime_type="text/xml",
        expires=MAY,
    )
    own = uuid.UUID(int=7)
    [told] = told_list([(listed, ENTRY)], [Transform(own, own)])
    assert told.coded_form is None
    assert told.authors == ("Anne Muller", "Centre Hospitalier")
    assert told.service_start == "2026-02-20T08:00:00+00:00"
