"""What is remarkable about who asks, beside the event of what was asked.

Somebody was denied what they asked for, by a decision about who they are or about the
patient's will; or somebody took for themselves what an emergency gives.

Spec: DICOM PS3.15 A.5.3.11 (Security Alert), PS3.16 CID 403 / sheet 06 §1.5 (policy
denial: as the exchange, and the errors).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Self, TypeAlias, TypeGuard

from ncp.audit import codes
from ncp.audit.codes import Action, Coded
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
    identification,
)
from ncp.audit.dicom_exchange import exchange_participants
from ncp.audit.dicom_token import token_participants
from ncp.audit.event import AuditError, AuditEvent, AuditOutcome, Side, TokenEvent
from ncp.errors import Condition, Refusal
from trust.decision import Reason
from trust.xml import Element

Asked: TypeAlias = AuditEvent | TokenEvent

_DENIALS: Final = frozenset(
    {
        Refusal.CONSENT_REFUSED,
        Refusal.PRIVACY_AT_STAKE,
        Refusal.SERVICE_UNAVAILABLE,
        Refusal.MESSAGE_ID_REUSED,
        # Both or neither: the time an answer takes must not tell which one it is.
        Refusal.DOCUMENT_OF_ANOTHER_PATIENT,
        Refusal.DOCUMENT_UNKNOWN,
        Refusal.SUBMISSION_OF_ANOTHER_PATIENT,
        Refusal.DISCARD_BY_ANOTHER,
        Refusal.ISSUE_LIMIT_REACHED,
        Refusal.TOO_MANY_REQUESTS,
        Refusal.ISSUE_REQUESTOR_OTHER,
    }
)


def is_denial(condition: Condition | None) -> TypeGuard[Condition]:
    """Whether a refusal is a decision about who asks, or about the patient's will.

    What trust refuses always is; of our own refusals, most are about the question.
    """
    return isinstance(condition, Reason) or condition in _DENIALS


class AlertKind(StrEnum):
    """What is remarkable; the values name it in the trail."""

    ACCESS_DENIED = "access-denied"
    EMERGENCY_STARTED = "emergency-override-started"


_TYPES: Final[Mapping[AlertKind, Coded]] = {
    AlertKind.ACCESS_DENIED: codes.ACCESS_CONTROL_DECISION,
    AlertKind.EMERGENCY_STARTED: codes.EMERGENCY_OVERRIDE_STARTED,
}


@dataclass(frozen=True, slots=True)
class ExchangeAlert:
    """A security alert about what is recorded by itself, or did not come about.

    Attributes
    ----------
    asked
        What was asked for, by whom, about whom.
    description
        What is remarkable, in a sentence; no patient data.
    errors
        Why it was denied: our own conditions, not those of the wire.
    """

    kind: AlertKind
    asked: Asked
    description: str
    errors: tuple[AuditError, ...] = ()

    @classmethod
    def denied(cls, asked: Asked, condition: Condition, sentence: str) -> Self:
        """Return that somebody was denied what they asked for, and why."""
        error = AuditError(condition.value, sentence)
        return cls(AlertKind.ACCESS_DENIED, asked, sentence, (error,))

    @property
    def moment(self) -> datetime:
        """When it was asked for."""
        return self.asked.moment

    @property
    def outcome(self) -> AuditOutcome:
        """A denial is a serious failure."""
        is_denied = self.kind is AlertKind.ACCESS_DENIED
        return AuditOutcome.SERIOUS_FAILURE if is_denied else AuditOutcome.SUCCESS

    @property
    def side(self) -> Side:
        """On which side; only country B issues assertions."""
        return self.asked.side if isinstance(self.asked, AuditEvent) else Side.B


def alert_children(event: ExchangeAlert) -> Iterator[Element]:
    """Write what stands in the message, in order."""
    asked = event.asked
    yield identification(
        codes.SECURITY_ALERT,
        [_TYPES[event.kind]],
        Action.EXECUTE,
        event.moment,
        event.outcome,
        errors=event.errors,
        purpose_of_use=asked.purpose_of_use,
    )
    if isinstance(asked, AuditEvent):
        yield from exchange_participants(asked)
    else:
        yield from token_participants(asked)
    yield audit_source(asked.audit_source)
    yield from _objects(event)


def _objects(event: ExchangeAlert) -> Iterator[Element]:
    for patient in event.asked.patients:
        yield audited_object(patient.cx, codes.PATIENT_LOOKED_FOR, PERSON, ROLE_PATIENT)
    yield from map(error_object, event.errors)
    yield audited_object(
        event.asked.request_message_id,
        codes.type_of(event.asked),
        SYSTEM,
        ROLE_SECURITY_RESOURCE,
        [detail("Alert Description", event.description.encode())],
    )
    for document in _documents(event.asked):
        yield audited_object(document, codes.URI, SYSTEM, ROLE_RESOURCE)


def _documents(asked: Asked) -> tuple[str, ...]:
    return asked.documents if isinstance(asked, AuditEvent) else ()
