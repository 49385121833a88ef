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
    IDENTIFIER,
    NAME,
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
    Row("identifier[]", "id", IDENTIFIER),
    Row("qualification[0].code", "code", CE),
    Row("name[]", "associatedPerson/name", NAME),
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
            if role_class == "PRS" or _is_preferred(participant):
                _read_preferred(participant, entity, patient, cx)
            elif role_class:
                cx.site = Site("contact", "Patient.contact")
                _read_contact(_CONTACT, entity, role_class, patient, cx)


def _is_preferred(participant: CdaNode) -> bool:
    """Whether the function says that this is whom to ask; older waves said it so."""
    return any(
        function.attributes.get("code") == "PCP"
        and function.attributes.get("codeSystem") == PARTICIPATION_FUNCTION
        for function in participant.elements("functionCode")
    )


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
    if role_class != "GUARD":
        cx.derive(node, "@classCode")
    coding = {"system": _ROLE_CLASS, "code": role_class}
    if role_class in _NAMES_OF_CLASSES:
        coding["display"] = _NAMES_OF_CLASSES[role_class]
    own = contact.pop("relationship", [])
    patient.setdefault("contact", []).append(
        {"relationship": [{"coding": [coding]}, *own], **contact}
    )


def _read_preferred(
    participant: CdaNode, entity: CdaNode, patient: dict[str, Any], cx: CdaContext
) -> None:
    """Read whom to ask at home: a person, an organization, or one in the other."""
    if _stands_in(entity, cx):
        cx.site = Site("what CDA demands and nobody said", "")
        for custodian in entity.elements("scopingOrganization"):
            for name in custodian.elements("name"):
                cx.derive(name, "text()")
        cx.settle(participant, ".")
        return
    organization = entity.first("scopingOrganization")
    is_person = entity.first("associatedPerson") is not None
    of = "" if organization is None else read_organization(organization, cx)
    reference = _read_person(entity, of, cx) if is_person else of
    if not reference:
        return
    cx.site = Site("general practitioner", "Patient.generalPractitioner")
    cx.settle(entity, "@classCode")
    for function in participant.elements("functionCode"):
        if function.attributes.get("codeSystem") == PARTICIPATION_FUNCTION:
            cx.settle(function, ".")
    patient.setdefault("generalPractitioner", []).append({"reference": reference})


def _read_person(entity: CdaNode, organization: str, cx: CdaContext) -> str:
    person: dict[str, Any] = {"resourceType": "Practitioner"}
    if not _PREFERRED.read(entity, person, cx):
        return organization
    reference = cx.make_resource(person)
    if not organization:
        return reference
    role = {
        "resourceType": "PractitionerRole",
        "practitioner": {"reference": reference},
        "organization": {"reference": organization},
    }
    return cx.make_resource(role)


def _stands_in(entity: CdaNode, cx: CdaContext) -> bool:
    """Whether it is but the custodian's name: what is written where nobody is known."""
    organization = entity.first("scopingOrganization")
    if organization is None or len(list(organization.elements())) != 1:
        return False
    says = [
        child
        for child in entity.elements()
        if "nullFlavor" not in child.attributes and child is not organization
    ]
    name = organization.first("name")
    return not says and name is not None and name.text in _names_of_custodian(cx)


def _names_of_custodian(cx: CdaContext) -> set[str | None]:
    return {
        name.text
        for custodian in cx.source.root.elements("custodian")
        for assigned in custodian.elements("assignedCustodian")
        for keeper in assigned.elements("representedCustodianOrganization")
        for name in keeper.elements("name")
    }
