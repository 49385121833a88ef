"""The patient summaries of a simulated country: its own sample, made CDA.

The sample is synthetic; each patient gets it under their own identifier, in both forms.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any, Final

from transformations.display.pdf import render_summary
from transformations.display.readable import read_readable
from transformations.fhir import FhirDocument, read_fhir_document
from transformations.header import (
    PATIENT_SUMMARY_L1,
    PATIENT_SUMMARY_L3,
    Custodian,
    DocumentHeader,
    DocumentType,
)
from transformations.inspection import MediaType
from transformations.original_documents import original_to_cda
from transformations.patient_summary import patient_summary_to_cda
from trust.identifiers import CountryCode, HomeCommunityId, Oid, PatientId
from trust.xml import DOCUMENT_LIMITS, parse_xml

FAMILY: Final = "Kitson"
GIVEN: Final = ("Alex", "Robin")
BIRTH_DATE: Final = "19670630"
GENDER: Final = "F"
CITY: Final = "Sampleton"
LANGUAGE: Final = "en-GB"
CREATED: Final = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
_NAMES: Final = uuid.UUID("6f1d2a1e-0b7c-4f5e-9d55-2c1b0f6f7a11")


@dataclass(frozen=True, slots=True)
class Summary:
    """One form of a summary, as it is listed and fetched."""

    document_id: Oid
    is_pdf: bool
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Origin:
    """The country a document is of."""

    country: CountryCode
    home: HomeCommunityId
    organization: str


@cache
def summaries_of(origin: Origin, patient: PatientId) -> tuple[Summary, Summary]:
    """Return the coded summary of a patient and its PDF, each in a CDA."""
    facts = _facts(patient, origin.country)
    coded_header = _header(origin, patient, "L3", PATIENT_SUMMARY_L3)
    coded = patient_summary_to_cda(facts, coded_header).document
    pdf_header = _header(origin, patient, "L1", PATIENT_SUMMARY_L1)
    pdf = render_summary(read_readable(parse_xml(coded, DOCUMENT_LIMITS)))
    carried = original_to_cda(facts, pdf_header, MediaType.PDF, pdf).document
    return (
        Summary(coded_header.document_id, is_pdf=False, content=coded),
        Summary(pdf_header.document_id, is_pdf=True, content=carried),
    )


def _header(
    origin: Origin, patient: PatientId, level: str, kind: DocumentType
) -> DocumentHeader:
    named = uuid.uuid5(_NAMES, f"{origin.home} {patient.cx} {level}")
    return DocumentHeader(
        document_id=Oid(f"2.25.{named.int}"),
        language=LANGUAGE,
        country=origin.country,
        custodian=Custodian(origin.organization, origin.home),
        created=CREATED,
        type=kind,
    )


def _facts(patient: PatientId, country: CountryCode) -> FhirDocument:
    file = resources.files(__package__) / "data" / "summary.json"
    bundle: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    for entry in bundle["entry"]:
        resource = entry["resource"]
        for address in resource.get("address", ()):
            address["country"] = country
        if resource["resourceType"] == "Patient":
            [identifier] = resource["identifier"]
            identifier["system"] = patient.root.urn
            identifier["value"] = patient.extension
    return read_fhir_document(json.dumps(bundle).encode())
