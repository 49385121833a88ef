"""Small originals and covers for tests: a PDF, images, and what is known of them."""

from __future__ import annotations

import io
import json
import struct
import zlib
from datetime import UTC, datetime

import pikepdf
from PIL import Image

from transformations.fhir import FhirDocument, read_fhir_document
from transformations.header import Custodian, DocumentHeader, DocumentType
from trust.identifiers import CountryCode, Oid

MADE = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


def header_of(kind: DocumentType) -> DocumentHeader:
    return DocumentHeader(
        document_id=Oid("2.25.77"),
        language="fr-LU",
        country=CountryCode("LU"),
        custodian=Custodian("Agency", Oid("1.3.182.1")),
        created=MADE,
        type=kind,
    )


def cover_of(code: str, **changes: object) -> FhirDocument:
    """What an index knows of a document: a Composition without sections, and people."""
    composition = {
        "resourceType": "Composition",
        "status": "final",
        "type": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": {"reference": "urn:uuid:00000000-0000-4000-8000-000000000002"},
        "date": "2026-03-01T10:00:00Z",
        "author": [{"reference": "urn:uuid:00000000-0000-4000-8000-000000000003"}],
        "title": "Rapport de laboratoire",
        "event": [{"period": {"start": "2026-02-27", "end": "2026-02-28"}}],
    } | changes
    patient = {
        "resourceType": "Patient",
        "identifier": [{"system": "urn:oid:1.3.182.4.4", "value": "1893120105732"}],
        "name": [{"family": "Weber", "given": ["Eva"]}],
        "gender": "female",
        "birthDate": "1970-01-31",
        "generalPractitioner": [
            {"reference": "urn:uuid:00000000-0000-4000-8000-000000000004"}
        ],
        "contact": [{"name": {"family": "Weber", "given": ["Jos"]}}],
    }
    role = {
        "resourceType": "PractitionerRole",
        "practitioner": {"reference": "urn:uuid:00000000-0000-4000-8000-000000000004"},
        "organization": {"reference": "urn:uuid:00000000-0000-4000-8000-000000000005"},
    }
    person = {
        "resourceType": "Practitioner",
        "identifier": [{"system": "urn:oid:1.3.182.4.1", "value": "E1"}],
        "name": [{"family": "Author", "given": ["Anne"]}],
    }
    house = {
        "resourceType": "Organization",
        "identifier": [{"system": "urn:oid:1.3.182.4.2", "value": "L1"}],
        "name": "Laboratoire du Parc",
    }
    bundle = {
        "resourceType": "Bundle",
        "type": "document",
        "identifier": {"system": "urn:oid:1.3.182.9", "value": "report-1"},
        "timestamp": "2026-03-01T10:00:00Z",
        "entry": [
            {
                "fullUrl": f"urn:uuid:00000000-0000-4000-8000-00000000000{number}",
                "resource": resource,
            }
            for number, resource in enumerate(
                (composition, patient, role, person, house), 1
            )
        ],
    }
    return read_fhir_document(json.dumps(bundle).encode())


def blank_pdf() -> pikepdf.Pdf:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    return pdf


def pdf_bytes(pdf: pikepdf.Pdf | None = None, **options: object) -> bytes:
    out = io.BytesIO()
    # The id of an encrypted file cannot be made of its content.
    (pdf or blank_pdf()).save(
        out, deterministic_id="encryption" not in options, **options
    )
    return out.getvalue()


def image_bytes(form: str, size: tuple[int, int] = (8, 6)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (20, 90, 160)).save(out, form)
    return out.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    """A tiny file whose head claims a huge picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0"))
        + chunk(b"IEND", b"")
    )
