"""Original clinical documents of the national server: reports and images as they are.

They are found as DocumentReference, and reports also as DiagnosticReport with a
presented form; one that both name is given out once.

Spec: HL7 FHIR R4 DocumentReference, DiagnosticReport, Binary / IHE MHD ITI-67, ITI-68.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from ncp.national.codes import ICD_10, LOINC, LOINC_OF_KIND, REPORTED_KINDS
from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_cover import CoverFacts, write_cover
from ncp.national.fhir_document import (
    IMAGE_TYPES,
    PDF_TYPES,
    Attachment,
    find_attachment,
    first_attachment,
    first_instant,
    has_type,
    instant,
    is_about,
    is_given_out,
    last_updated,
    unusable,
    version_of,
)
from ncp.national.fhir_fetch import fetch, private_of
from ncp.national.fhir_json import Resource, as_list, as_text
from ncp.national.fhir_people import People
from ncp.national.ports import (
    DocumentAuthor,
    DocumentKind,
    OriginalContent,
    PatientRecord,
    SourceDocument,
    StayReason,
)

_REFERENCE: Final = "DocumentReference"
_REPORT: Final = "DiagnosticReport"
_FINAL: Final = ("final", "amended", "corrected", "appended")


class FhirOriginals:
    """Lists and reads original documents of one person."""

    def __init__(self, client: FhirClient) -> None:
        self._client = client

    def documents(
        self, patient: PatientRecord, kind: DocumentKind
    ) -> Sequence[SourceDocument]:
        """Return what can be given out now, newest first."""
        people = People(self._client, private_of(patient))
        references = list(self._found(patient, kind, _REFERENCE))
        indexed = {name for each in references for name in _related(each)}
        reports = [
            each
            for each in self._reports(patient, kind)
            if f"{_REPORT}/{each.get('id')}" not in indexed
        ]
        listed = [_read(each, kind, people) for each in (*references, *reports)]
        found = [each for each in listed if each is not None]
        return sorted(found, key=lambda document: document.created, reverse=True)

    def content(
        self, patient: PatientRecord, document: SourceDocument
    ) -> OriginalContent:
        """Return the document with its cover, if it is still what was listed."""
        private = private_of(patient)
        people = People(self._client, private)
        resource_type, _, logical_id = document.locator.partition("/")
        resource = self._client.read(resource_type, logical_id, private=private)
        current = _read(resource, document.kind, people)
        if current is None or not is_about(resource, patient, self._client.base.url):
            raise unusable("it was withdrawn since it was listed")
        if current.version != document.version:
            raise unusable("it was replaced since it was listed")
        types = _types_of(document.kind)
        data = fetch(self._client, _attachment_of(resource, types), types, private)
        person = self._client.read(*_name(patient.source), private=private)
        cover = write_cover(
            current, _facts(resource), person, people, self._client.base.url
        )
        return OriginalContent(cover, data)

    def _found(
        self, patient: PatientRecord, kind: DocumentKind, resource_type: str
    ) -> Iterator[Resource]:
        is_reference = resource_type == _REFERENCE
        found = self._client.search(
            resource_type,
            [
                ("patient", patient.source),
                ("type" if is_reference else "code", f"{LOINC}|{LOINC_OF_KIND[kind]}"),
                ("status", "current" if is_reference else ",".join(_FINAL)),
            ],
            private=private_of(patient),
        )
        for each in {as_text(item.get("id")): item for item in found}.values():
            if is_about(each, patient, self._client.base.url):
                yield each

    def _reports(
        self, patient: PatientRecord, kind: DocumentKind
    ) -> Iterator[Resource]:
        if kind in REPORTED_KINDS:
            yield from self._found(patient, kind, _REPORT)


def _name(source: str) -> tuple[str, str]:
    resource_type, _, logical_id = source.partition("/")
    return resource_type, logical_id


def _types_of(kind: DocumentKind) -> frozenset[str | None]:
    return IMAGE_TYPES if kind is DocumentKind.IMAGE else PDF_TYPES


def _related(reference: Resource) -> Iterator[str]:
    """Yield the resources a DocumentReference is the document of."""
    context = reference.get("context")
    related = as_list(context.get("related")) if isinstance(context, dict) else []
    for each in related:
        name = as_text(each.get("reference")) if isinstance(each, dict) else None
        if name is not None:
            yield "/".join(name.split("/")[-2:])


# Reading ----------------------------------------------------------------------------


def _read(
    resource: Resource, kind: DocumentKind, people: People
) -> SourceDocument | None:
    """Make a source document, or None where it is not one to give."""
    attachment = _attachment_of(resource, _types_of(kind))
    if attachment is None or not _may_leave(resource, kind):
        return None
    facts = _facts(resource)
    source_id = f"{resource['resourceType']}/{as_text(resource.get('id')) or ''}"
    return SourceDocument(
        source_id=source_id,
        version=version_of(resource, attachment),
        created=_created(resource, attachment),
        kind=kind,
        language=attachment.language or as_text(resource.get("language")),
        title=attachment.title or _title(resource) or kind.value,
        locator=source_id,
        media_type=attachment.media_type or "",
        service_start=_start_of(facts.period),
        authors=tuple(_authors(facts, people)),
        stay_reason=_stay_reason(resource, kind),
    )


def _attachment_of(
    resource: Resource, types: frozenset[str | None]
) -> Attachment | None:
    if resource["resourceType"] == _REFERENCE:
        return find_attachment(resource, types)
    return first_attachment(as_list(resource.get("presentedForm")), types)


def _may_leave(resource: Resource, kind: DocumentKind) -> bool:
    if resource["resourceType"] == _REFERENCE:
        return is_given_out(resource, kind)
    return resource.get("status") in _FINAL and has_type(resource.get("code"), kind)


def _created(resource: Resource, attachment: Attachment) -> datetime:
    return first_instant(
        f"its {resource['resourceType']}",
        attachment.creation,
        resource.get("date"),
        resource.get("issued"),
        last_updated(resource),
    )


def _title(resource: Resource) -> str | None:
    concept = resource.get("code")
    text = concept.get("text") if isinstance(concept, dict) else None
    return as_text(resource.get("description")) or as_text(text)


def _authors(facts: CoverFacts, people: People) -> Iterator[DocumentAuthor]:
    for reference in facts.authors:
        author = people.author(reference, facts.holder)
        if author is not None:
            yield author


def _facts(resource: Resource) -> CoverFacts:
    if resource["resourceType"] == _REPORT:
        return _facts_of_report(resource)
    context = resource.get("context")
    context = context if isinstance(context, dict) else {}
    custodian = resource.get("custodian")
    # Who keeps a document answers for it where nobody is named as its author.
    authors = as_list(resource.get("author")) or [custodian] * (custodian is not None)
    return CoverFacts(
        holder=resource,
        identifier=resource.get("masterIdentifier") or _first(resource, "identifier"),
        authors=authors,
        custodian=custodian,
        authenticator=resource.get("authenticator"),
        period=context.get("period"),
    )


def _facts_of_report(report: Resource) -> CoverFacts:
    performers = as_list(report.get("performer"))
    moment = as_text(report.get("effectiveDateTime"))
    period = report.get("effectivePeriod") or (moment and {"start": moment})
    return CoverFacts(
        holder=report,
        identifier=_first(report, "identifier"),
        authors=as_list(report.get("resultsInterpreter")) or performers,
        custodian=next((each for each in performers if _is_organization(each)), None),
        period=period,
    )


def _is_organization(reference: Any) -> bool:
    name = as_text(reference.get("reference")) if isinstance(reference, dict) else None
    return "Organization/" in (name or "")


def _first(resource: Resource, name: str) -> Any:
    return next(iter(as_list(resource.get(name))), None)


def _start_of(period: Any) -> datetime | None:
    """Return when the care began; a day alone is its beginning in UTC."""
    written = as_text(period.get("start")) if isinstance(period, dict) else None
    moment = instant(written)
    if moment is not None or written is None or len(written) != len("2026-02-01"):
        return moment
    try:
        return datetime.fromisoformat(written).replace(tzinfo=UTC)
    except ValueError:
        return None


def _stay_reason(resource: Resource, kind: DocumentKind) -> StayReason | None:
    """Return the ICD-10 code of what the stay was for, where a discharge names it."""
    if kind is not DocumentKind.DISCHARGE_REPORT:
        return None
    for concept in _events(resource):
        for coding in as_list(concept.get("coding")):
            code = as_text(coding.get("code")) if isinstance(coding, dict) else None
            if code is not None and coding.get("system") == ICD_10:
                words = as_text(coding.get("display")) or as_text(concept.get("text"))
                return StayReason(code, words or code)
    return None


def _events(reference: Resource) -> Iterator[dict[str, Any]]:
    context = reference.get("context")
    events = as_list(context.get("event")) if isinstance(context, dict) else []
    yield from (each for each in events if isinstance(each, dict))
