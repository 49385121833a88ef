"""Writes an access as a FHIR AuditEvent, for one patient.

What went from one country to the other is a disclosure, seen from the gateway that
recorded it: from its source where the data left, from its recipient where they came.
What was refused has the same shape, and is called a disclosure nowhere.

Spec: FHIR R4 AuditEvent / IHE BALP 1.1 PrivacyDisclosure.Source, .Recipient / sheet 06
§2.8.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from ncp.accesses.access import Access, Act, Professional
from ncp.audit import Side
from trust.identifiers import URN_OID, PatientId
from trust.oids import ISCO

Json: TypeAlias = dict[str, Any]

URI: Final = "urn:ietf:rfc:3986"
_TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem/"
_BALP: Final = "https://profiles.ihe.net/ITI/BALP/"
_PROFILE: Final = f"{_BALP}StructureDefinition/IHE.BasicAudit.PrivacyDisclosure."
_DCM: Final = "http://dicom.nema.org/resources/ontology/DCM"
_ISCO: Final = f"{URN_OID}{ISCO}"
_TREATMENT: Final = ("TREAT", "treatment")
_EMERGENCY: Final = ("ETREAT", "Emergency Treatment")
_FAMILY: Final = ("FAMRQT", "family requested")
_SUBMITTING: Final = frozenset({Act.SUBMITTED, Act.DISCARDED})
_EXCHANGES: Final = _SUBMITTING | {Act.IDENTIFIED, Act.LISTED, Act.FETCHED}


@dataclass(frozen=True, slots=True)
class Node:
    """The gateway that recorded: its audit source, whose it is, and its host."""

    audit_source: str
    organisation: str
    host: str

    @property
    def who(self) -> Json:
        """Return how events name it."""
        return {
            "identifier": {"value": self.audit_source},
            "display": self.organisation,
        }


def event_urn(access: Access) -> str:
    """Return what the event is called by whoever holds it."""
    return UUID(access.event_id).urn


def audit_event(
    access: Access, patient: PatientId, node: Node, identifier: str | None = None
) -> Json:
    """Return an access as a resource without id, about this patient alone.

    Parameters
    ----------
    identifier
        The URN by which whoever holds it finds it; left out, that of the event.

    Raises
    ------
    ValueError
        The access is not about the patient.
    """
    if patient not in access.patients:
        raise ValueError("the access is about somebody else")
    return _without_nothing(
        {
            "resourceType": "AuditEvent",
            "meta": _meta(access),
            "type": _type(access),
            "subtype": list(_subtypes(access)),
            "action": _action(access),
            "recorded": _instant(access.moment),
            "outcome": str(access.outcome),
            "purposeOfEvent": _purpose(access),
            "agent": list(_agents(access, node)),
            "source": {
                "site": node.audit_source,
                "observer": node.who,
                "type": [_coding(f"{_TERMINOLOGY}security-source-type", "4")],
            },
            "entity": list(_entities(access, patient, identifier or event_urn(access))),
        }
    )


def _crosses(access: Access) -> bool:
    """Whether two gateways took part."""
    return access.side is not None and access.act in _EXCHANGES


def _arrives(access: Access) -> bool:
    """Whether data came to the gateway that recorded it: as asked, or as submitted."""
    return (access.side is Side.A) == (access.act in _SUBMITTING)


def _action(access: Access) -> str:
    if access.act is Act.RECORD_SEARCHED:
        return "R"
    if not _crosses(access):
        return "E"
    return "C" if _arrives(access) else "R"


def _meta(access: Access) -> Json | None:
    if not _crosses(access) or not access.ending.has_disclosed:
        return None
    return {"profile": [_PROFILE + ("Recipient" if _arrives(access) else "Source")]}


def _type(access: Access) -> Json:
    if access.act is Act.RECORD_SEARCHED:
        return _coding(_DCM, "110101", "Audit Log Used")
    if not _crosses(access):
        return _coding(_DCM, "110112", "Query")
    if _arrives(access):
        return _coding(_DCM, "110107", "Import")
    return _coding(_DCM, "110106", "Export")


def _subtypes(access: Access) -> Iterator[Json]:
    if _meta(access) is not None:
        yield _coding(f"{_TERMINOLOGY}iso-21089-lifecycle", "disclose")
    if access.event.startswith("ITI-"):
        yield _coding("urn:ihe:event-type-code", access.event)
    elif access.event.startswith("EHDSI-"):
        yield _coding("urn:ehdsi:audit:event", access.event)


def _purpose(access: Access) -> list[Json]:
    reasons = []
    if access.purpose is not None:
        reasons.append(_EMERGENCY if access.purpose == "EMERGENCY" else _TREATMENT)
    if access.for_next_of_kin:
        reasons.append(_FAMILY)
    system = f"{_TERMINOLOGY}v3-ActReason"
    return [{"coding": [_coding(system, *each)]} for each in reasons]


def _agents(access: Access, node: Node) -> Iterator[Json]:
    who = access.professional
    if who is not None:
        yield _user(access, who)
    if access.organisation is not None:
        kind = _coding(f"{_TERMINOLOGY}v3-RoleClass", "PROV")
        yield {
            "type": {"coding": [kind]},
            "who": {"display": access.organisation},
            "requestor": False,
        }
    if _crosses(access):
        yield from _gateways(access, node)
    else:
        yield {"who": node.who, "requestor": who is None}


def _user(access: Access, who: Professional) -> Json:
    role = None
    if who.role_code is not None:
        text = who.role_name
        role = {"coding": [_coding(_ISCO, who.role_code, text)], "text": text}
    kind = _coding(f"{_TERMINOLOGY}v3-ParticipationType", "IRCP")
    return _without_nothing(
        {
            "type": {"coding": [kind]},
            "role": [] if role is None else [_without_nothing(role)],
            "who": _without_nothing(
                {
                    "identifier": _without_nothing({"value": who.user_id}),
                    "display": who.name,
                }
            ),
            "name": who.name,
            "requestor": True,
            "purposeOfUse": _purpose(access),
        }
    )


def _gateways(access: Access, node: Node) -> Iterator[Json]:
    """Write where the data came from and where they went, ours under our own name."""
    is_ours_provider = access.side is Side.A
    other = access.consumer if is_ours_provider else access.provider
    address = access.source_address if is_ours_provider else access.provider_address
    ours = {"who": node.who, "network": _network(node.host)}
    theirs = {
        "who": _without_nothing(
            {
                "identifier": {"value": other} if other else None,
                "display": access.peer or other or "not known",
            }
        ),
        "network": None if address is None else _network(address),
    }
    source, recipient = (theirs, ours) if _arrives(access) else (ours, theirs)
    yield _gateway("110153", "Source Role ID", source)
    yield _gateway("110152", "Destination Role ID", recipient)


def _gateway(code: str, name: str, which: Json) -> Json:
    kind = {"coding": [_coding(_DCM, code, name)]}
    return _without_nothing({"type": kind, **which, "requestor": False})


def _network(address: str) -> Json:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return {"address": address, "type": "1"}
    return {"address": address, "type": "2"}


def _entities(access: Access, patient: PatientId, name: str) -> Iterator[Json]:
    whose = {"system": patient.root.urn, "value": patient.extension}
    yield {
        "what": {"type": "Patient", "identifier": whose},
        "type": _entity_type("1"),
        "role": _coding(f"{_TERMINOLOGY}object-role", "1", "Patient"),
    }
    kind = None if access.kind is None else access.kind.value
    for document in access.documents:
        yield _data(kind, {"identifier": {"value": document}})
    if not access.documents:
        yield _data(kind, None)
    yield {
        "what": {"identifier": {"system": URI, "value": name}},
        "type": _coding(f"{_BALP}CodeSystem/BasicAuditEntityType", "XrequestId"),
    }


def _data(kind: str | None, what: Json | None) -> Json:
    return _without_nothing(
        {
            "what": what,
            "type": _entity_type("2"),
            "role": _coding(f"{_TERMINOLOGY}object-role", "4", "Domain Resource"),
            "description": kind,
        }
    )


def _entity_type(code: str) -> Json:
    return _coding(f"{_TERMINOLOGY}audit-entity-type", code)


def _coding(system: str, code: str, display: str | None = None) -> Json:
    return _without_nothing({"system": system, "code": code, "display": display})


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _without_nothing(content: Json) -> Json:
    return {
        name: value
        for name, value in content.items()
        if value not in (None, "", [], {})
    }
