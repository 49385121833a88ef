"""The content of a document: byte for byte, from the server and from nowhere else."""

from __future__ import annotations

import base64
import hashlib

import pytest

from ncp.errors import NationalError
from tests.ncp.national.fhir_server.resources import (
    ASKED,
    KIND,
    NATIONAL,
    as_bytes,
    attachment,
    document,
    fetch,
    patient,
    reference,
)


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
