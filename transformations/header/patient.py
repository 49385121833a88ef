"""The patient: identity, contacts, and whom to ask at home.

Spec: eHDSI common header (EH.1.3, Wave 8): recordTarget, participant (IHE.2.4),
guardian / FHIR R4 Patient.
"""

from __future__ import annotations

import re
from typing import Any

from transformations.cda import CdaNode
from transformations.hl7v3.oids import (
    ADMINISTRATIVE_GENDER,
    PARTICIPATION_FUNCTION,
    ROLE_CODE,
)
from transformations.mapping import (
    ADDRESS,
    CE,
    IDENTIFIER,
    NAME,
    ST,
    TEL,
    TS,
    Alt,
    CodedCodec,
    CodeMeaning,
    Const,
    Context,
    Demand,
    Each,
    Fill,
    Follow,
    Group,
    Ignore,
    IgnoreExt,
    Pair,
    Row,
    Severity,
    StatusCodec,
    Table,
)
from transformations.mapping.place import Term

_LANGUAGE = re.compile(r"[a-z]{2}-[A-Z]{2}")
_NATIONALITY = "http://hl7.org/fhir/StructureDefinition/patient-nationality"
_V2_CONTACT_ROLE = "http://terminology.hl7.org/CodeSystem/v2-0131"
_V3_ROLE_CLASS = "http://terminology.hl7.org/CodeSystem/v3-RoleClass"

GENDER = StatusCodec(
    {
        "male": CodeMeaning("M", "Male", ADMINISTRATIVE_GENDER),
        "female": CodeMeaning("F", "Female", ADMINISTRATIVE_GENDER),
        "other": CodeMeaning("UN", "Undifferentiated", ADMINISTRATIVE_GENDER),
        "unknown": CodeMeaning("", "", "", null_flavor="UNK"),
    }
)

_PERSONAL_RELATIONSHIP = CodedCodec("CE", systems=(ROLE_CODE,))
_NOT_IN_HEADER = "the header does not say it of the patient"
_NO_PARTICIPANT = "the header of this document names no contacts of the patient"
_LANGUAGES = "urn:ietf:bcp:47"


def names_to_cda(patient: Any, node: CdaNode, cx: Context) -> bool:
    """Write every complete name; parts spread over several entries make one name."""
    names = [name for name in patient.get("name") or [] if isinstance(name, dict)]
    complete = [name for name in names if name.get("family") and name.get("given")]
    passed = False
    for index, name in enumerate(patient.get("name") or []):
        if complete and name not in complete:
            cx.lose(patient["name"], index, "an incomplete name beside a complete one")
        elif complete or len(names) == 1:
            passed = _write_name(patient["name"], index, node, cx) or passed
    if not complete and len(names) > 1:
        passed = _join_names(patient["name"], node, cx)
    _demand_parts(node, cx)
    return passed


def _write_name(names: Any, index: int, node: CdaNode, cx: Context) -> bool:
    name = CdaNode(node.kind.child("name"))
    if not NAME.to_cda(names, index, name, cx):
        return False
    node.graft(name)
    return True


def _join_names(names: Any, node: CdaNode, cx: Context) -> bool:
    """Make one name of the parts that several entries give."""
    joined = CdaNode(node.kind.child("name"))
    in_parts = any(name.get("family") or name.get("given") for name in names)
    for index, name in enumerate(names):
        if in_parts and not (name.get("family") or name.get("given")):
            cx.lose(names, index, "the parts of the other names say it")
            continue
        part = CdaNode(node.kind.child("name"))
        NAME.to_cda(names, index, part, cx)
        joined.children += [
            child for child in part.elements() if "nullFlavor" not in child.attributes
        ]
    if not joined.children:
        return False
    for part_name in ("family", "given"):
        if joined.first(part_name) is None:
            joined.add(part_name, nullFlavor="UNK")
    node.graft(joined)
    return True


def _demand_parts(node: CdaNode, cx: Context) -> None:
    name = node.first("name")
    if name is None:
        name = node.add("name")
        name.add("family", nullFlavor="UNK")
        name.add("given", nullFlavor="UNK")
    for part, rule in (
        ("family", "patient-family-name-missing"),
        ("given", "patient-given-name-missing"),
    ):
        if all("nullFlavor" in child.attributes for child in name.elements(part)):
            cx.find(
                Severity.CRITICAL,
                rule,
                f"the patient has no {part} name; written as unknown",
            )


def language_to_cda(communication: Any, node: CdaNode, cx: Context) -> bool:
    """Write a language of the patient, if it is told with its country."""
    codings = (communication.get("language") or {}).get("coding") or []
    for coding in codings:
        code = coding.get("code")
        if isinstance(code, str) and _LANGUAGE.fullmatch(code):
            cx.take(coding, "code")
            for name in ("system", "version", "display"):
                cx.settle(coding, name)
            cx.settle(communication["language"], "text")
            node.add("languageCode", code=code)
            if isinstance(communication.get("preferred"), bool):
                preferred = cx.take(communication, "preferred")
                node.add("preferenceInd", value=str(preferred).lower())
            return True
    cx.lose(communication, "language", "CDA wants a language with its country")
    return False


