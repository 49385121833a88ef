"""Writes an audit event in DICOM form, unsigned.

Spec: DICOM PS3.15 A.5.2 (message format) / IHE ITI TF-2 3.20.7, 3.38.5, 3.39.5,
3.41.5, 3.55.5.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import assert_never

from ncp.audit import codes
from ncp.audit.administration import AdministrationEvent, administration_children
from ncp.audit.auditable import Auditable
from ncp.audit.codes import Action
from ncp.audit.dicom_directory import directory_children
from ncp.audit.dicom_elements import (
    PERSON,
    ROLE_PATIENT,
    ROLE_RESOURCE,
    ROLE_SECURITY_RESOURCE,
    SYSTEM,
    audit_source,
    audited_object,
    detail,
    error_object,
    human_requestor,
    identification,
    messages,
    participant,
    point_of_care,
)
from ncp.audit.dicom_submission import submission_objects
from ncp.audit.dicom_token import token_children
from ncp.audit.directory_event import DirectoryEvent
from ncp.audit.event import (
    ApplicationActivity,
    AuditEvent,
    AuditOutcome,
    NodeAuthenticationAlert,
    TokenEvent,
)
from ncp.audit.log_used import LogUsed, log_used_children
from ncp.audit.translation_event import TranslationEvent, translation_children
from ncp.ihe.codes import Transaction
from trust.xml import Element, write_xml


def to_dicom(event: Auditable) -> bytes:
    """Return the audit message of an event, with its XML declaration."""
    match event:
        case AuditEvent():
            children = _exchange(event)
        case TokenEvent():
            children = token_children(event)
        case DirectoryEvent():
            children = directory_children(event)
        case NodeAuthenticationAlert():
            children = _alert(event)
        case ApplicationActivity():
            children = _activity(event)
        case LogUsed():
            children = log_used_children(event)
        case AdministrationEvent():
            children = administration_children(event)
        case TranslationEvent():
            children = translation_children(event)
        case _:
            assert_never(event)
    return write_xml(Element("AuditMessage", {}, list(children)), {})


# --- an exchange -----------------------------------------------------------------


def _exchange(event: AuditEvent) -> Iterator[Element]:
    event_id, action = codes.exchange_event(event.transaction, event.side)
    event_type = codes.exchange_type(event.transaction, event.document_kind)
    yield identification(
        event_id,
        [event_type],
        action,
        event.moment,
        event.outcome,
        errors=event.errors,
        purpose_of_use=event.purpose_of_use,
    )
    yield from _participants(event)
    yield audit_source(event.audit_source)
    yield from _objects(event)


def _participants(event: AuditEvent) -> Iterator[Element]:
    """Write whom we know: professional and point of care only where believed."""
    if event.point_of_care:
        yield point_of_care(event.point_of_care, event.source_address)
    if event.human:
        yield human_requestor(
            event.human,
            is_requestor=codes.human_is_requestor(event.transaction, event.side),
            address=event.source_address,
        )
    yield from _gateways(event)


def _gateways(event: AuditEvent) -> Iterator[Element]:
    # The address stands with the point of care; where none was believed, here.
    address = None if event.point_of_care else event.source_address
    consumer = event.consumer_dn or address
    if consumer:
        yield participant(
            consumer,
            [codes.SERVICE_CONSUMER],
            alternative=consumer,
            is_requestor=True,
            address=address,
        )
    provider = event.provider_dn or event.provider_address
    if provider:
        yield participant(
            provider,
            [codes.SERVICE_PROVIDER],
            alternative=provider,
            address=None if event.provider_dn else event.provider_address,
        )


def _objects(event: AuditEvent) -> Iterator[Element]:
    for patient in event.patients:
        yield audited_object(
            patient.cx,
            codes.patient_number(event.transaction),
            PERSON,
            ROLE_PATIENT,
        )
    yield from map(error_object, event.errors)
    if event.transaction is Transaction.ITI_41:
        yield from submission_objects(event)
    else:
        yield from _asked(event)
    yield from messages(event)


def _asked(event: AuditEvent) -> Iterator[Element]:
    yield _request(event)
    for document in _targets(event):
        yield audited_object(
            document, codes.event_target(event.transaction), SYSTEM, ROLE_RESOURCE
        )


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
        extras.append(detail("ihe:homeCommunityID", home_text.encode()))
    return audited_object(
        identifier,
        codes.request_object(event.transaction),
        SYSTEM,
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


# --- a refused node, a start, a stop ---------------------------------------------


def _alert(event: NodeAuthenticationAlert) -> Iterator[Element]:
    yield identification(
        codes.SECURITY_ALERT,
        [codes.NODE_AUTHENTICATION],
        Action.EXECUTE,
        event.moment,
        event.outcome,
    )
    yield participant(event.reporter, [codes.APPLICATION])
    yield participant(event.node, [], is_requestor=True, address=event.address)
    yield audit_source(event.audit_source)
    yield audited_object(
        event.node,
        codes.NODE_ID,
        SYSTEM,
        ROLE_SECURITY_RESOURCE,
        [detail("Alert Description", event.description.encode())],
    )


def _activity(event: ApplicationActivity) -> Iterator[Element]:
    yield identification(
        codes.APPLICATION_ACTIVITY,
        [codes.ACTIVITIES[event.activity]],
        Action.EXECUTE,
        event.moment,
        event.outcome,
    )
    yield participant(event.process, [codes.APPLICATION], alternative=event.application)
    yield participant(event.launcher, [codes.APPLICATION_LAUNCHER], is_requestor=True)
    yield audit_source(event.audit_source)
