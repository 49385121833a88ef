"""A national summary made into the document another country can read.

Spec: eHDSI CDA implementation guide (Wave 8), as restated in ``transformations``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ncp.country_a.offers import Offer
from ncp.country_a.services import RespondingServices
from ncp.errors import NationalError, Refusal, SemanticError
from ncp.figures import Stages
from ncp.national.ports import PatientRecord
from transformations.fhir import FhirDocument, NotFhir, read_fhir_document
from transformations.patient_summary import (
    Custodian,
    DocumentHeader,
    MalformedSource,
    Severity,
    Transformed,
    patient_summary_to_cda,
)
from trust.identifiers import IdentifierError, Oid, PatientId


@dataclass(frozen=True, slots=True)
class Summary:
    """A translated document, with everything it was made from."""

    document: bytes = field(repr=False)
    kept: Mapping[str, bytes | Mapping[str, Any]] = field(repr=False)


def make_summary(
    services: RespondingServices, patient: PatientRecord, offer: Offer, stages: Stages
) -> Summary:
    """Read the national document, check whose it is, and translate it.

    Raises
    ------
    NationalError
        The source is no FHIR document, or one of somebody else.
    SemanticError
        The document lacks a fact the rules make mandatory.
    """
    with stages.measure("source"):
        source = services.documents.content(patient, offer.document)
    with stages.measure("translate"):
        document = _read(source)
        _check_patient(document, patient)
        transformed = _translated(document, _header(services, offer))
    _check_complete(services, transformed)
    return Summary(
        transformed.document,
        {
            "source.json": source,
            "document.xml": transformed.document,
            "ledger.json": transformed.ledger.to_json(),
            "findings.json": {"findings": _told(transformed)},
        },
    )


def _read(source: bytes) -> FhirDocument:
    try:
        return read_fhir_document(source)
    except NotFhir as error:
        raise NationalError(
            Refusal.NATIONAL_UNAVAILABLE,
            "the national document cannot be read",
            str(error),
        ) from error


def _check_patient(document: FhirDocument, patient: PatientRecord) -> None:
    """Refuse a document that does not name the patient by any id the index knows."""
    if not _identifiers(document).intersection(patient.identifiers):
        raise NationalError(
            Refusal.NATIONAL_UNAVAILABLE,
            "the national document names another patient than the index",
            "Compare the Patient of the document with the patient index.",
        )


def _identifiers(document: FhirDocument) -> set[PatientId]:
    found = set()
    for identifier in document.patient.resource.get("identifier", ()):
        try:
            found.add(
                PatientId(
                    Oid.parse(identifier.get("system", "")), identifier.get("value", "")
                )
            )
        except IdentifierError:
            continue
    return found


def _translated(document: FhirDocument, header: DocumentHeader) -> Transformed:
    try:
        return patient_summary_to_cda(document, header)
    except MalformedSource as error:
        raise NationalError(
            Refusal.NATIONAL_UNAVAILABLE,
            "the national document is not of the form of its resources",
            str(error),
        ) from error


def _header(services: RespondingServices, offer: Offer) -> DocumentHeader:
    identity = services.identity
    return DocumentHeader(
        document_id=offer.document_id,
        language=offer.document.language or identity.language,
        country=identity.country,
        custodian=Custodian(identity.organization, identity.home_community_id),
        created=offer.document.created,
    )


def _check_complete(services: RespondingServices, transformed: Transformed) -> None:
    critical = [
        finding
        for finding in transformed.findings
        if finding.severity is Severity.CRITICAL
    ]
    if critical and not services.send_incomplete_documents:
        raise SemanticError(
            Refusal.DOCUMENT_LACKS_MANDATORY_FACT,
            "the document lacks a fact the rules make mandatory",
            "; ".join(finding.sentence for finding in critical),
        )


def _told(transformed: Transformed) -> list[dict[str, str]]:
    return [
        {
            "severity": finding.severity,
            "rule": finding.rule,
            "where": finding.where,
            "sentence": finding.sentence,
        }
        for finding in transformed.findings
    ]
