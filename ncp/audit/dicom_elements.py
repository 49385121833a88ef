"""The elements an audit message is made of, in the order of the standard.

What was said of the event may come from anywhere and is escaped here; a character that
XML cannot hold becomes U+FFFD, because an odd name is no reason to lose a record.

Spec: DICOM PS3.15 A.5.2 (message format) / RFC 3881 §5.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Protocol

from ncp.audit import codes
from ncp.audit.codes import Action, Coded
from ncp.audit.event import AuditError, AuditOutcome, HumanRequestor
from trust.xml import Element

_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# RFC 3881 §5.5.1 and §5.5.2: object types and roles.
PERSON, SYSTEM, OTHER = "1", "2", "4"
ROLE_PATIENT, ROLE_REPORT, ROLE_RESOURCE = "1", "3", "4"
ROLE_GUARANTOR, ROLE_SECURITY_RESOURCE, ROLE_JOB = "10", "13", "20"


def identification(
    event_id: Coded,
    event_types: Iterable[Coded],
    action: Action,
    moment: datetime,
    outcome: AuditOutcome,
    *,
    errors: Iterable[AuditError] = (),
    purpose_of_use: str | None = None,
) -> Element:
    """Write what happened, when, with which outcome and why."""
    utc = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    element = Element(
        "EventIdentification",
        {
            "EventActionCode": action.value,
            "EventDateTime": utc.replace("+00:00", "Z"),
            "EventOutcomeIndicator": str(int(outcome)),
        },
        [
            coded("EventID", event_id),
            *(coded("EventTypeCode", each) for each in event_types),
        ],
    )
    described = "; ".join(error.code for error in errors)
    if described:
        element.children.append(
            Element("EventOutcomeDescription", {}, [clean(described)])
        )
    if purpose_of_use:
        purpose = Coded(purpose_of_use, codes.PURPOSE_SYSTEM, purpose_of_use)
        element.children.append(coded("PurposeOfUse", purpose))
    return element


def participant(
    user_id: str,
    roles: Iterable[Coded],
    *,
    alternative: str | None = None,
    is_requestor: bool = False,
    address: str | None = None,
) -> Element:
    """Write one who took part."""
    attributes = {"UserID": clean(user_id)}
    if alternative:
        attributes["AlternativeUserID"] = clean(alternative)
    attributes["UserIsRequestor"] = "true" if is_requestor else "false"
    if address:
        attributes["NetworkAccessPointID"] = clean(address)
        attributes["NetworkAccessPointTypeCode"] = _access_point_type(address)
    children = [coded("RoleIDCode", role) for role in roles]
    return Element("ActiveParticipant", attributes, list(children))


def point_of_care(name: str, address: str | None) -> Element:
    """Write where the patient is treated."""
    return participant(name, [codes.POINT_OF_CARE], alternative=name, address=address)


def human_requestor(
    human: HumanRequestor, *, is_requestor: bool, address: str | None
) -> Element:
    """Write who asked, with the role that the assertion gives."""
    roles = [codes.HUMAN_REQUESTOR]
    if human.role_code:
        display = human.role_display or human.role_code
        roles.append(Coded(human.role_code, codes.ROLE_SYSTEM, display, display))
    return participant(
        human.user_id,
        roles,
        alternative=human.name,
        is_requestor=is_requestor,
        address=address,
    )


def _access_point_type(address: str) -> str:
    """Return 2 for an IP address, 1 for a name (RFC 3881 §5.3.2)."""
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return "1"
    return "2"


def audit_source(source: str) -> Element:
    """Write which node recorded the event."""
    # 4: application server process (RFC 3881 §5.4.3).
    kind = Element("AuditSourceTypeCode", {"csd-code": "4"})
    return Element(
        "AuditSourceIdentification",
        {"AuditEnterpriseSiteID": clean(source), "AuditSourceID": clean(source)},
        [kind],
    )


def audited_object(
    identifier: str | None,
    id_type: Coded,
    object_type: str,
    role: str | None,
    extras: Iterable[Element] = (),
) -> Element:
    """Write one thing or person the event is about."""
    attributes: dict[str, str] = {}
    if identifier is not None:
        attributes["ParticipantObjectID"] = clean(identifier)
    attributes["ParticipantObjectTypeCode"] = object_type
    if role is not None:
        attributes["ParticipantObjectTypeCodeRole"] = role
    return Element(
        "ParticipantObjectIdentification",
        attributes,
        [coded("ParticipantObjectIDTypeCode", id_type), *extras],
    )


def error_object(error: AuditError) -> Element:
    """Write one error that was sent or received."""
    described = detail("errormsg", error.text.encode())
    return audited_object(
        error.code, codes.ERROR_MESSAGE, SYSTEM, ROLE_REPORT, [described]
    )


class Messages(Protocol):
    """The two messages of an event, as far as there were any."""

    @property
    def request_message_id(self) -> str | None:
        """The ``wsa:MessageID`` of the request."""
        ...

    @property
    def response_message_id(self) -> str | None:
        """The ``wsa:MessageID`` of the response."""
        ...


def messages(
    event: Messages,
    request_header: bytes | None = None,
    response_header: bytes | None = None,
) -> Iterator[Element]:
    """Write the two messages of an event, with their headers."""
    for identifier, header, kind in (
        (event.request_message_id, request_header, codes.REQUEST_MESSAGE),
        (event.response_message_id, response_header, codes.RESPONSE_MESSAGE),
    ):
        if identifier is not None or header is not None:
            details = [] if header is None else [detail("securityheader", header)]
            yield audited_object(identifier, kind, OTHER, None, details)


def detail(kind: str, value: bytes) -> Element:
    """Write more about an object; the value goes out in base64."""
    return Element(
        "ParticipantObjectDetail",
        {"type": kind, "value": base64.b64encode(value).decode()},
    )


def coded(tag: str, value: Coded) -> Element:
    """Write a coded value."""
    attributes = {"csd-code": clean(value.code), "codeSystemName": value.system}
    if value.display is not None:
        attributes["displayName"] = clean(value.display)
    attributes["originalText"] = clean(value.text)
    return Element(tag, attributes)


def clean(text: str) -> str:
    """Put a mark where a character stands that XML cannot hold."""
    return _UNWRITABLE.sub("\ufffd", text)
