"""Makes anybody's document fit for the sample country.

A gateway finds people by an identifier under an OID. Many sample documents have none:
they get a Luxembourg matricule whose check digits are right, the same at each run, and
a note says so. Documents that have one are left as they are, to the byte.

Spec: HL7 FHIR R4 Patient.identifier / ``ncp.national.luxembourg.matricule``.
"""

from __future__ import annotations

import copy
import hashlib
import re
from dataclasses import dataclass, field
from typing import Any, Final

import simplejson

from ncp.national.codes import (
    ACT_CODE,
    CONSENT_SCOPE,
    IDENTIFIER_TYPE,
)
from ncp.national.fhir_json import Resource, as_list, parse_resource
from ncp.national.fhir_patient import read_identifiers
from ncp.national.luxembourg.matricule import complete
from ncp.national.luxembourg.oids import MATRICULE
from trust.identifiers import PatientId

NOTE: Final = (
    "The document's patient has no identifier under an OID; for this demonstration "
    "they got a made-up Luxembourg matricule."
)

_YEAR = re.compile(r"[0-9]{4}")
_FULL_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """A document the sample country can be asked for.

    Attributes
    ----------
    body
        The document; the very bytes that were given where nothing had to be added.
    patient
        The identifier to ask with, None where the document has no Patient at all.
    note
        What was added; None where nothing was.
    """

    body: bytes = field(repr=False)
    patient: PatientId | None
    note: str | None


def prepare_document(data: bytes) -> PreparedDocument:
    """Prepare the bytes of a document; their digits stay as they are.

    Raises
    ------
    NationalError
        The bytes are not FHIR JSON.
    """
    bundle = parse_resource(data)
    prepared, note = prepare_bundle(bundle)
    body = data
    if note is not None:
        text = simplejson.dumps(prepared, use_decimal=True, ensure_ascii=False)
        body = text.encode()
    return PreparedDocument(body, _first_identifier(prepared), note)


def prepare_bundle(bundle: Resource) -> tuple[Resource, str | None]:
    """Return the Bundle with an identifier for its patient, and what was done.

    The given Bundle is not changed. The note is None where nothing had to be added.
    """
    if _first_identifier(bundle) is not None or not _patients(bundle):
        return bundle, None
    prepared = copy.deepcopy(bundle)
    patient = _patients(prepared)[0]
    patient["identifier"] = [
        _matricule_identifier(sample_matricule(patient)),
        *as_list(patient.get("identifier")),
    ]
    return prepared, NOTE


def sample_matricule(patient: Resource) -> str:
    """Make a valid matricule from the birth date and a digest of the Patient."""
    born = str(patient.get("birthDate"))
    if not _FULL_DATE.fullmatch(born):
        # Month and day are zero where they are unknown.
        born = f"{born[:4] if _YEAR.match(born) else '1900'}-00-00"
    written = simplejson.dumps(patient, use_decimal=True, sort_keys=True)
    digest = hashlib.sha256(written.encode()).digest()
    sequence = int.from_bytes(digest[:8]) % 1000
    return complete(f"{born.replace('-', '')}{sequence:03d}")


def permitting_consent(patient: PatientId) -> Resource:
    """Make a Consent by which ``patient`` permits every country every service."""
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [{"system": CONSENT_SCOPE, "code": "patient-privacy"}]},
        "category": [
            {"coding": [{"system": "http://loinc.org", "code": "59284-0"}]},
        ],
        "patient": {
            "identifier": {"system": patient.root.urn, "value": patient.extension}
        },
        "policyRule": {"coding": [{"system": ACT_CODE, "code": "OPTIN"}]},
        "provision": {"type": "permit"},
    }


def _matricule_identifier(matricule: str) -> dict[str, Any]:
    return {
        "use": "official",
        "type": {"coding": [{"system": IDENTIFIER_TYPE, "code": "NI"}]},
        "system": MATRICULE.urn,
        "value": matricule,
    }


def _patients(bundle: Resource) -> list[Resource]:
    resources = (
        entry.get("resource")
        for entry in as_list(bundle.get("entry"))
        if isinstance(entry, dict)
    )
    return [
        resource
        for resource in resources
        if isinstance(resource, dict) and resource.get("resourceType") == "Patient"
    ]


def _first_identifier(bundle: Resource) -> PatientId | None:
    identifiers = [
        identifier
        for patient in _patients(bundle)
        for identifier in read_identifiers(patient)
    ]
    return identifiers[0] if identifiers else None
