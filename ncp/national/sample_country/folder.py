"""Reads a folder of FHIR files into the data of the sample country.

Every document Bundle below the folder is served, whoever wrote it; its bytes are never
touched. The index around it (Patient, DocumentReference) is made here. Loose Consent
resources are taken too, DocumentReferences of original documents, whose attachment
names a file beside them, and prescriptions: collections with a MedicationRequest, of a
patient of the documents. Whatever else lies in the folder is left out, with a note.

Two documents are of one person where they share an identifier, birth date and name.
People who share an identifier and nothing else stay two: a gateway has to cope.

Spec: HL7 FHIR R4 §2.4 (documents) / HL7 IPS 2.0 Bundle.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from ncp.errors import ConfigurationError, NationalError
from ncp.national.codes import FHIR_JSON
from ncp.national.fhir_document import document_composition
from ncp.national.fhir_json import Resource, as_list, as_text, parse_resource
from ncp.national.fhir_medication import medication_of
from ncp.national.sample_country.attachments import read_attachment
from ncp.national.sample_country.prescribed import Prescribed
from ncp.national.sample_products import read_products
from trust.identifiers import URN_OID

# Ours, so that ids are the same at every start.
_NAMESPACE: Final = uuid.UUID("5f3c1c0e-6a55-4c0b-9d0c-0a7f3f0b8a11")

Identifier = tuple[str, str]
"""System, without ``urn:oid:``, and value."""


@dataclass(frozen=True, slots=True)
class SampleDocument:
    """One document Bundle of the folder: its bytes, and what its index says."""

    id: str
    patient_id: str
    body: bytes = field(repr=False)
    reference: Resource = field(repr=False)
    made: str


@dataclass(frozen=True, slots=True)
class SampleBinary:
    """What is behind an attachment that is no FHIR document."""

    content_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SamplePatient:
    """One person of the folder."""

    id: str
    resource: Resource = field(repr=False)
    identifiers: frozenset[Identifier] = field(repr=False)


@dataclass(slots=True)
class SampleData:
    """Everything the sample country knows; filled once, at its start."""

    patients: dict[str, SamplePatient] = field(default_factory=dict)
    documents: dict[str, SampleDocument] = field(default_factory=dict)
    consents: list[Resource] = field(default_factory=list)
    originals: list[Resource] = field(default_factory=list)
    binaries: dict[str, SampleBinary] = field(default_factory=dict)
    collections: dict[str, Resource] = field(default_factory=dict)
    prescribed: Prescribed = field(default_factory=Prescribed)
    products: list[Resource] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)


def read_folder(folder: Path) -> SampleData:
    """Read every ``.json`` file below ``folder``, in the order of their names."""
    if not folder.is_dir():
        raise ConfigurationError(
            "the data folder of the sample country does not exist",
            "Name a folder of FHIR document Bundles in JSON.",
        )
    data = SampleData()
    data.products += [
        medication_of(product, f"product-{product.code.code}")
        for product in read_products()
    ]
    for path in sorted(folder.rglob("*.json")):
        name = path.relative_to(folder).as_posix()
        try:
            _take(data, path, name)
        except NationalError:
            data.left_out[name] = "is not FHIR JSON, or a document that is broken"
    for resource in data.consents:
        _bind(data, resource, "patient")
    for resource in data.originals:
        _bind(data, resource, "subject")
    for name, collection in data.collections.items():
        _take_prescriptions(data, name, collection)
    return data


def read_identifier(identifier: dict[str, Any]) -> Identifier | None:
    """Return an Identifier as it is compared: an OID with and without its prefix."""
    value = as_text(identifier.get("value"))
    system = as_text(identifier.get("system")) or ""
    return (system.removeprefix(URN_OID), value) if value else None


def _take(data: SampleData, path: Path, name: str) -> None:
    body, modified = path.read_bytes(), path.stat().st_mtime
    resource = parse_resource(body)
    kind = resource["resourceType"]
    if kind == "Consent":
        data.consents.append({**resource, "id": _stable_id("Consent", name)})
    elif kind == "DocumentReference":
        data.originals.append(_original(data, path, name, resource))
    elif kind == "Bundle" and resource.get("type") == "document":
        _take_document(data, name, body, resource, modified)
    elif kind == "Bundle" and resource.get("type") == "collection":
        data.collections[name] = resource
    else:
        data.left_out[name] = f"is a {kind}, not a document or a Consent"


def _take_document(
    data: SampleData, name: str, body: bytes, bundle: Resource, modified: float
) -> None:
    composition = document_composition(bundle)
    subject = _subject(bundle, composition)
    if subject is None:
        data.left_out[name] = "is a document without a Patient"
        return
    patient = _same_person(data, subject) or _new_patient(data, name, subject)
    document_id = _stable_id("Bundle", name)
    made = as_text(bundle.get("timestamp")) or as_text(composition.get("date")) or ""
    data.documents[document_id] = SampleDocument(
        id=document_id,
        patient_id=patient.id,
        body=body,
        reference=_reference(document_id, patient.id, bundle, body, modified),
        made=made,
    )


def _take_prescriptions(data: SampleData, name: str, collection: Resource) -> None:
    """Take a collection once all people are known."""
    people = [patient for _, patient in _patients(collection)]
    bearers = [
        known.id
        for known in data.patients.values()
        if people and not known.identifiers.isdisjoint(_identifiers(people[0]))
    ]
    if len(people) != 1 or len(bearers) != 1:
        data.left_out[name] = "is a collection without one patient of the documents"
        return
    data.prescribed.take(
        collection,
        f"Patient/{bearers[0]}",
        lambda part: _stable_id("Prescription", f"{name}#{part}"),
    )


def _subject(bundle: Resource, composition: Resource) -> Resource | None:
    """Find the Patient the Composition is about, else the first one."""
    subject = composition.get("subject")
    wanted = as_text(subject.get("reference")) if isinstance(subject, dict) else None
    patients = list(_patients(bundle))
    for full_url, patient in patients:
        if wanted in {full_url, f"Patient/{patient.get('id')}"}:
            return patient
    return patients[0][1] if patients else None


def _patients(bundle: Resource) -> Iterator[tuple[str | None, Resource]]:
    for entry in as_list(bundle.get("entry")):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict) and resource.get("resourceType") == "Patient":
            yield as_text(entry.get("fullUrl")), resource


def _identifiers(patient: Resource) -> frozenset[Identifier]:
    read = (
        read_identifier(identifier)
        for identifier in as_list(patient.get("identifier"))
        if isinstance(identifier, dict)
    )
    return frozenset(identifier for identifier in read if identifier is not None)


def _same_person(data: SampleData, subject: Resource) -> SamplePatient | None:
    identifiers = _identifiers(subject)
    for known in data.patients.values():
        if not known.identifiers.isdisjoint(identifiers) and all(
            known.resource.get(element) == subject.get(element)
            for element in ("name", "birthDate")
        ):
            return known
    return None


def _new_patient(data: SampleData, name: str, subject: Resource) -> SamplePatient:
    patient_id = _stable_id("Patient", name)
    resource = {key: value for key, value in subject.items() if key != "text"}
    patient = SamplePatient(
        id=patient_id,
        resource={**resource, "id": patient_id},
        identifiers=_identifiers(subject),
    )
    data.patients[patient_id] = patient
    return patient


def _reference(
    document_id: str,
    patient_id: str,
    bundle: Resource,
    body: bytes,
    modified: float,
) -> Resource:
    composition = document_composition(bundle)
    made = as_text(bundle.get("timestamp"))
    updated = datetime.fromtimestamp(modified, UTC).isoformat(timespec="seconds")
    return {
        "resourceType": "DocumentReference",
        "id": document_id,
        # The version names the content: an edited file is a new version.
        "meta": {
            "versionId": hashlib.sha256(body).hexdigest()[:16],
            "lastUpdated": updated,
        },
        "status": "current",
        "docStatus": "final",
        "type": composition.get("type"),
        "subject": {"reference": f"Patient/{patient_id}"},
        "date": made or updated,
        "description": as_text(composition.get("title")),
        "content": [{"attachment": _attachment(document_id, bundle, body, made)}],
    }


def _attachment(
    document_id: str, bundle: Resource, body: bytes, made: str | None
) -> dict[str, Any]:
    composition = document_composition(bundle)
    language = as_text(composition.get("language")) or as_text(bundle.get("language"))
    sha1 = hashlib.sha1(body, usedforsecurity=False).digest()
    attachment = {
        "contentType": FHIR_JSON,
        "language": language,
        "url": f"Bundle/{document_id}",
        "size": len(body),
        "hash": base64.b64encode(sha1).decode(),
        "title": as_text(composition.get("title")),
        "creation": made,
    }
    return {key: value for key, value in attachment.items() if value is not None}


def _original(data: SampleData, path: Path, name: str, reference: Resource) -> Resource:
    """Index an original: a Binary for its file, with size and hash in the reference."""
    contents = []
    for number, content in enumerate(as_list(reference.get("content"))):
        attachment = content["attachment"]
        body = read_attachment(path.parent, str(attachment.get("url")))
        binary = _stable_id("Binary", f"{name}#{number}")
        kind = as_text(attachment.get("contentType")) or ""
        data.binaries[binary] = SampleBinary(kind, body)
        sha1 = hashlib.sha1(body, usedforsecurity=False).digest()
        told = {
            "url": f"Binary/{binary}",
            "size": len(body),
            "hash": base64.b64encode(sha1).decode(),
        }
        contents.append({**content, "attachment": {**attachment, **told}})
    return {
        **reference,
        "id": _stable_id("DocumentReference", name),
        "content": contents,
    }


def _bind(data: SampleData, resource: Resource, element: str) -> None:
    """Give a resource that names its patient by identifier the reference to them."""
    subject = resource.get(element)
    identifier = subject.get("identifier") if isinstance(subject, dict) else None
    if not isinstance(identifier, dict):
        return
    wanted = read_identifier(identifier)
    bearers = [p.id for p in data.patients.values() if wanted in p.identifiers]
    if len(bearers) == 1:
        resource[element] = {"reference": f"Patient/{bearers[0]}"}


def _stable_id(kind: str, name: str) -> str:
    """Make a logical id from the file's name: nothing of the patient is in it."""
    return str(uuid.uuid5(_NAMESPACE, f"{kind}|{name}"))
