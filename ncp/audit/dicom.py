"""Writes an audit event in DICOM form, unsigned.

What was said of the exchange may come from anywhere and is escaped here; a character
that XML cannot hold becomes U+FFFD, because an odd name is no reason to lose a record.

Spec: DICOM PS3.15 A.5.2 (message format) / IHE ITI TF-2 3.20.7, 3.55.5, 3.38.5, 3.39.5.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import assert_never

from ncp.audit import codes
from ncp.audit.codes import Action, Coded
from ncp.audit.event import (
    ApplicationActivity,
    Auditable,
    AuditError,
    AuditEvent,
    AuditOutcome,
    HumanRequestor,
    NodeAuthenticationAlert,
)
from ncp.ihe.codes import Transaction
from trust.xml import Element, write_xml

_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# RFC 3881 §5.5.1 and §5.5.2: object types and roles.
_PERSON, _SYSTEM, _OTHER = "1", "2", "4"
_ROLE_PATIENT, _ROLE_REPORT, _ROLE_RESOURCE, _ROLE_SECURITY_RESOURCE = (
    "1",
    "3",
    "4",
    "13",
)


def to_dicom(event: Auditable) -> bytes:
    """Return the audit message of an event, with its XML declaration."""
    match event:
        case AuditEvent():
            children = _exchange(event)
        case NodeAuthenticationAlert():
            children = _alert(event)
        case ApplicationActivity():
            children = _activity(event)
        case _:
            assert_never(event)
    return write_xml(Element("AuditMessage", {}, list(children)), {})


# --- an exchange -----------------------------------------------------------------


def _exchange(event: AuditEvent) -> Iterator[Element]:
    event_id, action = codes.exchange_event(event.transaction, event.side)
    event_type = codes.exchange_type(event.transaction, event.document_kind)
    identification = _identification(
        event_id, event_type, action, event.moment, event.outcome
    )
    if event.errors:
        identification.children.append(
            Element(
                "EventOutcomeDescription",
                {},
                [_clean("; ".join(error.code for error in event.errors))],
            )
        )
    if event.purpose_of_use:
        purpose = event.purpose_of_use
        identification.children.append(
            _coded("PurposeOfUse", Coded(purpose, codes.PURPOSE_SYSTEM, purpose))
        )
    yield identification
    yield from _participants(event)
    yield _audit_source(event.audit_source)
    yield from _objects(event)


def _participants(event: AuditEvent) -> Iterator[Element]:
    """Write whom we know: professional and point of care only where believed."""
    if event.point_of_care:
        yield _participant(
            event.point_of_care,
            [codes.POINT_OF_CARE],
            alternative=event.point_of_care,
            address=event.source_address,
        )
    if event.human:
        yield _human(event, event.human)
    yield from _gateways(event)


def _human(event: AuditEvent, human: HumanRequestor) -> Element:
    roles = [codes.HUMAN_REQUESTOR]
    if human.role_code:
        display = human.role_display or human.role_code
        roles.append(Coded(human.role_code, codes.ROLE_SYSTEM, display, display))
    return _participant(
        human.user_id,
        roles,
        alternative=human.name,
        is_requestor=codes.human_is_requestor(event.transaction, event.side),
        address=event.source_address,
    )


def _gateways(event: AuditEvent) -> Iterator[Element]:
    # The address stands with the point of care; where none was believed, here.
    address = None if event.point_of_care else event.source_address
    consumer = event.consumer_dn or address
    if consumer:
        yield _participant(
            consumer,
            [codes.SERVICE_CONSUMER],
            alternative=consumer,
            is_requestor=True,
            address=address,
        )
    provider = event.provider_dn or event.provider_address
    if provider:
        yield _participant(
            provider,
            [codes.SERVICE_PROVIDER],
            alternative=provider,
            address=None if event.provider_dn else event.provider_address,
        )


def _objects(event: AuditEvent) -> Iterator[Element]:
    for patient in event.patients:
        yield _object(
            patient.cx,
            codes.patient_number(event.transaction),
            _PERSON,
            _ROLE_PATIENT,
        )
    yield from map(_error, event.errors)
    yield _request(event)
    for document in _targets(event):
        yield _object(
            document, codes.event_target(event.transaction), _SYSTEM, _ROLE_RESOURCE
        )
    yield from _messages(event)


def _error(error: AuditError) -> Element:
    detail = _detail("errormsg", error.text.encode())
    return _object(error.code, codes.ERROR_MESSAGE, _SYSTEM, _ROLE_REPORT, [detail])


def _request(event: AuditEvent) -> Element:
    home = event.home_community_id
    # XCPD writes the home community bare and is named by it; XCA writes a URN.
    identifier: str | None = home
    home_text: str | None = home
    if event.transaction is not Transaction.ITI_55:
        identifier = event.request_message_id
        home_text = None if home is None else home.urn
    extras: list[Element] = []
    if event.query is not None:
        query = base64.b64encode(event.query).decode()
        extras.append(Element("ParticipantObjectQuery", {}, [query]))
    if home_text is not None:
        extras.append(_detail("ihe:homeCommunityID", home_text.encode()))
    return _object(
        identifier,
        codes.request_object(event.transaction),
        _SYSTEM,
        codes.EXCHANGES[event.transaction].object_role,
        extras,
    )


def _targets(event: AuditEvent) -> tuple[str, ...]:
    """Return the documents; a list that failed names the kind that was asked for."""
    if event.documents or event.transaction is not Transaction.ITI_38:
        return event.documents
    has_failed = event.outcome is not AuditOutcome.SUCCESS
    if has_failed and event.document_kind is not None:
        return (event.document_kind.value,)
    return ()


def _messages(event: AuditEvent) -> Iterator[Element]:
    for identifier, header, kind in (
        (event.request_message_id, event.request_header, codes.REQUEST_MESSAGE),
        (event.response_message_id, event.response_header, codes.RESPONSE_MESSAGE),
    ):
        if identifier is not None or header is not None:
            details = [] if header is None else [_detail("securityheader", header)]
            yield _object(identifier, kind, _OTHER, None, details)


# --- a refused node, a start, a stop ---------------------------------------------


def _alert(event: NodeAuthenticationAlert) -> Iterator[Element]:
    yield _identification(
        codes.SECURITY_ALERT,
        codes.NODE_AUTHENTICATION,
        Action.EXECUTE,
        event.moment,
        event.outcome,
    )
    yield _participant(event.reporter, [codes.APPLICATION])
    yield _participant(event.node, [], is_requestor=True, address=event.address)
    yield _audit_source(event.audit_source)
    yield _object(
        event.node,
        codes.NODE_ID,
        _SYSTEM,
        _ROLE_SECURITY_RESOURCE,
        [_detail("Alert Description", event.description.encode())],
    )


def _activity(event: ApplicationActivity) -> Iterator[Element]:
    yield _identification(
        codes.APPLICATION_ACTIVITY,
        codes.ACTIVITIES[event.activity],
        Action.EXECUTE,
        event.moment,
        event.outcome,
    )
    yield _participant(
        event.process, [codes.APPLICATION], alternative=event.application
    )
    yield _participant(event.launcher, [codes.APPLICATION_LAUNCHER], is_requestor=True)
    yield _audit_source(event.audit_source)


# --- the elements ----------------------------------------------------------------


def _identification(
    event_id: Coded,
    event_type: Coded,
    action: Action,
    moment: datetime,
    outcome: AuditOutcome,
) -> Element:
    utc = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return Element(
        "EventIdentification",
        {
            "EventActionCode": action.value,
            "EventDateTime": utc.replace("+00:00", "Z"),
            "EventOutcomeIndicator": str(int(outcome)),
        },
        [_coded("EventID", event_id), _coded("EventTypeCode", event_type)],
    )


def _participant(
    user_id: str,
    roles: Iterable[Coded],
    *,
    alternative: str | None = None,
    is_requestor: bool = False,
    address: str | None = None,
) -> Element:
    attributes = {"UserID": _clean(user_id)}
    if alternative:
        attributes["AlternativeUserID"] = _clean(alternative)
    attributes["UserIsRequestor"] = "true" if is_requestor else "false"
    if address:
        attributes["NetworkAccessPointID"] = _clean(address)
        attributes["NetworkAccessPointTypeCode"] = _access_point_type(address)
    children = [_coded("RoleIDCode", role) for role in roles]
    return Element("ActiveParticipant", attributes, list(children))


def _access_point_type(address: str) -> str:
    """Return 2 for an IP address, 1 for a name (RFC 3881 §5.3.2)."""
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return "1"
    return "2"


def _audit_source(source: str) -> Element:
    # 4: application server process (RFC 3881 §5.4.3).
    kind = Element("AuditSourceTypeCode", {"csd-code": "4"})
    return Element(
        "AuditSourceIdentification",
        {"AuditEnterpriseSiteID": _clean(source), "AuditSourceID": _clean(source)},
        [kind],
    )


def _object(
    identifier: str | None,
    id_type: Coded,
    object_type: str,
    role: str | None,
    extras: Iterable[Element] = (),
) -> Element:
    attributes: dict[str, str] = {}
    if identifier is not None:
        attributes["ParticipantObjectID"] = _clean(identifier)
    attributes["ParticipantObjectTypeCode"] = object_type
    if role is not None:
        attributes["ParticipantObjectTypeCodeRole"] = role
    return Element(
        "ParticipantObjectIdentification",
        attributes,
        [_coded("ParticipantObjectIDTypeCode", id_type), *extras],
    )


def _detail(kind: str, value: bytes) -> Element:
    return Element(
        "ParticipantObjectDetail",
        {"type": kind, "value": base64.b64encode(value).decode()},
    )


def _coded(tag: str, value: Coded) -> Element:
    attributes = {"csd-code": _clean(value.code), "codeSystemName": value.system}
    if value.display is not None:
        attributes["displayName"] = _clean(value.display)
    attributes["originalText"] = _clean(value.text)
    return Element(tag, attributes)


def _clean(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)
