"""Writes a recorded event as a FHIR AuditEvent, from its DICOM form.

The codes of DICOM and of eHDSI stay as they are, with the systems by which FHIR names
them; nothing is added that the record does not say.

Spec: FHIR R4 AuditEvent (mapping to DICOM PS3.15) / IHE ITI TF-2 3.81 / sheet 06 §2.9.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from lxml import etree

from ncp.audit.forms import EVENT_LIMITS
from trust.identifiers import IdentifierError, PatientId
from trust.xml import parse_xml

Json: TypeAlias = dict[str, Any]

_TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem/"
_SYSTEMS: Final = {
    "DCM": "http://dicom.nema.org/resources/ontology/DCM",
    "RFC-3881": f"{_TERMINOLOGY}audit-entity-type",
}
_EHDSI: Final = "urn:ehdsi:audit:event"
_IHE_EVENTS: Final = "urn:ihe:event-type-code"
_CODE: Final = "csd-code"


def to_fhir(dicom: bytes, event_id: str) -> Json:
    """Return the AuditEvent of a recorded event.

    Parameters
    ----------
    event_id
        The id of the record, which becomes that of the resource.

    Raises
    ------
    XmlRefused
        The record is no XML.
    """
    root = parse_xml(dicom, EVENT_LIMITS)
    event = _only(root, "EventIdentification")
    return _without_nothing(
        {
            "resourceType": "AuditEvent",
            "id": event_id,
            "type": _coding(_only(event, "EventID")),
            "subtype": _each(event, "EventTypeCode", _coding),
            "action": event.get("EventActionCode"),
            "recorded": event.get("EventDateTime"),
            "outcome": event.get("EventOutcomeIndicator"),
            "outcomeDesc": event.findtext("EventOutcomeDescription"),
            "purposeOfEvent": _each(event, "PurposeOfUse", _concept),
            "agent": _each(root, "ActiveParticipant", _agent),
            "source": _source(_only(root, "AuditSourceIdentification")),
            "entity": _each(root, "ParticipantObjectIdentification", _entity),
        }
    )


def _agent(participant: etree._Element) -> Json:
    roles = participant.findall("RoleIDCode")
    address = participant.get("NetworkAccessPointID")
    kind = participant.get("NetworkAccessPointTypeCode")
    return _without_nothing(
        {
            "type": _concept(roles[0]) if roles else None,
            "role": [_concept(role) for role in roles[1:]],
            "who": {"identifier": {"value": participant.get("UserID", "")}},
            "altId": participant.get("AlternativeUserID"),
            "name": participant.get("UserName"),
            "requestor": participant.get("UserIsRequestor") == "true",
            "network": None if address is None else {"address": address, "type": kind},
        }
    )


def _source(source: etree._Element) -> Json:
    kinds = [
        {"system": f"{_TERMINOLOGY}security-source-type", "code": each.get(_CODE)}
        for each in source.findall("AuditSourceTypeCode")
    ]
    identifier = source.get("AuditSourceID", "")
    return _without_nothing(
        {
            "site": source.get("AuditEnterpriseSiteID"),
            "observer": {"identifier": {"value": identifier}, "display": identifier},
            "type": kinds,
        }
    )


def _entity(audited: etree._Element) -> Json:
    kind = _only(audited, "ParticipantObjectIDTypeCode")
    what = _identifier(audited.get("ParticipantObjectID"))
    return _without_nothing(
        {
            "what": None if what is None else {"identifier": what},
            "type": _numbered(audited, "TypeCode", "audit-entity-type"),
            "role": _numbered(audited, "TypeCodeRole", "object-role"),
            "lifecycle": _numbered(audited, "DataLifeCycle", "dicom-audit-lifecycle"),
            "description": kind.get("originalText"),
            "name": audited.findtext("ParticipantObjectName"),
            "query": audited.findtext("ParticipantObjectQuery"),
            "detail": [
                {"type": each.get("type"), "valueBase64Binary": each.get("value")}
                for each in audited.findall("ParticipantObjectDetail")
            ],
        }
    )


def _identifier(text: str | None) -> Json | None:
    """Part a patient's identifier; everything else is a value."""
    if text is None:
        return None
    try:
        patient = PatientId.from_cx(text)
    except IdentifierError:
        return {"value": text}
    return {"system": patient.root.urn, "value": patient.extension}


def _numbered(audited: etree._Element, name: str, system: str) -> Json | None:
    code = audited.get(f"ParticipantObject{name}")
    return None if code is None else {"system": f"{_TERMINOLOGY}{system}", "code": code}


def _coding(coded: etree._Element) -> Json:
    code, system = coded.get(_CODE, ""), coded.get("codeSystemName", "")
    is_ihe = code.startswith("ITI-")
    known = _IHE_EVENTS if is_ihe else _SYSTEMS.get(system, _EHDSI)
    display = coded.get("originalText") or coded.get("displayName")
    return _without_nothing({"system": known, "code": code, "display": display})


def _concept(coded: etree._Element) -> Json:
    text = coded.get("displayName") or coded.get("originalText")
    return _without_nothing({"coding": [_coding(coded)], "text": text})


def _only(parent: etree._Element, tag: str) -> etree._Element:
    found = parent.find(tag)
    return etree.Element(tag) if found is None else found


def _each(
    parent: etree._Element, tag: str, read: Callable[[etree._Element], Json]
) -> list[Json]:
    return [read(child) for child in parent.findall(tag)]


def _without_nothing(content: Json) -> Json:
    return {
        name: value for name, value in content.items() if value not in (None, "", [])
    }
