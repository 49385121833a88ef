"""Reads DocumentReferences as source documents, and the documents they point to.

Spec: HL7 FHIR R4 DocumentReference, Attachment, Binary, Bundle (document) /
IHE MHD ITI-67 and ITI-68 (the same search and fetch).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from ncp.errors import NationalError, Refusal
from ncp.national.codes import FHIR_JSON, LOINC, LOINC_OF_KIND
from ncp.national.fhir_json import Resource, as_list, as_text, parse_resource
from ncp.national.fhir_patient import read_identifiers
from ncp.national.ports import DocumentKind, PatientRecord, SourceDocument

_READY: Final = frozenset({None, "final", "amended"})
JSON_TYPES: Final = frozenset({None, FHIR_JSON, "application/json"})
PDF_TYPES: Final = frozenset({"application/pdf"})
IMAGE_TYPES: Final = frozenset({"image/png", "image/jpeg"})


@dataclass(frozen=True, slots=True)
class Attachment:
    """Where the content of a document is: at a URL, or in the reference itself."""

    url: str | None = field(repr=False)
    data: str | None = field(repr=False)
    hash: str | None
    creation: str | None
    language: str | None
    title: str | None = field(repr=False)
    media_type: str | None = None


def read_document(reference: Resource, kind: DocumentKind) -> SourceDocument | None:
    """Make a source document of a DocumentReference; None where it is not one to give.

    Not to give: another type, superseded or not final, no attachment in FHIR JSON.
    """
    attachment = find_attachment(reference)
    if attachment is None or not is_given_out(reference, kind):
        return None
    source_id = f"DocumentReference/{as_text(reference.get('id')) or ''}"
    return SourceDocument(
        source_id=source_id,
        version=version_of(reference, attachment),
        created=_created(reference, attachment),
        kind=kind,
        language=attachment.language,
        title=attachment.title or as_text(reference.get("description")) or kind.value,
        locator=source_id,
        has_pdf=find_attachment(reference, PDF_TYPES) is not None,
    )


def find_attachment(
    reference: Resource, media_types: frozenset[str | None] = JSON_TYPES
) -> Attachment | None:
    """Return the first content of a DocumentReference that is of these types."""
    contents = as_list(reference.get("content"))
    return first_attachment(
        [
            content.get("attachment")
            for content in contents
            if isinstance(content, dict)
        ],
        media_types,
    )


def first_attachment(
    attachments: list[Any], media_types: frozenset[str | None]
) -> Attachment | None:
    """Return the first attachment of these types that leads somewhere."""
    for attachment in attachments:
        if isinstance(attachment, dict) and _media_type(attachment) in media_types:
            read = _attachment(attachment)
            if read.url or read.data:
                return read
    return None


def decode_attachment(data: str) -> bytes:
    """Return the bytes of base64 ``data``."""
    try:
        return base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise unusable("its base64 is broken") from error


def unwrap_binary(
    body: bytes, media_types: frozenset[str | None] = JSON_TYPES
) -> bytes:
    """Return the content of a Binary resource; FHIR JSON may also come as it is.

    A server asked for FHIR JSON may wrap the content (FHIR R4 §2.41, Binary).
    """
    resource = parse_resource(body)
    if resource["resourceType"] != "Binary":
        if media_types is JSON_TYPES:
            return body
        raise unusable("it is not in a Binary")
    data = as_text(resource.get("data"))
    if data is None or resource.get("contentType") not in media_types:
        raise unusable("it is wrapped in a Binary of another media type")
    return decode_attachment(data)


def check_hash(body: bytes, expected: str | None) -> None:
    """Compare ``Attachment.hash`` where it is there.

    FHIR R4 says SHA-1; servers that write SHA-256 are understood by its length. The
    hash finds a mistake of a store, it is no protection.
    """
    if expected is None:
        return
    digest = decode_attachment(expected)
    actual = {
        20: hashlib.sha1(body, usedforsecurity=False).digest(),
        32: hashlib.sha256(body).digest(),
    }
    if actual.get(len(digest)) != digest:
        raise unusable("it is not the content whose hash its index gives")


def check_document(body: bytes, patient: PatientRecord) -> Resource:
    """Refuse what is no FHIR document, or names another person than ``patient``."""
    bundle = parse_resource(body)
    if bundle["resourceType"] != "Bundle" or bundle.get("type") != "document":
        raise unusable("it is not a Bundle of type document")
    people = [r for r in _entries(bundle) if r.get("resourceType") == "Patient"]
    if not people:
        raise unusable("it names no Patient")
    for person in people:
        _check_same_person(person, patient)
    return bundle


def document_instant(bundle: Resource) -> datetime:
    """Return when a document was made (``Bundle.timestamp``, an instant)."""
    made = instant(bundle.get("timestamp"))
    if made is None:
        raise unusable("its Bundle.timestamp is absent or is no instant")
    return made


def document_composition(bundle: Resource) -> Resource:
    """Return the Composition, the first entry of a document."""
    first = next(_entries(bundle), None)
    if first is None or first.get("resourceType") != "Composition":
        raise unusable("its first entry is not a Composition")
    return first


def has_type(concept: object, kind: DocumentKind) -> bool:
    """Whether a CodeableConcept says that a document is of ``kind``."""
    codings = as_list(concept.get("coding")) if isinstance(concept, dict) else []
    return any(
        isinstance(coding, dict)
        and coding.get("system") == LOINC
        and coding.get("code") == LOINC_OF_KIND[kind]
        for coding in codings
    )


def is_about(resource: Resource, patient: PatientRecord, base_url: str) -> bool:
    """Whether the subject of a resource is this patient of this server."""
    subject = resource.get("subject")
    target = subject.get("reference") if isinstance(subject, dict) else None
    return target in {patient.source, f"{base_url}/{patient.source}"}


def is_given_out(reference: Resource, kind: DocumentKind) -> bool:
    """Whether a DocumentReference is current, final and of this kind."""
    return (
        reference.get("status") == "current"
        and reference.get("docStatus") in _READY
        and has_type(reference.get("type"), kind)
    )


def _media_type(attachment: dict[str, Any]) -> str | None:
    written = as_text(attachment.get("contentType"))
    return written.partition(";")[0].strip().lower() if written else None


def _attachment(attachment: dict[str, Any]) -> Attachment:
    return Attachment(
        url=as_text(attachment.get("url")),
        data=as_text(attachment.get("data")),
        hash=as_text(attachment.get("hash")),
        creation=as_text(attachment.get("creation")),
        language=as_text(attachment.get("language")),
        title=as_text(attachment.get("title")),
        media_type=_media_type(attachment),
    )


def version_of(reference: Resource, attachment: Attachment) -> str | None:
    """Name the version: by the server's version and the hash, else by the last update.

    Both are taken where both are there: some servers replace the content below an
    unchanged reference, others correct the reference of an unchanged content.
    """
    meta = reference.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    parts = (as_text(meta.get("versionId")), attachment.hash)
    if any(parts):
        return "|".join(part or "" for part in parts)
    return as_text(meta.get("lastUpdated"))


def _created(reference: Resource, attachment: Attachment) -> datetime:
    return first_instant(
        "its DocumentReference",
        attachment.creation,
        reference.get("date"),
        last_updated(reference),
    )


def last_updated(resource: Resource) -> object:
    """Return ``meta.lastUpdated`` as it stands."""
    meta = resource.get("meta")
    return meta.get("lastUpdated") if isinstance(meta, dict) else None


def first_instant(whose: str, *candidates: object) -> datetime:
    """Return the first that is a date with a time and a zone."""
    for candidate in candidates:
        moment = instant(candidate)
        if moment is not None:
            return moment
    raise unusable(f"{whose} has no date with a time and a zone")


def instant(value: object) -> datetime | None:
    """Read a FHIR instant; a date alone is none, and no hour is invented for it."""
    text = as_text(value)
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    if moment is None or moment.tzinfo is None:
        return None
    return moment.astimezone(UTC)


def _entries(bundle: Resource) -> Iterator[Resource]:
    for entry in as_list(bundle.get("entry")):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            yield resource


def _check_same_person(resource: Resource, patient: PatientRecord) -> None:
    """Where both know an identifier of one authority, one must be the same."""
    own, known = read_identifiers(resource), set(patient.identifiers)
    shared_roots = {item.root for item in own} & {item.root for item in known}
    if shared_roots and known.isdisjoint(own):
        raise unusable("it is about another person than the one it was asked for")


def unusable(fault: str) -> NationalError:
    """Make the error for a document of the server that cannot be given out."""
    return NationalError(
        Refusal.NATIONAL_UNAVAILABLE,
        "The national FHIR server gave a document that cannot be used.",
        f"The fault of the document: {fault}. It must be corrected at its source.",
    )
