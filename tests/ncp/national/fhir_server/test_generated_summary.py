"""A summary that the server makes on demand (``$summary``)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ncp.errors import NationalError
from ncp.national.fhir_server import FhirDocumentSource
from ncp.national.ports import PatientRecord
from tests.ncp.national.fake_server import Reply, outcome
from tests.ncp.national.fhir_server.resources import ASKED, KIND, as_bytes, document


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
