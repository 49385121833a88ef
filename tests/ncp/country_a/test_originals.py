"""Original documents of country A: listed with their bytes, given out as they are."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
from lxml import etree

from ncp.errors import Refusal
from ncp.ihe.codes import ClassCode, FormatCode, ResponseStatus, Severity, Transaction
from ncp.ihe.document_entry import EntryAuthor, EventCode
from ncp.ihe.iti38_xca_query import DocumentQuery, write_document_query
from ncp.national.ports import (
    DocumentAuthor,
    DocumentKind,
    SourceDocument,
    StayReason,
)
from tests.ncp.country_a.scene import EVA, LUC, CountryA, summary_of
from tests.transformations.original_documents.originals import (
    blank_pdf,
    image_bytes,
    pdf_bytes,
)
from transformations.inspection import MediaType
from transformations.original_documents import read_original
from trust.assertions import Permission
from trust.xml import Written

LAB = ClassCode.LABORATORY_RESULT
STAY = ClassCode.HOSPITAL_DISCHARGE_REPORT
PICTURE = ClassCode.MEDICAL_IMAGE
ALL = (LAB, STAY, ClassCode.MEDICAL_IMAGING_REPORT, PICTURE)
CODES = {
    DocumentKind.LABORATORY_REPORT: LAB.value,
    DocumentKind.DISCHARGE_REPORT: STAY.value,
    DocumentKind.IMAGING_REPORT: ClassCode.MEDICAL_IMAGING_REPORT.value,
    DocumentKind.IMAGE: PICTURE.value,
}
MAY = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)


def original(name: str, kind: DocumentKind, **changes: object) -> SourceDocument:
    is_image = kind is DocumentKind.IMAGE
    return replace(
        SourceDocument(
            source_id=f"DocumentReference/{name}",
            version="1",
            created=MAY,
            kind=kind,
            language="fr-LU",
            title=f"The {name}",
            locator=name,
            media_type="image/png" if is_image else "application/pdf",
        ),
        **changes,
    )


def put(country_a: CountryA, document: SourceDocument, data: bytes) -> None:
    cover = summary_of(EVA)
    composition = cover["entry"][0]["resource"]
    composition["type"]["coding"][0]["code"] = CODES[document.kind]
    composition["title"] = document.title
    nation = country_a.nation
    nation.listed.setdefault(EVA, []).append(document)
    nation.contents[document.locator] = data
    nation.contents[f"{document.locator}.cover"] = json.dumps(cover).encode()


@pytest.fixture
def with_originals(country_a: CountryA) -> CountryA:
    report = original(
        "report",
        DocumentKind.LABORATORY_REPORT,
        service_start=MAY - timedelta(days=2),
        authors=(
            DocumentAuthor("Muller", "Anne", ("Haematology",)),
            DocumentAuthor("Laboratoire du Parc"),
        ),
    )
    put(country_a, report, pdf_bytes())
    letter = original(
        "letter",
        DocumentKind.DISCHARGE_REPORT,
        created=MAY + timedelta(days=30),
        stay_reason=StayReason("K56.2", "Volvulus"),
    )
    put(country_a, letter, pdf_bytes())
    put(country_a, original("picture", DocumentKind.IMAGE), image_bytes("PNG"))
    return country_a


def only(entries):
    [entry] = entries
    return entry


def inside(country_a: CountryA, document_id: str):
    [document] = country_a.retrieve(EVA, document_id).documents
    return document, read_original(etree.fromstring(document.content))


@pytest.mark.spec("eHDSI XCA Profile, metadata of original clinical documents")
def test_an_entry_says_who_wrote_it_since_when_and_how_large_it_is(with_originals):
    entry = only(with_originals.entries(EVA, LAB))
    assert entry.class_code == entry.type_code == "11502-2"
    assert entry.format_code == FormatCode.ORIGINAL_PDF
    assert entry.title == "OrCD Laboratory Report"
    assert entry.description == "The report"
    assert entry.service_start == MAY - timedelta(days=2)
    assert entry.creation_time == MAY
    assert entry.authors == (
        EntryAuthor("Muller", "Anne", ("Haematology",)),
        EntryAuthor("Laboratoire du Parc"),
    )
    assert entry.events == ()


@pytest.mark.spec("ITI TF-3 4.2.3.2.10", "ITI TF-3 4.2.3.2.22")
@pytest.mark.parametrize("code", [LAB, STAY, PICTURE])
def test_size_and_hash_of_the_list_are_those_of_the_document(with_originals, code):
    entry = only(with_originals.entries(EVA, code))
    document, _ = inside(with_originals, entry.unique_id)
    assert entry.size == len(document.content)
    assert entry.hash == hashlib.sha1(document.content).hexdigest()
    assert document.mime_type == "text/xml"


def test_a_report_arrives_byte_for_byte(with_originals):
    entry = only(with_originals.entries(EVA, LAB))
    document, envelope = inside(with_originals, entry.unique_id)
    assert envelope.content == with_originals.nation.contents["report"]
    root = etree.fromstring(document.content)
    assert root.find("{urn:hl7-org:v3}id").get("root") == entry.unique_id
    assert b"1893120105732" in document.content


def test_an_image_arrives_byte_for_byte(with_originals):
    entry = only(with_originals.entries(EVA, PICTURE))
    assert entry.format_code == FormatCode.ORIGINAL_PNG
    _, envelope = inside(with_originals, entry.unique_id)
    assert envelope.declared is MediaType.PNG
    assert envelope.content == image_bytes("PNG")


def test_a_discharge_says_what_the_stay_was_for(with_originals):
    entry = only(with_originals.entries(EVA, STAY))
    assert entry.events == (
        EventCode("K56.2", "1.3.6.1.4.1.12559.11.10.1.3.1.44.2", "Volvulus"),
    )


def test_several_kinds_may_be_asked_for_at_once(with_originals):
    listed = with_originals.listed(EVA, *ALL)
    assert listed.status is ResponseStatus.SUCCESS
    assert [entry.class_code for entry in listed.entries] == [LAB, STAY, PICTURE]
    # A single entry is associated with nothing, least of all with itself.
    assert listed.transforms == ()


def one_pair_of_quotes(query: DocumentQuery):
    """Seen: OpenNCP writes all class codes between one pair of quotes."""
    body = write_document_query(query)

    def bend(node) -> None:
        for index, child in enumerate(node.children):
            if isinstance(child, Written):
                bent = child.markup.replace("','", ",")
                assert bent != child.markup
                node.children[index] = child._replace(markup=bent)
            elif isinstance(child, str):
                node.children[index] = child.replace("','", ",")
            else:
                bend(child)

    bend(body)
    return body


def test_several_kinds_in_openncps_quotation_are_the_same_question(with_originals):
    from ncp.ihe.document_list import read_document_query_response
    from tests.ncp.country_a.scene import understood

    body = one_pair_of_quotes(DocumentQuery(EVA, ALL))
    answer = with_originals.send(
        Transaction.ITI_38, body, with_originals.assertions(EVA)
    )
    listed = read_document_query_response(understood(answer).body)
    assert len(listed.entries) == 3


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"created_after": MAY}, ["The letter"]),
        ({"created_before": MAY + timedelta(days=1)}, ["The report", "The picture"]),
        ({"created_before": MAY}, []),
        ({"maximum_size": 1}, []),
        ({"maximum_size": 10_000_000}, ["The report", "The letter", "The picture"]),
    ],
)
def test_filters_narrow_the_list(with_originals, filters, names):
    listed = with_originals.listed(EVA, *ALL, **filters)
    assert [entry.description for entry in listed.entries] == names
    assert listed.status is ResponseStatus.SUCCESS
    assert [error.code for error in listed.errors] == ([] if names else ["1104"])


def test_the_size_that_is_filtered_is_the_size_that_is_listed(with_originals):
    size = only(with_originals.entries(EVA, LAB)).size
    assert with_originals.entries(EVA, LAB, maximum_size=size)
    assert not with_originals.entries(EVA, LAB, maximum_size=size - 1)


def test_what_is_filtered_by_time_is_not_even_fetched(with_originals):
    with_originals.entries(EVA, *ALL, created_after=MAY)
    assert with_originals.nation.fetched == ["letter"]


def test_the_bytes_are_made_once_and_kept_for_their_time(with_originals):
    first = only(with_originals.entries(EVA, LAB))
    inside(with_originals, first.unique_id)
    assert only(with_originals.entries(EVA, LAB)) == first
    assert with_originals.nation.fetched == ["report"]
    with_originals.clock.moment += timedelta(hours=3)
    assert only(with_originals.entries(EVA, LAB)).hash == first.hash
    assert with_originals.nation.fetched == ["report", "report"]


def test_bytes_whose_time_is_over_are_made_again_the_same(with_originals):
    entry = only(with_originals.entries(EVA, LAB))
    with_originals.clock.moment += timedelta(hours=5)
    document, _ = inside(with_originals, entry.unique_id)
    assert hashlib.sha1(document.content).hexdigest() == entry.hash


def test_what_was_withdrawn_is_not_given_out_of_memory(with_originals):
    entry = only(with_originals.entries(EVA, LAB))
    with_originals.nation.listed[EVA] = []
    response = with_originals.retrieve(EVA, entry.unique_id)
    assert response.documents == ()
    assert with_originals.conditions()[-1] == Refusal.DOCUMENT_UNKNOWN


def test_an_unversioned_original_is_given_out_of_memory(country_a):
    put(
        country_a,
        original("report", DocumentKind.LABORATORY_REPORT, version=None),
        pdf_bytes(),
    )
    entry = only(country_a.entries(EVA, LAB))
    _, envelope = inside(country_a, entry.unique_id)
    assert envelope.content == pdf_bytes()


def test_an_id_is_of_no_use_for_another_patient(with_originals):
    entry = only(with_originals.entries(EVA, LAB))
    response = with_originals.retrieve(LUC, entry.unique_id)
    assert response.documents == ()
    assert with_originals.conditions()[-1] == Refusal.DOCUMENT_OF_ANOTHER_PATIENT


def test_kept_bytes_are_not_in_clear_in_the_database(with_originals, tmp_path):
    with_originals.entries(EVA, LAB)
    pdf = with_originals.nation.contents["report"]
    for file in tmp_path.rglob("store.db*"):
        data = file.read_bytes()
        assert pdf[:200] not in data
        assert b"nonXMLBody" not in data


# Consent and permission per kind -----------------------------------------------------


def test_consent_is_asked_for_each_kind(with_originals):
    with_originals.entries(EVA, LAB, PICTURE)
    assert [asked[1] for asked in with_originals.nation.asked] == [
        "laboratory-report",
        "image",
    ]


def test_a_kind_the_patient_withholds_is_told_beside_the_others(with_originals):
    with_originals.nation.withheld = {"laboratory-report"}
    listed = with_originals.listed(EVA, LAB, STAY)
    assert [entry.class_code for entry in listed.entries] == [STAY]
    assert listed.status is ResponseStatus.SUCCESS
    assert [(e.code, e.severity) for e in listed.errors] == [("4701", Severity.WARNING)]


def test_only_withheld_kinds_are_a_refusal(with_originals):
    with_originals.nation.withheld = {"laboratory-report"}
    listed = with_originals.listed(EVA, LAB)
    assert listed.status is ResponseStatus.FAILURE
    assert with_originals.conditions()[-1] == Refusal.CONSENT_REFUSED


def test_consent_is_asked_again_at_the_retrieve(with_originals):
    entry = only(with_originals.entries(EVA, LAB))
    with_originals.nation.withheld = {"laboratory-report"}
    assert with_originals.retrieve(EVA, entry.unique_id).documents == ()
    assert with_originals.conditions()[-1] == Refusal.CONSENT_REFUSED


def test_without_the_permission_nothing_is_listed(with_originals, monkeypatch):
    from tests.ncp.country_a import scene

    some = tuple(p for p in Permission if p is not Permission.REVIEW_MEDICAL_HISTORY)
    monkeypatch.setattr(scene, "DOCTOR", replace(scene.DOCTOR, permissions=some))
    listed = with_originals.listed(EVA, LAB)
    assert listed.status is ResponseStatus.FAILURE
    assert with_originals.conditions()[-1] == "permission-missing"
    assert with_originals.nation.asked == []


# What may not leave -----------------------------------------------------------------


def scripted() -> bytes:
    pdf = blank_pdf()
    pdf.Root.OpenAction = pikepdf.Dictionary(
        S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)")
    )
    return pdf_bytes(pdf)


def test_an_original_with_a_script_is_left_out_and_told(with_originals):
    put(
        with_originals,
        original("bad", DocumentKind.LABORATORY_REPORT),
        scripted(),
    )
    listed = with_originals.listed(EVA, LAB)
    assert [entry.description for entry in listed.entries] == ["The report"]
    assert [(e.code, e.severity) for e in listed.errors] == [
        ("ERROR_ORCD_GENERIC", Severity.WARNING)
    ]
    record = with_originals.records()[-1]
    assert record.condition == Refusal.DOCUMENT_UNFIT
    assert "document-holds-script" in record.sentence


def test_a_list_of_nothing_that_may_leave_is_a_failure_not_an_empty_list(country_a):
    put(country_a, original("bad", DocumentKind.LABORATORY_REPORT), scripted())
    listed = country_a.listed(EVA, LAB)
    assert listed.status is ResponseStatus.FAILURE
    assert country_a.conditions()[-1] == Refusal.DOCUMENT_UNFIT


def test_an_image_that_is_a_pdf_does_not_leave(country_a):
    put(country_a, original("picture", DocumentKind.IMAGE), pdf_bytes())
    assert country_a.listed(EVA, PICTURE).status is ResponseStatus.FAILURE
    assert country_a.conditions()[-1] == Refusal.DOCUMENT_UNFIT


def test_a_cover_of_somebody_else_fails_the_list(country_a):
    put(country_a, original("report", DocumentKind.LABORATORY_REPORT), pdf_bytes())
    cover = json.dumps(summary_of(LUC)).encode()
    country_a.nation.contents["report.cover"] = cover
    assert country_a.listed(EVA, LAB).status is ResponseStatus.FAILURE
    assert country_a.conditions()[-1] == Refusal.NATIONAL_UNAVAILABLE


def test_an_eprescription_cannot_be_asked_for_beside_originals(with_originals):
    listed = with_originals.listed(EVA, LAB, ClassCode.PATIENT_SUMMARY)
    assert listed.status is ResponseStatus.FAILURE
    assert with_originals.conditions()[-1] == Refusal.CLASS_CODE_UNSUPPORTED
