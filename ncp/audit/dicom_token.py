"""The audit message of an assertion that our token service issued, or refused.

Spec: DICOM PS3.15 A.5 / IHE ITI TF-2 3.40.4.2 (user assertions in the audit).
Seen: OpenNCP 9 HCP assurance audit, TRC and NOK assertion (EHDSI-92, EHDSI-96).
"""

from __future__ import annotations

from collections.abc import Iterator

from ncp.audit import codes
from ncp.audit.dicom_elements import (
    PERSON,
    ROLE_GUARANTOR,
    ROLE_PATIENT,
    SYSTEM,
    audit_source,
    audited_object,
    error_object,
    human_requestor,
    identification,
    messages,
    participant,
    point_of_care,
)
from ncp.audit.event import TokenEvent
from trust.xml import Element


def token_children(event: TokenEvent) -> Iterator[Element]:
    """Write what stands in the message, in order."""
    event_id, event_type, action = codes.token_event(event.kind)
    yield identification(
        event_id,
        [event_type],
        action,
        event.moment,
        event.outcome,
        errors=event.errors,
        purpose_of_use=event.purpose_of_use,
    )
    yield from token_participants(event)
    yield audit_source(event.audit_source)
    yield from _objects(event)


def token_participants(event: TokenEvent) -> Iterator[Element]:
    """Write whom we know."""
    if event.point_of_care:
        yield point_of_care(event.point_of_care, event.source_address)
    if event.human:
        yield human_requestor(
            event.human, is_requestor=True, address=event.source_address
        )
    if event.consumer_dn:
        yield participant(
            event.consumer_dn,
            [codes.SERVICE_CONSUMER],
            alternative=event.consumer_dn,
            is_requestor=True,
            address=event.source_address,
        )
    if event.provider_dn:
        yield participant(
            event.provider_dn,
            [codes.SERVICE_PROVIDER],
            alternative=event.provider_dn,
            address=event.provider_address,
        )


def _objects(event: TokenEvent) -> Iterator[Element]:
    told = codes.TOKENS[event.kind]
    for patient in event.patients:
        yield audited_object(patient.cx, told.person, PERSON, ROLE_PATIENT)
    if event.next_of_kin is not None:
        yield audited_object(event.next_of_kin, told.person, PERSON, ROLE_GUARANTOR)
    yield from map(error_object, event.errors)
    if event.assertion_id is not None:
        # An ID of XML may not begin with a digit; its UUID is what is known elsewhere.
        name = f"urn:uuid:{event.assertion_id.removeprefix('_')}"
        yield audited_object(name, told.assertion, SYSTEM, None)
    yield from messages(event, event.request_header, event.response_header)
