"""The audit message of an exchange between two gateways.

Spec: IHE ITI TF-2 3.20.7, 3.38.5, 3.39.5, 3.41.5, 3.55.5 / DICOM PS3.15 A.5.2.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Protocol

from ncp.audit import codes
from ncp.audit.dicom_elements import (
    PERSON,
    ROLE_PATIENT,
    ROLE_RESOURCE,
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
from ncp.audit.event import AuditEvent, AuditOutcome
from ncp.ihe.codes import Transaction
from trust.xml import Element


def exchange_children(event: AuditEvent) -> Iterator[Element]:
    """Write what stands in the message, in order."""
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
    yield from exchange_participants(event)
    yield audit_source(event.audit_source)
    yield from _objects(event)


def exchange_participants(event: AuditEvent) -> Iterator[Element]:
    """Write whom we know: professional and point of care only where believed."""
    if event.point_of_care:
        yield point_of_care(event.point_of_care, event.source_address)
    if event.human:
        yield human_requestor(
            event.human,
            is_requestor=codes.human_is_requestor(event.transaction, event.side),
            address=event.source_address,
        )
    # The address stands with the point of care; where none was believed, here.
    yield from gateways(event, None if event.point_of_care else event.source_address)


class Gateways(Protocol):
    """The two gateways of an event, as far as they are known."""

    @property
    def consumer_dn(self) -> str | None:
        """Subject of country B's certificate."""
        ...

    @property
    def provider_dn(self) -> str | None:
        """Subject of country A's certificate."""
        ...

    @property
    def provider_address(self) -> str | None:
        """The host that was asked."""
        ...


def gateways(event: Gateways, address: str | None) -> Iterator[Element]:
    """Write the consumer and the provider; ``address`` is the consumer's."""
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
    yield from messages(event, event.request_header, event.response_header)


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
