"""The patient summaries of a simulated country: its own sample, made CDA.

The sample is synthetic; each patient gets it under their own identifier, in both forms.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from conformance.simulators.documents import kinds
from conformance.simulators.documents.held import Held, Work
from conformance.simulators.documents.persona import (
    LANGUAGE,
    WRITTEN,
    Origin,
    document_oid,
)
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
from trust.identifiers import CountryCode, Oid, PatientId
from trust.xml import DOCUMENT_LIMITS, parse_xml


@cache
def summaries_of(origin: Origin, patient: PatientId) -> Work:
    """Return the coded summary of a patient and its PDF, each in a CDA."""
    facts = _facts(patient, origin.country)
    coded_header = _header(origin, patient, "L3", PATIENT_SUMMARY_L3)
    coded = patient_summary_to_cda(facts, coded_header).document
    pdf_header = _header(origin, patient, "L1", PATIENT_SUMMARY_L1)
    pdf = render_summary(read_readable(parse_xml(coded, DOCUMENT_LIMITS)))
    carried = original_to_cda(facts, pdf_header, MediaType.PDF, pdf).document
    return (
        Held(
            coded_header.document_id,
            kinds.PATIENT_SUMMARY,
            kinds.CODED_SUMMARY,
            "The Patient Summary document (CDA L3 / Structured body)",
            coded,
        ),
        Held(
            pdf_header.document_id,
            kinds.PATIENT_SUMMARY,
            kinds.PDF,
            "The Patient Summary document (CDA L1 / PDF body)",
            carried,
        ),
    )


def _header(
    origin: Origin, patient: PatientId, level: str, kind: DocumentType
) -> DocumentHeader:
    return DocumentHeader(
        document_id=Oid(document_oid(origin, patient, level)),
        language=LANGUAGE,
        country=origin.country,
        custodian=Custodian(origin.organization, origin.home),
        created=WRITTEN,
        type=kind,
    )


def _facts(patient: PatientId, country: CountryCode) -> FhirDocument:
    file = resources.files(__package__) / "summary.json"
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
