"""Read bytes as a FHIR document, or say in one sentence what they are instead.

Spec: FHIR R4 §3.3.1 (document Bundle), invariants bdl-11 and bdl-12 /
IPS 2.0.1 Bundle-uv-ips.
"""

from __future__ import annotations

import re
from dataclasses import replace

from transformations.fhir.document import (
    FhirBundle,
    FhirDocument,
    Located,
    index_ids,
    index_urls,
)
from transformations.fhir.json_reading import (
    FHIR_LIMITS,
    Json,
    JsonLimits,
    JsonObject,
    read_json,
)
from transformations.fhir.refusal import NotFhir

_WANTED = "Send a FHIR R4 document Bundle (type 'document') as JSON."
_RESOURCE_BUNDLES = ("document", "collection", "searchset")
_WANTED_BUNDLE = (
    "Send a FHIR R4 Bundle (type 'document', 'collection' or 'searchset') as JSON."
)
_RESOURCE_TYPE = re.compile(r"[A-Z][A-Za-z]{1,63}")
_BUNDLE_TYPES = {
    "document",
    "message",
    "transaction",
    "transaction-response",
    "batch",
    "batch-response",
    "history",
    "searchset",
    "collection",
}


def read_fhir_document(data: bytes, limits: JsonLimits = FHIR_LIMITS) -> FhirDocument:
    """Read a FHIR R4 document Bundle from JSON bytes.

    Raises
    ------
    NotFhir
        With a sentence that says what the bytes are instead and what to send.
    """
    _refuse_other_kinds(data)
    bundle = _bundle(read_json(data, limits))
    entries = _entries(bundle)
    composition = _composition(entries)
    by_url, by_id = index_urls(entries), index_ids(entries)
    partial = FhirDocument(bundle, entries, by_url, by_id, composition, composition)
    return replace(partial, patient=_patient(partial))


def read_fhir_bundle(data: bytes, limits: JsonLimits = FHIR_LIMITS) -> FhirBundle:
    """Read a FHIR R4 Bundle of resources: a document, a collection, or a searchset.

    Raises
    ------
    NotFhir
        With a sentence that says what the bytes are instead and what to send.
    """
    _refuse_other_kinds(data)
    bundle = _of_resources(read_json(data, limits))
    entries = _entries(bundle)
    return FhirBundle(bundle, entries, index_urls(entries), index_ids(entries))


def _refuse_other_kinds(data: bytes) -> None:
    """Name the kinds of files that people send by mistake."""
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start and len(data) <= 4096:
        raise NotFhir(f"The file is empty. {_WANTED}")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotFhir(f"The file is UTF-16 text; FHIR JSON is UTF-8. {_WANTED}")
    if start.startswith(b"%PDF"):
        raise NotFhir(f"This is a PDF. {_WANTED}")
    if start.startswith(b"<"):
        _refuse_xml(data[: 64 << 10])


def _refuse_xml(start: bytes) -> None:
    if b"urn:hl7-org:v3" in start and b"ClinicalDocument" in start:
        raise NotFhir(f"This is a CDA document (HL7 v3 XML), not FHIR. {_WANTED}")
    if b"http://hl7.org/fhir" in start:
        raise NotFhir(f"This is FHIR in its XML form; only JSON is read. {_WANTED}")
    raise NotFhir(f"This is XML or HTML, not FHIR JSON. {_WANTED}")


def _bundle(value: Json) -> JsonObject:
    if not isinstance(value, dict):
        raise NotFhir(f"This is JSON, but {_kind(value)} and no object. {_WANTED}")
    kind = value.get("resourceType")
    if not isinstance(kind, str) or not _RESOURCE_TYPE.fullmatch(kind):
        raise NotFhir(f"This is JSON without a FHIR resourceType. {_WANTED}")
    if kind != "Bundle":
        raise NotFhir(
            f"This is a single {kind}, not a document. A summary is a Bundle that "
            f"begins with a Composition. {_WANTED}"
        )
    return _of_document_type(value)