def names_to_fhir(node: CdaNode, patient: Any, cx: Context) -> bool:
    """Read every name of the patient."""
    names: list[dict[str, Any]] = []
    for name in node.elements("name"):
        slot: dict[str, Any] = {}
        if NAME.to_fhir(name, slot, "name", cx):
            names.append(slot["name"])
    if names:
        patient["name"] = names
    return bool(names)


def language_to_fhir(node: CdaNode, communication: Any, cx: Context) -> bool:
    """Read a language of the patient, and whether it is preferred."""
    code = node.first("languageCode")
    value = None if code is None else cx.attr(code, "code")
    if not value or not value.strip():
        return False
    coding = {"system": _LANGUAGES, "code": value.strip()}
    communication["language"] = {"coding": [coding]}
    for preference in node.elements("preferenceInd"):
        if preference.attributes.get("value") in {"true", "false"}:
            communication["preferred"] = cx.attr(preference, "value") == "true"
    return True


def contact_to_cda(contact: Any, document: CdaNode, cx: Context) -> bool:
    """Write a contact as guardian, emergency contact or next of kin."""
    if "GUARD" in _role_codes(contact):
        return _write_guardian(contact, document, cx)
    participant = CdaNode(document.kind.child("participant"), None, {"typeCode": "IND"})
    role_class = "ECON" if _role_codes(contact) & {"C", "ECON"} else "NOK"
    if not _CONTACT.write(contact, participant, cx):
        return False
    entity = participant.first("associatedEntity")
    if entity is not None:
        entity.attributes["classCode"] = role_class
    document.graft(participant)
    return True


def guardian_to_cda(contact: Any, document: CdaNode, cx: Context) -> bool:
    """Write a contact who is the guardian; nobody else has a place."""
    if "GUARD" in _role_codes(contact):
        return _write_guardian(contact, document, cx)
    cx.lose_rest(contact, _NO_PARTICIPANT)
    return False


def _write_guardian(contact: Any, document: CdaNode, cx: Context) -> bool:
    target = document.first("recordTarget")
    role = None if target is None else target.first("patientRole")
    patient = None if role is None else role.first("patient")
    if patient is None:
        return False
    guardian = CdaNode(patient.kind.child("guardian"), None, {"classCode": "GUARD"})
    if not _GUARDIAN.write(contact, guardian, cx):
        return False
    patient.graft(guardian)
    return True


def _role_codes(contact: Any) -> set[str]:
    return {
        coding["code"]
        for concept in contact.get("relationship") or []
        for coding in concept.get("coding") or []
        if isinstance(coding.get("code"), str)
    }


def relationship_to_cda(contact: Any, entity: CdaNode, cx: Context) -> bool:
    """Write the personal relationship; the class of the role says the rest."""
    said: set[object] = set()
    for concept in contact.get("relationship") or []:
        cx.lose(concept, "text", "the codes say it", Severity.INFORMATION)
        codings = concept.get("coding") or []
        for index, coding in enumerate(codings):
            if coding.get("system") in {_V2_CONTACT_ROLE, _V3_ROLE_CLASS}:
                (cx.settle if coding.get("code") in said else cx.derive)(coding, "code")
                said.add(coding.get("code"))
                cx.settle(coding, "system")
                cx.settle(coding, "display")
            elif entity.first("code") is not None:
                cx.lose(codings, index, "CDA has room for one relationship only")
            else:
                _write_relationship(codings, index, entity, cx)
    return False


def _write_relationship(codings: Any, index: int, entity: CdaNode, cx: Context) -> None:
    code = CdaNode(entity.kind.child("code"))
    if _PERSONAL_RELATIONSHIP.to_cda(codings, index, code, cx):
        entity.graft(code)


_CONTACT = Table(
    "contact",
    "PatientContact",
    "Participant1",
    Const("templateId", root="1.3.6.1.4.1.19376.1.5.3.1.2.4"),
    Group(
        "associatedEntity",
        Pair("relationship", relationship_to_cda),
        Row("address", "addr", ADDRESS, absent="NI"),
        Row("telecom[]", "telecom", TEL, absent="NI"),
        Alt(
            Row("name", "associatedPerson/name", NAME),
            Follow(
                "organization",
                {"Organization": (Row("name", "scopingOrganization/name", ST),)},
            ),
        ),
    ),
    Ignore("gender", "a contact of CDA has no gender"),
    Ignore("period", "a contact of CDA has no period"),
)

_GUARDIAN = Table(
    "guardian",
    "PatientContact",
    "Guardian",
    Const("templateId", root="1.3.6.1.4.1.19376.1.5.3.1.2.4"),
    Pair("relationship", relationship_to_cda),
    Row("address", "addr", ADDRESS, absent="NI"),
    Row("telecom[]", "telecom", TEL, absent="NI"),
    Row("name", "guardianPerson/name", NAME),
    Ignore("gender", "a guardian of CDA has no gender"),
    Ignore("period", "a guardian of CDA has no period"),
)

