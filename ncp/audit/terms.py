"""By what an audit event may be found: who, about whom, which document, which message.

The values are persons' and patients'; the store keeps only names of them that nobody
else can make.

Spec: sheet 06 §2.5 (what ITI-81 asks by) / IHE ITI TF-2 3.81.4.1.2.
"""

from __future__ import annotations

from collections.abc import Iterator

from ncp.audit.abuse_alert import AbuseAlert
from ncp.audit.administration import AdministrationEvent
from ncp.audit.auditable import Auditable
from ncp.audit.communication_failure import CommunicationFailure
from ncp.audit.directory_event import DirectoryEvent
from ncp.audit.event import (
    ApplicationActivity,
    AuditEvent,
    NodeAuthenticationAlert,
    TokenEvent,
)
from ncp.audit.exchange_alert import ExchangeAlert
from ncp.audit.log_used import LogUsed
from ncp.audit.term import Term, TermKind
from ncp.audit.translation_event import TranslationEvent
from ncp.audit.user_authentication import UserAuthentication


def terms_of(event: Auditable) -> Iterator[Term]:
    """Yield everything that an event may be found by; some of it perhaps twice."""
    return ((kind, value) for kind, value in _stated(event) if value)


def _stated(event: Auditable) -> Iterator[tuple[TermKind, str | None]]:
    match event:
        case AuditEvent() | TokenEvent():
            yield from _of_exchange(event)
        case ExchangeAlert():
            yield from _of_exchange(event.asked)
        case CommunicationFailure():
            yield from _of_failure(event)
        case UserAuthentication():
            yield TermKind.ORGANISATION, event.address
        case NodeAuthenticationAlert():
            yield TermKind.ORGANISATION, event.node
        case DirectoryEvent() | AdministrationEvent() | ApplicationActivity():
            yield from _of_operation(event)
        case TranslationEvent():
            yield TermKind.DOCUMENT, event.document
            yield TermKind.DOCUMENT, event.translated
        case AbuseAlert():
            yield from _of_abuse(event)
        case LogUsed():
            yield TermKind.PERSON, event.operator
            # Whoever was looked for must be able to learn of it.
            yield from (each for each in event.terms if each[0] is TermKind.PATIENT)


def _of_operation(
    event: DirectoryEvent | AdministrationEvent | ApplicationActivity,
) -> Iterator[tuple[TermKind, str | None]]:
    if isinstance(event, ApplicationActivity):
        yield TermKind.PERSON, event.launcher
        return
    yield TermKind.PERSON, event.operator
    if isinstance(event, AdministrationEvent):
        yield TermKind.PERSON, event.approver


def _of_failure(event: CommunicationFailure) -> Iterator[tuple[TermKind, str | None]]:
    for patient in event.patients:
        yield TermKind.PATIENT, patient.cx
    if event.human is not None:
        yield TermKind.PERSON, event.human.user_id
    yield TermKind.MESSAGE, event.request_message_id
    yield TermKind.MESSAGE, event.response_message_id


def _of_abuse(event: AbuseAlert) -> Iterator[tuple[TermKind, str | None]]:
    yield TermKind.ORGANISATION, event.point_of_care
    if event.human is not None:
        yield TermKind.PERSON, event.human.user_id
    for patient in event.patients:
        yield TermKind.PATIENT, patient.cx


def _of_exchange(
    event: AuditEvent | TokenEvent,
) -> Iterator[tuple[TermKind, str | None]]:
    for patient in event.patients:
        yield TermKind.PATIENT, patient.cx
    if event.human is not None:
        yield TermKind.PERSON, event.human.user_id
    yield TermKind.ORGANISATION, event.point_of_care
    yield TermKind.MESSAGE, event.request_message_id
    yield TermKind.MESSAGE, event.response_message_id
    if isinstance(event, AuditEvent):
        for document in event.documents:
            yield TermKind.DOCUMENT, document
        yield TermKind.DOCUMENT, event.submission_set
