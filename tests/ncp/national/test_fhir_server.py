"""The patient index and the document source over a FHIR server."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest

from ncp.errors import NationalError
from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_server import FhirDocumentSource, FhirPatientIndex
from ncp.national.ports import DocumentKind, PatientRecord
from ncp.national.server_base import ServerBase
from tests.ncp.national.fake_server import Reply, outcome
from trust.identifiers import Oid, PatientId

NATIONAL = Oid("1.3.182.4.4")
OTHER = Oid("1.3.182.2.4.2")
ASKED = PatientId(NATIONAL, "1893120105732")
KIND = DocumentKind.PATIENT_SUMMARY
SUMMARY_TYPE = {"coding": [{"system": "http://loinc.org", "code": "60591-5"}]}


def patient(**changes):
    resource = {
        "resourceType": "Patient",
        "id": "p1",
        "identifier": [
            {"system": "http://hospital.example/mrn", "value": "7"},
            {"system": OTHER.urn, "value": "0001234567"},
            {"system": NATIONAL.urn, "value": ASKED.extension},
        ],
        "name": [
            {"use": "maiden", "family": "Thill"},
            {"use": "official", "family": "Müller-Straße", "given": ["Élise", "Anne"]},
        ],
        "gender": "female",
        "birthDate": "1893-12-01",
        "address": [{"line": ["1, rue A"], "city": "Wiltz", "postalCode": "9501"}],
    }
    return {**resource, **changes}


def reference(**changes):
    resource = {
        "resourceType": "DocumentReference",
        "id": "d1",
        "meta": {"versionId": "3", "lastUpdated": "2026-01-02T10:00:00Z"},
        "status": "current",
        "type": SUMMARY_TYPE,
        "subject": {"reference": "Patient/p1"},
        "date": "2026-01-01T10:00:00+01:00",
        "content": [
            {"attachment": {"contentType": "application/fhir+json", "url": "Bundle/b1"}}
        ],
    }
    return {**resource, **changes}


def attachment(**changes):
    written = {"contentType": "application/fhir+json", "url": "Bundle/b1", **changes}
    return [{"attachment": {k: v for k, v in written.items() if v is not None}}]


def document(subject=None, **changes):
    composition = {
        "resourceType": "Composition",
        "type": SUMMARY_TYPE,
        "language": "fr",
    }
    return {
        "resourceType": "Bundle",
        "type": "document",
        "language": "fr",
        "timestamp": "2026-01-01T10:00:00+01:00",
        "entry": [{"resource": composition}, {"resource": subject or patient()}],
        **changes,
    }


@pytest.fixture
def client(server):
    return FhirClient(ServerBase.parse(server.base))


@pytest.fixture
def index(client):
    return FhirPatientIndex(client, preferred=NATIONAL)


@pytest.fixture
def source(client):
    return FhirDocumentSource(client)


@pytest.fixture
def record():
    return PatientRecord(id=ASKED, identifiers=(ASKED,), source="Patient/p1")


# The patient index


@pytest.mark.spec("PDQm ITI-78")
def test_a_patient_is_found_by_identifier_and_read_whole(server, index):
    server.on_search("Patient", patient())
    (found,) = index.find([ASKED])
    assert parse_qs(server.requests[0].form) == {
        "identifier": ["urn:oid:1.3.182.4.4|1893120105732"]
    }
    assert found == PatientRecord(
        id=ASKED,
        identifiers=(PatientId(OTHER, "0001234567"), ASKED),
        family=("Müller-Straße",),
        given=("Élise", "Anne"),
        birth_date="1893-12-01",
        gender="female",
        address_lines=("1, rue A",),
        city="Wiltz",
        postal_code="9501",
        source="Patient/p1",
    )


def test_the_national_identifier_is_used_whichever_was_asked(server, index):
    server.on_search("Patient", patient())
    (found,) = index.find([PatientId(OTHER, "0001234567")])
    assert found.id == ASKED


def test_without_a_preference_the_identifier_that_was_asked_is_used(server, client):
    server.on_search("Patient", patient())
    asked = PatientId(OTHER, "0001234567")
    (found,) = FhirPatientIndex(client).find([asked])
    assert found.id == asked


def test_two_people_with_one_identifier_are_both_returned(server, index):
    server.on_search("Patient", patient(), patient(id="p2", birthDate="1950-01-01"))
    assert [found.source for found in index.find([ASKED])] == [
        "Patient/p1",
        "Patient/p2",
    ]


def test_the_same_resource_on_two_pages_is_one_person(server, index):
    server.on_search("Patient", patient(), patient())
    assert len(index.find([ASKED])) == 1


def test_everybody_a_careless_server_returns_is_compared(server, index):
    stranger = patient(id="p2", identifier=[{"system": NATIONAL.urn, "value": "2"}])
    same_number_elsewhere = patient(
        id="p3", identifier=[{"system": OTHER.urn, "value": ASKED.extension}]
    )
    server.on_search("Patient", stranger, same_number_elsewhere)
    assert index.find([ASKED]) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"active": False},
        {"link": [{"type": "replaced-by", "other": {"reference": "Patient/p9"}}]},
        {"identifier": [{"use": "old", "system": NATIONAL.urn, "value": "x"}]},
    ],
)
def test_a_record_that_is_no_longer_in_use_is_nobody(server, index, changes):
    for identifier in changes.get("identifier", []):
        identifier["value"] = ASKED.extension
    server.on_search("Patient", patient(**changes))
    assert index.find([ASKED]) == ()


def test_without_an_identifier_nobody_is_asked_for(server, index):
    assert index.find([], family=["Müller"]) == ()
    assert server.requests == []


def test_an_oid_without_its_prefix_is_the_same_system(server, index):
    plain = [{"system": str(NATIONAL), "value": ASKED.extension}]
    server.on_search("Patient", patient(identifier=plain))
    assert len(index.find([ASKED])) == 1


@pytest.mark.spec("FHIR R4 3.1.1.5.8")
def test_what_has_a_meaning_in_a_search_is_escaped(server, index):
    server.on_search("Patient")
    index.find([PatientId(OTHER, "a,b|c$d\\e"), ASKED])
    assert parse_qs(server.requests[0].form)["identifier"] == [
        f"{OTHER.urn}|a\\,b\\|c\\$d\\\\e,{NATIONAL.urn}|{ASKED.extension}"
    ]


@pytest.mark.parametrize(
    ("traits", "is_found"),
    [
        ({"family": ["MULLER-STRASSE"]}, True),
        ({"family": ["Müller"]}, True),
        ({"family": ["Schmit"]}, False),
        ({"given": ["elise"]}, True),
        ({"given": ["Paul"]}, False),
        ({"birth_date": "1893-12-01"}, True),
        ({"birth_date": "1893"}, True),
        ({"birth_date": "1893-12-02"}, False),
        ({"gender": "female"}, True),
        ({"gender": "male"}, False),
        ({"gender": "unknown"}, True),
    ],
)
def test_a_trait_that_contradicts_the_index_finds_nobody(
    server, index, traits, is_found
):
    server.on_search("Patient", patient())
    assert bool(index.find([ASKED], **traits)) is is_found


def test_what_the_index_does_not_know_contradicts_nothing(server, index):
    bare = patient(name=None, gender=None, birthDate=None, address=None)
    server.on_search("Patient", {k: v for k, v in bare.items() if v is not None})
    traits = {"family": ["X"], "birth_date": "2000-01-01", "gender": "male"}
    assert len(index.find([ASKED], **traits)) == 1


def test_a_record_shows_nothing_of_the_person_in_its_repr(server, index):
    server.on_search("Patient", patient())
    text = repr(index.find([ASKED]))
    for private in (ASKED.extension, "Müller", "Élise", "1893", "Wiltz", "p1"):
        assert private not in text


# The list of documents


@pytest.mark.spec("MHD ITI-67")
def test_documents_are_searched_by_patient_type_and_status(server, source, record):
    server.on_search("DocumentReference", reference())
    (found,) = source.documents(record, KIND)
    assert parse_qs(server.requests[0].form) == {
        "patient": ["Patient/p1"],
        "type": ["http://loinc.org|60591-5"],
        "status": ["current"],
    }
    assert found.source_id == "DocumentReference/d1"
    assert found.version == "3|"
    assert found.created == datetime(2026, 1, 1, 9, tzinfo=UTC)


def test_the_newest_document_comes_first(server, source, record):
    newer = reference(id="d2", date="2026-03-01T00:00:00Z")
    server.on_search("DocumentReference", reference(), newer)
    found = source.documents(record, KIND)
    assert [item.source_id[-2:] for item in found] == ["d2", "d1"]


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": {"reference": "Patient/p2"}},
        {"subject": {"reference": "http://elsewhere.example/fhir/Patient/p1"}},
        {"subject": None},
        {"status": "superseded"},
        {"status": "entered-in-error"},
        {"docStatus": "preliminary"},
        {"type": {"coding": [{"system": "http://loinc.org", "code": "11502-2"}]}},
        {"type": {"coding": [{"system": "urn:other", "code": "60591-5"}]}},
        {"content": attachment(contentType="application/pdf")},
        {"content": attachment(url=None)},
        {"content": None},
    ],
)
def test_a_reference_that_is_not_one_to_give_is_left_out(
    server, source, record, changes
):
    server.on_search("DocumentReference", reference(**changes))
    assert source.documents(record, KIND) == []


def test_a_subject_by_its_whole_url_is_the_patient(server, source, record):
    whole = {"reference": f"{server.base}/Patient/p1"}
    server.on_search("DocumentReference", reference(subject=whole))
    assert len(source.documents(record, KIND)) == 1


@pytest.mark.parametrize(
    ("meta", "digest", "version"),
    [
        ({"versionId": "3", "lastUpdated": "2026-01-02T10:00:00Z"}, None, "3|"),
        ({"versionId": "3"}, "qg==", "3|qg=="),
        (None, "qg==", "|qg=="),
        ({"lastUpdated": "2026-01-02T10:00:00Z"}, None, "2026-01-02T10:00:00Z"),
        (None, None, None),
    ],
)
def test_the_version_changes_with_the_reference_and_with_the_content(
    server, source, record, meta, digest, version
):
    changed = reference(meta=meta, content=attachment(hash=digest))
    server.on_search("DocumentReference", changed)
    assert source.documents(record, KIND)[0].version == version


def test_a_date_without_time_is_not_given_one(server, source, record):
    dated = reference(content=attachment(creation="2025-12-24"))
    server.on_search("DocumentReference", dated)
    (found,) = source.documents(record, KIND)
    assert found.created == datetime(2026, 1, 1, 9, tzinfo=UTC)


def test_a_reference_without_any_instant_is_an_error(server, source, record):
    undated = reference(meta=None, date="2026-01-01")
    server.on_search("DocumentReference", undated)
    with pytest.raises(NationalError):
        source.documents(record, KIND)


# The content


def fetch(server, source, record, listed, body, path="Bundle/b1", **reply):
    server.on_search("DocumentReference", listed)
    server.on("GET", "DocumentReference/d1", listed)
    server.on("GET", path, Reply(body=body, **reply))
    (found,) = source.documents(record, KIND)
    return source.content(record, found)


def as_bytes(resource):
    return json.dumps(resource, indent=3).encode()


@pytest.mark.spec("MHD ITI-68")
def test_a_document_comes_byte_for_byte(server, source, record):
    body = as_bytes(document()) + b" \n"
    assert fetch(server, source, record, reference(), body) == body
    assert all(ASKED.extension not in request.path for request in server.requests)


def test_an_absolute_url_below_the_base_is_followed(server, source, record):
    listed = reference(content=attachment(url=f"{server.base}/Bundle/b1"))
    body = as_bytes(document())
    assert fetch(server, source, record, listed, body) == body


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.2/fhir/Bundle/b1",
        "//127.0.0.2/fhir/Bundle/b1",
        "/Bundle/b1",
        "../Bundle/b1",
        "file:///etc/passwd",
        f"Binary/{ASKED.extension}",
    ],
)
def test_an_attachment_elsewhere_is_refused_and_not_asked_for(
    server, source, record, url
):
    listed = reference(content=attachment(url=url))
    with pytest.raises(NationalError):
        fetch(server, source, record, listed, b"")
    assert [request.path for request in server.requests] == [
        "/fhir/DocumentReference/_search",
        "/fhir/DocumentReference/d1",
    ]


def test_an_attachment_that_redirects_is_refused(server, source, record):
    moved = {"Location": f"{server.base}/Bundle/b2"}
    with pytest.raises(NationalError):
        fetch(server, source, record, reference(), b"", status=302, headers=moved)
    assert server.requests[-1].path == "/fhir/Bundle/b1"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (as_bytes(document()), "application/pdf"),
        (b"{broken", "application/fhir+json"),
        (as_bytes(document(type="collection")), "application/fhir+json"),
        (as_bytes(document(entry=[])), "application/fhir+json"),
        (as_bytes(document({"resourceType": "Device"})), "application/fhir+json"),
        (as_bytes({"resourceType": "Patient"}), "application/fhir+json"),
    ],
)
def test_what_is_no_fhir_document_is_refused(
    server, source, record, body, content_type
):
    with pytest.raises(NationalError):
        fetch(server, source, record, reference(), body, content_type=content_type)


def test_a_document_about_somebody_else_is_refused(server, source, record):
    stranger = patient(identifier=[{"system": NATIONAL.urn, "value": "2"}])
    with pytest.raises(NationalError) as refused:
        fetch(server, source, record, reference(), as_bytes(document(stranger)))
    assert "another person" in refused.value.remedy


def test_a_document_without_a_comparable_identifier_is_taken(server, source, record):
    unnumbered = patient(identifier=[{"system": "http://x.example", "value": "2"}])
    body = as_bytes(document(unnumbered))
    assert fetch(server, source, record, reference(), body) == body


def test_a_document_of_another_type_than_listed_is_refused(server, source, record):
    report = document()
    report["entry"][0]["resource"]["type"] = {"coding": [{"code": "11502-2"}]}
    with pytest.raises(NationalError):
        fetch(server, source, record, reference(), as_bytes(report))


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_the_hash_of_the_index_is_compared(server, source, record, algorithm):
    body = as_bytes(document())
    digest = base64.b64encode(hashlib.new(algorithm, body).digest()).decode()
    listed = reference(content=attachment(hash=digest))
    assert fetch(server, source, record, listed, body) == body
    with pytest.raises(NationalError):
        fetch(server, source, record, listed, body + b" ")


def test_content_inside_the_reference_is_decoded(server, source, record):
    body = as_bytes(document())
    data = base64.b64encode(body).decode()
    listed = reference(content=attachment(url=None, data=data))
    assert fetch(server, source, record, listed, b"") == body


@pytest.mark.spec("FHIR R4 2.41")
def test_content_wrapped_in_a_binary_is_unwrapped(server, source, record):
    body = as_bytes(document())
    binary = {
        "resourceType": "Binary",
        "contentType": "application/fhir+json",
        "data": base64.b64encode(body).decode(),
    }
    assert fetch(server, source, record, reference(), as_bytes(binary)) == body


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "superseded"},
        {"subject": {"reference": "Patient/p2"}},
        {"meta": {"versionId": "4"}},
    ],
)
def test_a_reference_that_changed_since_it_was_listed_is_refused(
    server, source, record, changes
):
    fetch(server, source, record, reference(), as_bytes(document()))
    (found,) = source.documents(record, KIND)
    server.on("GET", "DocumentReference/d1", reference(**changes))
    with pytest.raises(NationalError) as refused:
        source.content(record, found)
    assert "since it was listed" in refused.value.remedy


# $summary


@pytest.mark.spec("IPS 2.0 $summary")
def test_a_generated_summary_stands_in_and_has_no_version(server, client, record):
    body = as_bytes(document())
    server.on_search("DocumentReference")
    server.on("GET", "Patient/p1/$summary", Reply(body=body))
    source = FhirDocumentSource(client, summary_fallback=True)
    (found,) = source.documents(record, KIND)
    assert (found.version, found.language) == (None, "fr")
    assert found.created == datetime(2026, 1, 1, 9, tzinfo=UTC)
    assert source.content(record, found) == body


def test_a_generated_summary_is_not_asked_for_unless_the_setting_says_so(
    server, source, record
):
    server.on_search("DocumentReference")
    assert source.documents(record, KIND) == []
    assert len(server.requests) == 1


def test_a_patient_without_a_summary_has_no_documents(server, client, record):
    server.on_search("DocumentReference")
    server.on("GET", "Patient/p1/$summary", Reply(404, outcome("not-found")))
    source = FhirDocumentSource(client, summary_fallback=True)
    assert source.documents(record, KIND) == []


def test_a_server_without_the_operation_is_an_error(server, client, record):
    server.on_search("DocumentReference")
    server.on("GET", "Patient/p1/$summary", Reply(404, outcome("not-supported")))
    source = FhirDocumentSource(client, summary_fallback=True)
    with pytest.raises(NationalError):
        source.documents(record, KIND)


def test_an_identifier_used_as_logical_id_is_not_put_into_a_url(server, client):
    bearer = PatientRecord(
        id=ASKED, identifiers=(ASKED,), source=f"Patient/{ASKED.extension}"
    )
    server.on_search("DocumentReference")
    source = FhirDocumentSource(client, summary_fallback=True)
    with pytest.raises(NationalError):
        source.documents(bearer, KIND)
    assert len(server.requests) == 1
