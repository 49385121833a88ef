"""A document made for another country, with everything it was made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ncp.audit import TranslationEvent
from ncp.country_a.offers import Offer
from ncp.country_a.services import RespondingServices
from ncp.errors import NationalError, Refusal, SemanticError
from ncp.evidence import Part
from ncp.national.ports import PatientRecord
from transformations.fhir import FhirDocument, NotFhir, read_fhir_document
from transformations.header import Custodian, DocumentHeader, DocumentType
from transformations.mapping import Finding, Severity
from transformations.transformed import Transformed
from trust.identifiers import IdentifierError, Oid, PatientId


@dataclass(frozen=True, slots=True)
class MadeDocument:
    """The document, and parts for the exchange folder: file name to content.

    ``warnings`` are told beside the document, which leaves all the same.
    ``remark`` is what the record says of it, where something is to be said;
    ``translations`` are recorded beside the exchange.
    """

    document: bytes = field(repr=False)
    kept: Mapping[str, Part] = field(repr=False)
    warnings: tuple[Refusal, ...] = ()
    remark: str = ""
    translations: tuple[TranslationEvent, ...] = ()


def made_of(source: bytes, transformed: Transformed) -> MadeDocument:
    """Keep a translated document beside what it was made of."""
    return MadeDocument(
        transformed.document,
        {
            "source.json": source,
            "document.xml": transformed.document,
            "ledger.json": transformed.ledger.to_json,
            "findings.json": lambda: {"findings": told(transformed.findings)},
        },
    )


def read_source(source: bytes, patient: PatientRecord) -> FhirDocument:
    """Read a national FHIR document, and check whose it is.

    Raises
    ------
    NationalError
        It is no FHIR document, or one of somebody else.
    """
    try:
        document = read_fhir_document(source)
    except NotFhir as error:
        raise unreadable_source(error) from error
    if not is_of(document.patient.resource, patient):
        raise of_another_patient()
    return document


def is_of(resource: Mapping[str, Any], patient: PatientRecord) -> bool:
    """Whether a Patient of a source bears an identifier of the patient."""
    return not _identifiers(resource).isdisjoint(patient.identifiers)


def _identifiers(resource: Mapping[str, Any]) -> set[PatientId]:
    found = set()
    for identifier in resource.get("identifier", ()):
        try:
            found.add(
                PatientId(
                    Oid.parse(identifier.get("system", "")), identifier.get("value", "")
                )
            )
        except IdentifierError:
            continue
    return found


def unreadable_source(error: Exception) -> NationalError:
    """Make the error for a source that is no FHIR."""
    return NationalError(
        Refusal.NATIONAL_UNAVAILABLE,
        "the national document cannot be read",
        str(error),
    )


def of_another_patient() -> NationalError:
    """Make the error for a source that is somebody else's."""
    return NationalError(
        Refusal.NATIONAL_UNAVAILABLE,
        "the national document names another patient than the index",
        "Compare the Patient of the document with the patient index.",
    )


def malformed_source(error: Exception) -> NationalError:
    """Make the error for a source that is not of the form of its resources."""
    return NationalError(
        Refusal.NATIONAL_UNAVAILABLE,
        "the national document is not of the form of its resources",
        str(error),
    )


def header_of(
    services: RespondingServices, offer: Offer, kind: DocumentType
) -> DocumentHeader:
    """Return what the gateway knows of a document beyond its source."""
    identity = services.identity
    return DocumentHeader(
        document_id=offer.document_id,
        language=offer.document.language or identity.language,
        country=identity.country,
        custodian=Custodian(identity.organization, identity.home_community_id),
        created=offer.document.created,
        type=kind,
    )


def check_complete(services: RespondingServices, transformed: Transformed) -> None:
    """Refuse a document that lacks a fact the rules make mandatory.

    Raises
    ------
    SemanticError
        It does, and this is no demonstration.
    """
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


def told(findings: Iterable[Finding]) -> list[dict[str, str]]:
    """Return findings as JSON."""
    return [
        {
            "severity": finding.severity,
            "rule": finding.rule,
            "where": finding.where,
            "sentence": finding.sentence,
        }
        for finding in findings
    ]
