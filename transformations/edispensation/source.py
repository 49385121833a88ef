"""Dispensations in a Bundle: each as a document of its own.

A document Bundle has a Composition that says whom it is about and who wrote it. In a
collection or the answer to a search, the dispensation itself says so; the Composition
made of it here is no part of the source and has no account.

Spec: HL7 Europe MPD (R4): no document Bundle is profiled, the examples are collections
/ FHIR R4 §3.3 Documents, MedicationDispense.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from transformations.edispensation.recorded import recorded_of
from transformations.fhir import (
    FhirBundle,
    FhirDocument,
    Located,
    NotFhir,
    read_fhir_bundle,
)
from transformations.header.facts import EDISPENSATION_L3

_WANTED = "Send a Bundle with a MedicationDispense and the Patient it is about."


def read_dispensations(data: bytes) -> tuple[FhirDocument, ...]:
    """Read a Bundle of JSON bytes; one document for each dispensation in it.

    Raises
    ------
    NotFhir
        With a sentence that says what the bytes are instead and what to send.
    """
    return dispensations(read_fhir_bundle(data))


def dispensations(bundle: FhirBundle) -> tuple[FhirDocument, ...]:
    """Return a document for each MedicationDispense of a Bundle.

    Raises
    ------
    NotFhir
        There is none, or it does not say whom it is about.
    """
    composition = next(bundle.of_type("Composition"), None)
    found = tuple(bundle.of_type("MedicationDispense"))
    if not found:
        raise NotFhir(f"This Bundle holds no MedicationDispense. {_WANTED}")
    if composition is not None and bundle.bundle.get("type") == "document":
        return (_document(bundle, composition, found[0]),)
    return tuple(_document(bundle, _composition(one), one) for one in found)


def _document(
    bundle: FhirBundle, composition: Located, dispense: Located
) -> FhirDocument:
    return FhirDocument(
        bundle=bundle.bundle,
        entries=bundle.entries,
        by_url=bundle.by_url,
        by_type_and_id=bundle.by_type_and_id,
        composition=composition,
        patient=_patient(bundle, dispense),
    )


def _patient(bundle: FhirBundle, dispense: Located) -> Located:
    """Find the person: whom the dispensation names, else the only Patient there is."""
    subject = dispense.resource.get("subject")
    name = subject.get("reference") if isinstance(subject, dict) else None
    found = bundle.resolve(name, dispense) if isinstance(name, str) else None
    if found is not None and found.type == "Patient":
        return found
    patients = tuple(bundle.of_type("Patient"))
    if len(patients) == 1:
        return patients[0]
    raise NotFhir(
        "This Bundle does not say whom a dispensation is about: it has "
        f"{len(patients)} Patients. {_WANTED}"
    )


def _performers(dispense: dict[str, Any]) -> Iterator[str]:
    performers = dispense.get("performer")
    for performer in performers if isinstance(performers, list) else ():
        actor = performer.get("actor") if isinstance(performer, dict) else None
        name = actor.get("reference") if isinstance(actor, dict) else None
        if isinstance(name, str):
            yield name


def _composition(dispense: Located) -> Located:
    """Make what a dispensation says of itself as a document, as if it were inside."""
    source = dispense.resource
    recorded = recorded_of(source)
    made: dict[str, Any] = {
        "resourceType": "Composition",
        "status": "final",
        "type": {
            "coding": [{"system": "http://loinc.org", "code": EDISPENSATION_L3.code}]
        },
        "title": "eDispensation",
        "author": [{"reference": name} for name in _performers(source)],
    }
    moment = (
        source.get("whenHandedOver") if recorded is None else recorded["valueDateTime"]
    )
    if moment is not None:
        made["date"] = moment
    if isinstance(source.get("language"), str):
        made["language"] = source["language"]
    if isinstance(source.get("subject"), dict):
        made["subject"] = dict(source["subject"])
    return Located(made, dispense.path, dispense.full_url, dispense)
