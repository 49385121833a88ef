"""The patient of a CDA, and whom to ask at home.

Spec: eHDSI common header (EH.1.3): recordTarget, participant (IHE.2.4), guardian /
FHIR R4 Patient.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.header.patient import RECORD_TARGET
from transformations.header.people_reading import read_organization
from transformations.hl7v3.oids import PARTICIPATION_FUNCTION
from transformations.mapping import (
    ADDRESS,
    CE,
    NAME,
    ST,
    TEL,
    Row,
    Severity,
    Table,
)
from transformations.mapping.cda_context import CdaContext
from transformations.mapping.ledger import Site

_ROLE_CLASS = "http://terminology.hl7.org/CodeSystem/v3-RoleClass"
_NAMES_OF_CLASSES = {
    "GUARD": "guardian",
    "ECON": "emergency contact",
    "NOK": "next of kin",
}
_PATIENT = Table("patient", "Patient", "ClinicalDocument", RECORD_TARGET)
_CONTACT = Table(
    "contact",
    "PatientContact",
    "AssociatedEntity",
    Row("relationship[]", "code", CE),
    Row("name", "associatedPerson/name", NAME),
    Row("telecom[]", "telecom", TEL, absent="NI"),
    Row("address", "addr", ADDRESS, absent="NI"),
)
_GUARDIAN = Table(
    "guardian",
    "PatientContact",
    "Guardian",
    Row("relationship[]", "code", CE),
    Row("name", "guardianPerson/name", NAME),
    Row("telecom[]", "telecom", TEL, absent="NI"),
    Row("address", "addr", ADDRESS, absent="NI"),
)
_PREFERRED = Table(
    "general practitioner",
    "Practitioner",
    "AssociatedEntity",
    Row("name[]", "associatedPerson/name", NAME),
    Row("telecom[]", "telecom", TEL, absent="NI"),
    Row("address[]", "addr", ADDRESS, absent="NI"),
)
_PREFERRED_ORGANIZATION = Table(
    "general practitioner",
    "Organization",
    "AssociatedEntity",
    Row("name", "scopingOrganization/name", ST),
    Row("telecom[]", "telecom", TEL, absent="NI"),
    Row("address[]", "addr", ADDRESS, absent="NI"),
)


def read_patient(document: CdaNode, cx: CdaContext) -> str:
    """Read the patient; returns the reference."""
    targets = list(document.elements("recordTarget"))
    if len(targets) != 1:
        cx.find(
            Severity.CRITICAL,
            "patient-not-one",
            f"the document is about {len(targets)} patients; the first is read",
        )
    patient: dict[str, Any] = {"resourceType": "Patient"}
    _PATIENT.read(document, patient, cx)
    for target in targets[:1]:
        _read_guardians(target, patient, cx)
    _read_participants(document, patient, cx)
    cx.stand_at(targets[0] if targets else document)
    return cx.make_resource(patient)


def _read_guardians(target: CdaNode, patient: dict[str, Any], cx: CdaContext) -> None:
    for role in target.elements("patientRole"):
        for person in role.elements("patient"):
            for guardian in person.elements("guardian"):
                cx.stand_at(guardian)
                _read_contact(_GUARDIAN, guardian, "GUARD", patient, cx)
        for organization in role.elements("providerOrganization"):
            cx.stand_at(organization)
            reference = read_organization(organization, cx)
            if reference:
                patient["managingOrganization"] = {"reference": reference}


def _read_participants(
    document: CdaNode, patient: dict[str, Any], cx: CdaContext
) -> None:
    for participant in document.elements("participant"):
        cx.stand_at(participant)
        for entity in participant.elements("associatedEntity"):
            role_class = entity.attributes.get("classCode", "")
            if role_class == "PRS":
                _read_preferred(participant, entity, patient, cx)
            elif role_class in _NAMES_OF_CLASSES:
                cx.site = Site("contact", "Patient.contact")
                cx.derive(entity, "@classCode")
                _read_contact(_CONTACT, entity, role_class, patient, cx)


def _read_contact(
    table: Table,
    node: CdaNode,
    role_class: str,
    patient: dict[str, Any],
    cx: CdaContext,
) -> None:
    contact: dict[str, Any] = {}
    if not table.read(node, contact, cx):
        return
    coding = {
        "system": _ROLE_CLASS,
        "code": role_class,
        "display": _NAMES_OF_CLASSES[role_class],
    }
    own = contact.pop("relationship", [])
    patient.setdefault("contact", []).append(
        {"relationship": [{"coding": [coding]}, *own], **contact}
    )


def _read_preferred(
    participant: CdaNode, entity: CdaNode, patient: dict[str, Any], cx: CdaContext
) -> None:
    """Read the preferred professional: a person, or an organization to ask."""
    is_person = entity.first("associatedPerson") is not None
    kind = "Practitioner" if is_person else "Organization"
    resource: dict[str, Any] = {"resourceType": kind}
    table = _PREFERRED if is_person else _PREFERRED_ORGANIZATION
    if not table.read(entity, resource, cx):
        return
    cx.site = Site("general practitioner", "Patient.generalPractitioner")
    cx.derive(entity, "@classCode")
    for function in participant.elements("functionCode"):
        if function.attributes.get("codeSystem") == PARTICIPATION_FUNCTION:
            cx.settle(function, ".")
    reference = {"reference": cx.make_resource(resource)}
    patient.setdefault("generalPractitioner", []).append(reference)
