"""Original documents of a FHIR server: found, described, fetched, with their cover."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest

from ncp.errors import NationalError
from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_server import FhirDocumentSource
from ncp.national.ports import (
    DocumentAuthor,
    DocumentKind,
    PatientRecord,
    StayReason,
)
from ncp.national.server_base import ServerBase
from tests.transformations.original_documents.originals import header_of, pdf_bytes
from transformations.fhir import read_fhir_document
from transformations.inspection import MediaType
from transformations.original_documents import LABORATORY_RESULT, original_to_cda
from transformations.rules import validate_cda
from trust.identifiers import Oid, PatientId
from trust.xml import DOCUMENT_LIMITS, parse_xml

LAB, STAY = DocumentKind.LABORATORY_REPORT, DocumentKind.DISCHARGE_REPORT
PICTURE = DocumentKind.IMAGE
MATRICULE = PatientId(Oid("1.3.182.4.4"), "1893120105732")
EVA = PatientRecord(MATRICULE, (MATRICULE,), source="Patient/p1")
PDF = pdf_bytes()
CODES = {LAB: "11502-2", STAY: "34105-7", PICTURE: "x-clinical-image"}


def typed(kind: DocumentKind) -> dict:
    return {"coding": [{"system": "http://loinc.org", "code": CODES[kind]}]}


def digest(data: bytes) -> str:
    return base64.b64encode(hashlib.sha1(data).digest()).decode()


def attached(**changes) -> dict:
    written = {
        "contentType": "application/pdf",
        "url": "Binary/b1",
        "hash": digest(PDF),
        "title": "Laboratory report",
        "language": "fr-LU",
        "creation": "2026-01-13T15:20:00+01:00",
        **changes,
    }
    return {name: value for name, value in written.items() if value is not None}


def reference(kind: DocumentKind = LAB, **changes) -> dict:
    resource = {
        "resourceType": "DocumentReference",
        "id": "d1",
        "meta": {"versionId": "3", "lastUpdated": "2026-01-14T10:00:00Z"},
        "masterIdentifier": {"system": "urn:oid:1.3.182.99.7", "value": "LAB-1"},
        "status": "current",
        "type": typed(kind),
        "subject": {"reference": "Patient/p1"},
        "author": [{"reference": "PractitionerRole/r1"}],
        "custodian": {"reference": "Organization/o1"},
        "content": [{"attachment": attached()}],
        "context": {"period": {"start": "2026-01-12T07:45:00+01:00"}},
    }
    written = {**resource, **changes}
    return {name: value for name, value in written.items() if value is not None}


def report(**changes) -> dict:
    return {
        "resourceType": "DiagnosticReport",
        "id": "g1",
        "meta": {"versionId": "1"},
        "identifier": [{"system": "urn:oid:1.3.182.99.7", "value": "LAB-1"}],
        "status": "final",
        "code": typed(LAB),
        "subject": {"reference": "Patient/p1"},
        "issued": "2026-01-13T15:20:00+01:00",
        "effectiveDateTime": "2026-01-12",
        "performer": [{"reference": "Organization/o1"}],
        "presentedForm": [attached()],
        **changes,
    }


ROLE = {
    "resourceType": "PractitionerRole",
    "id": "r1",
    "practitioner": {"reference": "Practitioner/a1"},
    "organization": {"reference": "Organization/o1"},
    "specialty": [
        {"text": "Haematology"},
        {"coding": [{"display": "Laboratory medicine"}]},
    ],
}
PERSON = {
    "resourceType": "Practitioner",
    "id": "a1",
    "identifier": [{"system": "urn:oid:1.3.182.4.1", "value": "E1"}],
    "name": [{"family": "Muller", "given": ["Anne", "Marie"]}],
}
HOUSE = {
    "resourceType": "Organization",
    "id": "o1",
    "identifier": [{"system": "urn:oid:1.3.182.99.2", "value": "L1"}],
    "name": "Laboratoire du Parc",
}
PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "identifier": [{"system": "urn:oid:1.3.182.4.4", "value": MATRICULE.extension}],
    "name": [{"family": "Weber", "given": ["Eva"]}],
    "gender": "female",
    "birthDate": "1893-12-01",
}


@pytest.fixture
def stocked(server):
    server.on_search("DocumentReference")
    server.on_search("DiagnosticReport")
    for resource in (ROLE, PERSON, HOUSE, PATIENT):
        name = f"{resource['resourceType']}/{resource['id']}"
        server.on("GET", name, resource)
    offer(server, PDF)
    return server


def offer(server, data: bytes, content_type: str = "application/pdf") -> None:
    server.on(
        "GET",
        "Binary/b1",
        {
            "resourceType": "Binary",
            "contentType": content_type,
            "data": base64.b64encode(data).decode(),
        },
    )


def give(server, *resources: dict) -> None:
    for kind in ("DocumentReference", "DiagnosticReport"):
        found = [each for each in resources if each["resourceType"] == kind]
        server.on_search(kind, *found)
        for each in found:
            server.on("GET", f"{kind}/{each['id']}", each)


def source(server) -> FhirDocumentSource:
    return FhirDocumentSource(FhirClient(ServerBase.parse(server.base)))


def only(server, kind: DocumentKind = LAB):
    [document] = source(server).documents(EVA, kind)
    return document


@pytest.mark.spec("IHE MHD ITI-67")
def test_a_report_is_found_by_a_posted_search_and_described(stocked):
    give(stocked, reference())
    document = only(stocked)
    assert document.kind is LAB
    assert document.media_type == "application/pdf"
    assert document.title == "Laboratory report"
    assert document.language == "fr-LU"
    assert document.created == datetime(2026, 1, 13, 14, 20, tzinfo=UTC)
    assert document.service_start == datetime(2026, 1, 12, 6, 45, tzinfo=UTC)
    assert document.authors == (
        DocumentAuthor("Muller", "Anne Marie", ("Haematology", "Laboratory medicine")),
    )
    search = next(r for r in stocked.requests if r.path.endswith("_search"))
    assert search.method == "POST"
    assert parse_qs(search.form)["type"] == ["http://loinc.org|11502-2"]
    assert parse_qs(search.form)["patient"] == ["Patient/p1"]


def test_no_identifier_stands_in_any_url(stocked):
    give(stocked, reference(), report(id="g2"))
    for document in source(stocked).documents(EVA, LAB):
        source(stocked).original(EVA, document)
    assert not [r.path for r in stocked.requests if MATRICULE.extension in r.path]


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "superseded"},
        {"docStatus": "preliminary"},
        {"subject": {"reference": "Patient/p2"}},
        {"type": typed(STAY)},
        {"content": [{"attachment": attached(contentType="text/html")}]},
        {"content": [{"attachment": attached(contentType="image/png")}]},
        {"content": [{"attachment": attached(url=None)}]},
    ],
)
def test_what_is_not_to_give_is_not_listed(stocked, changes):
    give(stocked, reference(**changes))
    assert source(stocked).documents(EVA, LAB) == []


def test_an_image_comes_as_an_image_only(stocked):
    picture = attached(contentType="image/jpeg")
    give(stocked, reference(PICTURE, content=[{"attachment": picture}]))
    assert only(stocked, PICTURE).media_type == "image/jpeg"
    give(stocked, reference(PICTURE))
    assert source(stocked).documents(EVA, PICTURE) == []


def test_a_diagnostic_report_with_a_presented_form_is_a_report_too(stocked):
    give(stocked, report())
    document = only(stocked)
    assert document.source_id == "DiagnosticReport/g1"
    assert document.authors == (DocumentAuthor("Laboratoire du Parc"),)
    assert document.service_start == datetime(2026, 1, 12, tzinfo=UTC)
    assert source(stocked).original(EVA, document).data == PDF


@pytest.mark.parametrize("status", ["registered", "preliminary", "cancelled"])
def test_a_diagnostic_report_that_is_not_final_is_not_listed(stocked, status):
    give(stocked, report(status=status))
    assert source(stocked).documents(EVA, LAB) == []


def test_a_report_that_its_reference_names_is_listed_once(stocked):
    related = {"related": [{"reference": "DiagnosticReport/g1"}]}
    give(stocked, reference(context=related), report())
    assert only(stocked).source_id == "DocumentReference/d1"


def test_discharge_reports_and_images_are_not_sought_among_diagnostic_reports(stocked):
    for kind in (STAY, PICTURE):
        source(stocked).documents(EVA, kind)
    assert not [r for r in stocked.requests if "DiagnosticReport" in r.path]


def test_the_newest_comes_first(stocked):
    older = attached(creation="2025-01-13T15:20:00+01:00")
    give(
        stocked,
        reference(id="d1", content=[{"attachment": older}]),
        reference(id="d2"),
    )
    listed = source(stocked).documents(EVA, LAB)
    assert [each.source_id for each in listed] == [
        "DocumentReference/d2",
        "DocumentReference/d1",
    ]


def test_a_discharge_tells_what_the_stay_was_for(stocked):
    event = {
        "coding": [
            {"system": "http://snomed.info/sct", "code": "1"},
            {
                "system": "http://hl7.org/fhir/sid/icd-10",
                "code": "K56.2",
                "display": "Volvulus",
            },
        ]
    }
    give(stocked, reference(STAY, context={"event": [event]}))
    assert only(stocked, STAY).stay_reason == StayReason("K56.2", "Volvulus")
    give(stocked, reference(LAB, context={"event": [event]}))
    assert only(stocked, LAB).stay_reason is None


def test_who_is_contained_is_read_where_they_stand(stocked):
    contained = [
        {**ROLE, "id": "role", "practitioner": {"reference": "#who"}},
        {**PERSON, "id": "who"},
    ]
    give(
        stocked,
        reference(author=[{"reference": "#role"}], contained=contained),
    )
    [author] = only(stocked).authors
    assert (author.family, author.given) == ("Muller", "Anne Marie")


@pytest.mark.parametrize(
    "author",
    [
        {"display": "Dr Nobody"},
        {"reference": "Practitioner/gone"},
        {"reference": "Patient/p1"},
        {"reference": "https://elsewhere.example/Practitioner/a1"},
        {"reference": "#nowhere"},
    ],
)
def test_an_author_who_cannot_be_read_is_not_guessed(stocked, author):
    give(stocked, reference(author=[author]))
    assert only(stocked).authors == ()


def test_who_keeps_a_document_stands_for_an_author_who_is_not_named(stocked):
    give(stocked, reference(author=None))
    assert only(stocked).authors == (DocumentAuthor("Laboratoire du Parc"),)


# Content ----------------------------------------------------------------------------


@pytest.mark.spec("IHE MHD ITI-68")
def test_the_bytes_come_as_the_source_holds_them(stocked):
    give(stocked, reference())
    assert source(stocked).original(EVA, only(stocked)).data == PDF


def test_content_may_stand_in_the_reference_itself(stocked):
    inline = attached(url=None, data=base64.b64encode(PDF).decode())
    give(stocked, reference(content=[{"attachment": inline}]))
    assert source(stocked).original(EVA, only(stocked)).data == PDF


def refusal(call) -> str:
    with pytest.raises(NationalError) as refused:
        call()
    return refused.value.remedy


def test_a_binary_of_another_type_is_refused(stocked):
    give(stocked, reference())
    document = only(stocked)
    offer(stocked, PDF, "text/html")
    assert "another media type" in refusal(
        lambda: source(stocked).original(EVA, document)
    )


def test_content_with_another_hash_is_refused(stocked):
    give(stocked, reference())
    document = only(stocked)
    offer(stocked, PDF + b"%")
    assert "hash" in refusal(lambda: source(stocked).original(EVA, document))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"status": "superseded"}, "withdrawn"),
        ({"subject": {"reference": "Patient/p2"}}, "withdrawn"),
        ({"meta": {"versionId": "4"}}, "replaced"),
    ],
)
def test_what_changed_since_it_was_listed_is_refused(stocked, changes, told):
    give(stocked, reference())
    document = only(stocked)
    stocked.on("GET", "DocumentReference/d1", reference(**changes))
    assert told in refusal(lambda: source(stocked).original(EVA, document))


# The cover --------------------------------------------------------------------------


@pytest.mark.parametrize("given", [reference(), report()], ids=["reference", "report"])
def test_the_cover_makes_a_document_that_keeps_the_rules(stocked, given):
    give(stocked, given)
    original = source(stocked).original(EVA, only(stocked))
    facts = read_fhir_document(original.cover)
    made = original_to_cda(
        facts,
        header_of(LABORATORY_RESULT),
        MediaType.PDF,
        original.data,
        is_strict=True,
    )
    assert [f for f in made.findings if f.severity == "critical"] == []
    assert validate_cda(parse_xml(made.document, DOCUMENT_LIMITS)).errors == ()
    assert b"Laboratoire du Parc" in made.document


def test_the_cover_says_what_the_index_says_and_no_more(stocked):
    confidential = {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
                "code": "R",
            }
        ]
    }
    give(
        stocked,
        reference(
            authenticator={"reference": "Practitioner/a1"}, securityLabel=[confidential]
        ),
    )
    cover = json.loads(source(stocked).original(EVA, only(stocked)).cover)
    assert cover["identifier"]["value"] == "LAB-1"
    composition, *people = [each["resource"] for each in cover["entry"]]
    assert composition["title"] == "Laboratory report"
    assert composition["confidentiality"] == "R"
    assert composition["attester"] == [
        {"mode": "legal", "party": {"reference": "Practitioner/a1"}}
    ]
    assert composition["event"] == [{"period": {"start": "2026-01-12T07:45:00+01:00"}}]
    assert "section" not in composition
    assert [each["resourceType"] for each in people] == [
        "Patient",
        "PractitionerRole",
        "Practitioner",
        "Organization",
    ]


# The PDF of a summary ---------------------------------------------------------------


def summary(*attachments: dict) -> dict:
    return reference(
        type={"coding": [{"system": "http://loinc.org", "code": "60591-5"}]},
        content=[{"attachment": each} for each in attachments],
    )


def test_a_pdf_beside_a_summary_is_its_pdf_form(stocked):
    coded = attached(contentType="application/fhir+json", url="Bundle/s1", hash=None)
    give(stocked, summary(coded, attached()))
    document = only(stocked, DocumentKind.PATIENT_SUMMARY)
    assert document.has_pdf
    assert source(stocked).pdf(EVA, document) == PDF


def test_a_summary_without_a_pdf_has_none(stocked):
    coded = attached(contentType="application/fhir+json", url="Bundle/s1", hash=None)
    give(stocked, summary(coded))
    document = only(stocked, DocumentKind.PATIENT_SUMMARY)
    assert not document.has_pdf
    assert "content" in refusal(lambda: source(stocked).pdf(EVA, document))


def test_a_pdf_alone_is_no_summary(stocked):
    give(stocked, summary(attached()))
    assert source(stocked).documents(EVA, DocumentKind.PATIENT_SUMMARY) == []
