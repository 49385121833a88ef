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
from ncp.national.codes import LOINC, LOINC_OF_KIND
from ncp.national.fhir_client import FHIR_JSON
from ncp.national.fhir_json import Resource, as_list, as_text, parse_resource
from ncp.national.fhir_patient import read_identifiers
from ncp.national.ports import DocumentKind, PatientRecord, SourceDocument

_READY: Final = frozenset({None, "final", "amended"})
_MEDIA_TYPES: Final = frozenset({None, FHIR_JSON, "application/json"})


@dataclass(frozen=True, slots=True)
class Attachment:
    """Where the content of a document is: at a URL, or in the reference itself."""

    url: str | None = field(repr=False)
    data: str | None = field(repr=False)
    hash: str | None
    creation: str | None
    language: str | None
    title: str | None = field(repr=False)


def read_document(reference: Resource, kind: DocumentKind) -> SourceDocument | None:
    """Make a source document of a DocumentReference; None where it is not one to give.

    Not to give: another type, superseded or not final, no attachment in FHIR JSON.
    """
    attachment = find_attachment(reference)
    if attachment is None or not _is_given_out(reference, kind):
        return None
    source_id = f"DocumentReference/{as_text(reference.get('id')) or ''}"
    return SourceDocument(
        source_id=source_id,
        version=_version(reference, attachment),
        created=_created(reference, attachment),
        kind=kind,
        language=attachment.language,
        title=attachment.title or as_text(reference.get("description")) or kind.value,
        locator=source_id,
    )


def find_attachment(reference: Resource) -> Attachment | None:
    """Return the first content that is FHIR JSON."""
    for content in as_list(reference.get("content")):
        attachment = content.get("attachment") if isinstance(content, dict) else None
        if isinstance(attachment, dict) and _is_fhir_json(attachment):
            read = _attachment(attachment)
            if read.url or read.data:
                return read
    return None


def decode_attachment(data: str) -> bytes:
    """Return the bytes of base64 ``data``."""
    try:
        return base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _unusable("its base64 is broken") from error


def unwrap_binary(body: bytes) -> bytes:
    """Return the content of a Binary resource, anything else as it is.

    A server asked for FHIR JSON may wrap the content (FHIR R4 §2.41, Binary).
    """
    resource = parse_resource(body)
    if resource["resourceType"] != "Binary":
        return body
    data = as_text(resource.get("data"))
    if data is None or resource.get("contentType") not in _MEDIA_TYPES:
        raise _unusable("it is wrapped in a Binary that is not FHIR JSON")
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
        raise _unusable("it is not the content whose hash its index gives")


def check_document(body: bytes, patient: PatientRecord) -> Resource:
    """Refuse what is no FHIR document, or names another person than ``patient``."""
    bundle = parse_resource(body)
    if bundle["resourceType"] != "Bundle" or bundle.get("type") != "document":
        raise _unusable("it is not a Bundle of type document")
    people = [r for r in _entries(bundle) if r.get("resourceType") == "Patient"]
    if not people:
        raise _unusable("it names no Patient")
    for person in people:
        _check_same_person(person, patient)
    return bundle


def document_instant(bundle: Resource) -> datetime:
    """Return when a document was made (``Bundle.timestamp``, an instant)."""
    made = _instant(bundle.get("timestamp"))
    if made is None:
        raise _unusable("its Bundle.timestamp is absent or is no instant")
    return made


def document_composition(bundle: Resource) -> Resource:
    """Return the Composition, the first entry of a document."""
    first = next(_entries(bundle), None)
    if first is None or first.get("resourceType") != "Composition":
        raise _unusable("its first entry is not a Composition")
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


def _is_given_out(reference: Resource, kind: DocumentKind) -> bool:
    return (
        reference.get("status") == "current"
        and reference.get("docStatus") in _READY
        and has_type(reference.get("type"), kind)
    )


def _is_fhir_json(attachment: dict[str, Any]) -> bool:
    content_type = as_text(attachment.get("contentType"))
    plain = content_type.partition(";")[0].strip().lower() if content_type else None
    return plain in _MEDIA_TYPES


def _attachment(attachment: dict[str, Any]) -> Attachment:
    return Attachment(
        url=as_text(attachment.get("url")),
        data=as_text(attachment.get("data")),
        hash=as_text(attachment.get("hash")),
        creation=as_text(attachment.get("creation")),
        language=as_text(attachment.get("language")),
        title=as_text(attachment.get("title")),
    )


def _version(reference: Resource, attachment: Attachment) -> str | None:
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
    meta = reference.get("meta")
    candidates = (
        attachment.creation,
        reference.get("date"),
        meta.get("lastUpdated") if isinstance(meta, dict) else None,
    )
    for candidate in candidates:
        instant = _instant(candidate)
        if instant is not None:
            return instant
    raise _unusable("its DocumentReference has no date with a time and a zone")


def _instant(value: object) -> datetime | None:
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
        raise _unusable("it is about another person than the one it was asked for")


def _unusable(fault: str) -> NationalError:
    return NationalError(
        Refusal.NATIONAL_UNAVAILABLE,
        "The national FHIR server gave a document that cannot be used.",
        f"The fault of the document: {fault}. It must be corrected at its source.",
    )
