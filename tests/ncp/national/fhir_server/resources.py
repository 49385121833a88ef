"""What the national FHIR server of these tests holds."""

from __future__ import annotations

import json

from ncp.national.ports import DocumentKind
from tests.ncp.national.fake_server import Reply
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


def fetch(server, source, record, listed, body, path="Bundle/b1", **reply):
    server.on_search("DocumentReference", listed)
    server.on("GET", "DocumentReference/d1", listed)
    server.on("GET", path, Reply(body=body, **reply))
    (found,) = source.documents(record, KIND)
    return source.content(record, found)


def as_bytes(resource):
    return json.dumps(resource, indent=3).encode()