def _of_resources(value: Json) -> JsonObject:
    if not isinstance(value, dict):
        raise NotFhir(f"This is JSON, but {_kind(value)} and no object. {_WANTED}")
    if value.get("resourceType") != "Bundle":
        raise NotFhir(f"This is JSON, but no FHIR Bundle. {_WANTED_BUNDLE}")
    if value.get("type") not in _RESOURCE_BUNDLES:
        raise NotFhir(f"This is a Bundle of another type. {_WANTED_BUNDLE}")
    return value


def _of_document_type(bundle: JsonObject) -> JsonObject:
    kind = bundle.get("type")
    if kind == "document":
        return bundle
    if not isinstance(kind, str) or kind not in _BUNDLE_TYPES:
        raise NotFhir(f"This is a Bundle without a known type. {_WANTED}")
    hint = _hint_of_search(bundle) if kind == "searchset" else ""
    raise NotFhir(f"This is a Bundle of type '{kind}', not a document.{hint} {_WANTED}")


def _hint_of_search(bundle: JsonObject) -> str:
    """Say where the document is, if the answer to a search holds just one."""
    entries = bundle.get("entry")
    found = [
        index
        for index, entry in enumerate(entries if isinstance(entries, list) else ())
        if isinstance(entry, dict) and _is_document(entry.get("resource"))
    ]
    if len(found) == 1:
        return f" Bundle.entry[{found[0]}].resource is the document: send that alone."
    return " It is the answer to a search: fetch the document it lists and send that."


def _is_document(resource: Json) -> bool:
    return (
        isinstance(resource, dict)
        and resource.get("resourceType") == "Bundle"
        and resource.get("type") == "document"
    )


def _kind(value: Json) -> str:
    match value:
        case list():
            return "an array"
        case str():
            return "a text"
        case None:
            return "null"
        case bool():
            return "a truth value"
        case _:
            return "a number"


def _entries(bundle: JsonObject) -> tuple[Located, ...]:
    entries = bundle.get("entry")
    if not isinstance(entries, list) or not entries:
        raise NotFhir(f"This document Bundle has no entries. {_WANTED}")
    return tuple(
        located
        for index, entry in enumerate(entries)
        if (located := _located(entry, index)) is not None
    )


def _located(entry: Json, index: int) -> Located | None:
    if not isinstance(entry, dict):
        raise NotFhir(f"Bundle.entry[{index}] is no JSON object. {_WANTED}")
    resource = entry.get("resource")
    if resource is None:
        return None
    if not isinstance(resource, dict):
        raise NotFhir(f"Bundle.entry[{index}].resource is no JSON object. {_WANTED}")
    url = entry.get("fullUrl")
    return Located(
        resource,
        f"Bundle.entry[{index}].resource",
        url if isinstance(url, str) else None,
    )


def _composition(entries: tuple[Located, ...]) -> Located:
    if not entries or entries[0].type != "Composition":
        raise NotFhir(
            "This document Bundle does not begin with a Composition (bdl-11), so "
            f"nothing says what belongs to the document. {_WANTED}"
        )
    if sum(entry.type == "Composition" for entry in entries) > 1:
        raise NotFhir(
            "This document Bundle has several Compositions. Send one document at a "
            "time."
        )
    return entries[0]


def _patient(document: FhirDocument) -> Located:
    """Find the person: the Composition's subject, else the only Patient there is."""
    subject = document.composition.resource.get("subject")
    reference = subject.get("reference") if isinstance(subject, dict) else None
    if isinstance(reference, str):
        found = document.resolve(reference, document.composition)
        if found is not None:
            return _a_patient(found)
    patients = tuple(document.of_type("Patient"))
    if len(patients) == 1:
        return patients[0]
    raise NotFhir(
        "This document Bundle does not say whom it is about: the Composition's "
        f"subject names no entry, and there are {len(patients)} Patients. Point "
        "Composition.subject at the Patient's fullUrl."
    )


def _a_patient(found: Located) -> Located:
    if found.type != "Patient":
        raise NotFhir(
            "The subject of this document is no Patient. Only summaries of persons "
            "are exchanged."
        )
    return found