_NAMED_PERSON: tuple[Term, ...] = (
    Row("address[]", "addr", ADDRESS, once=True),
    Row("telecom[]", "telecom", TEL),
    Row("name[]", "associatedPerson/name", NAME, once=True),
)
_NAMED_ORGANIZATION: tuple[Term, ...] = (
    Row("address[]", "addr", ADDRESS, once=True),
    Row("telecom[]", "telecom", TEL),
    Row("name", "scopingOrganization/name", ST),
)

RECORD_TARGET = Group(
    "recordTarget/patientRole{classCode=PAT}",
    Row("identifier[]", "id", IDENTIFIER, absent="NI"),
    Row("address[]", "addr", ADDRESS, absent="NI", once=True),
    Row("telecom[]", "telecom", TEL, absent="NI"),
    Group(
        "patient{classCode=PSN,determinerCode=INSTANCE}",
        Pair("names", names_to_cda, names_to_fhir),
        Row("gender", "administrativeGenderCode", GENDER, absent="UNK"),
        Row("birthDate", "birthTime", TS, absent="UNK"),
        Row("maritalStatus", "maritalStatusCode", CE),
        Each(
            "communication[]",
            "languageCommunication",
            Pair("language", language_to_cda, language_to_fhir),
        ),
        always=True,
    ),
    always=True,
)

_PERSON: tuple[Term, ...] = (
    Demand(
        "identifier[]",
        "patient-identifier-missing",
        "the patient has no identifier",
    ),
    Demand(
        "birthDate",
        "patient-birth-date-missing",
        "the patient has no birth date; written as unknown",
    ),
    Demand(
        "gender",
        "patient-gender-missing",
        "the patient has no gender; written as unknown",
    ),
    RECORD_TARGET,
)

_CONTACTS: tuple[Term, ...] = (
    Each(
        "generalPractitioner[]",
        "participant[typeCode=IND]<IHE.2.4>",
        Const("functionCode", code="PCP", codeSystem=PARTICIPATION_FUNCTION),
        Group(
            "associatedEntity{classCode=PRS}",
            Follow(
                ".",
                {
                    "Practitioner": _NAMED_PERSON,
                    "PractitionerRole": (
                        Row("telecom[]", "telecom", TEL),
                        Alt(
                            Follow("practitioner", {"Practitioner": _NAMED_PERSON}),
                            Follow(
                                "organization", {"Organization": _NAMED_ORGANIZATION}
                            ),
                        ),
                    ),
                    "Organization": _NAMED_ORGANIZATION,
                },
            ),
            Fill("addr", "NI"),
            Fill("telecom", "NI"),
        ),
    ),
    Each("contact[]", ".", Pair("contact", contact_to_cda)),
)
_GUARDIANS: tuple[Term, ...] = (
    Each("contact[]", ".", Pair("guardian", guardian_to_cda)),
    Ignore("generalPractitioner[]", _NO_PARTICIPANT),
)
_NOT_WRITTEN: tuple[Term, ...] = (
    IgnoreExt(_NATIONALITY, _NOT_IN_HEADER),
    Ignore("active", _NOT_IN_HEADER),
    Ignore("photo[]", _NOT_IN_HEADER),
    Ignore("managingOrganization", _NOT_IN_HEADER),
    Ignore("link[]", "other records of the patient have no place", Severity.WARNING),
    Ignore("multipleBirthBoolean", _NOT_IN_HEADER),
    Ignore("multipleBirthInteger", _NOT_IN_HEADER),
    Ignore("deceasedBoolean", _NOT_IN_HEADER, Severity.CRITICAL),
    Ignore("deceasedDateTime", _NOT_IN_HEADER, Severity.CRITICAL),
)

PATIENT = (*_PERSON, *_CONTACTS, *_NOT_WRITTEN)
"""The patient of a document that names whom to ask at home."""

PATIENT_ALONE = (*_PERSON, *_GUARDIANS, *_NOT_WRITTEN)
"""The patient, and who speaks for them; nobody else."""


def write_preferred_contact(document: CdaNode, name: str) -> None:
    """Name the custodian to ask, where the patient has no general practitioner."""
    for participant in document.elements("participant"):
        entity = participant.first("associatedEntity")
        if entity is not None and entity.attributes.get("classCode") == "PRS":
            return
    participant = document.add("participant", typeCode="IND")
    participant.add("templateId", root="1.3.6.1.4.1.19376.1.5.3.1.2.4")
    participant.add("functionCode", code="PCP", codeSystem=PARTICIPATION_FUNCTION)
    entity = participant.add("associatedEntity", classCode="PRS")
    entity.add("addr", nullFlavor="NI")
    entity.add("telecom", nullFlavor="NI")
    entity.add("scopingOrganization").add("name", name)
