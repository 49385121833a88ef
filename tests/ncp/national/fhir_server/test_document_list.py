"""The list of a patient's documents over a FHIR server."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest

from ncp.errors import NationalError
from tests.ncp.national.fhir_server.resources import KIND, attachment, reference


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
