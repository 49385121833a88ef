"""That two gateways did not come to understand each other (EHDSI-CF).

Country B could not reach the other country, or could not use its answer; country A got
a message that it could not read. The exchange has its own event where it is known which
one it was.

Spec: sheet 06 §1.2, §1.3 (communication failure). Assumption: the audit source is our
own, as in every record; OpenNCP's enumeration says ``N/A``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from ncp.audit import codes
from ncp.audit.codes import Action
from ncp.audit.dicom_elements import (
    PERSON,
    ROLE_PATIENT,
    audit_source,
    audited_object,
    error_object,
    human_requestor,
    identification,
    messages,
)
from ncp.audit.dicom_exchange import gateways
from ncp.audit.event import (
    AuditError,
    AuditEvent,
    AuditOutcome,
    HumanRequestor,
    Side,
    require_zone,
)
from trust.identifiers import PatientId
from trust.xml import Element


@dataclass(frozen=True, slots=True)
class CommunicationFailure:
    """A message did not arrive, or was not understood; fields as in an exchange."""

    side: Side
    moment: datetime
    audit_source: str
    human: HumanRequestor | None = None
    consumer_dn: str | None = None
    provider_dn: str | None = None
    source_address: str | None = None
    provider_address: str | None = None
    patients: tuple[PatientId, ...] = field(default=(), repr=False)
    request_message_id: str | None = None
    response_message_id: str | None = None
    errors: tuple[AuditError, ...] = ()
    outcome: AuditOutcome = AuditOutcome.MAJOR_FAILURE

    def __post_init__(self) -> None:
        require_zone(self.moment)

    @classmethod
    def of(cls, event: AuditEvent) -> Self:
        """Return the failure behind an exchange that failed."""
        return cls(
            side=event.side,
            moment=event.moment,
            audit_source=event.audit_source,
            human=event.human,
            consumer_dn=event.consumer_dn,
            provider_dn=event.provider_dn,
            source_address=event.source_address,
            provider_address=event.provider_address,
            patients=event.patients,
            request_message_id=event.request_message_id,
            response_message_id=event.response_message_id,
            errors=event.errors,
        )


def failure_children(event: CommunicationFailure) -> Iterator[Element]:
    """Write what stands in the message, in order."""
    yield identification(
        codes.COMMUNICATION_FAILURE_EVENT,
        [codes.COMMUNICATION_FAILURE],
        Action.EXECUTE,
        event.moment,
        event.outcome,
        errors=event.errors,
    )
    if event.human is not None:
        yield human_requestor(
            event.human, is_requestor=True, address=event.source_address
        )
    yield from gateways(event, event.source_address)
    yield audit_source(event.audit_source)
    for patient in event.patients:
        yield audited_object(patient.cx, codes.PATIENT_LOOKED_FOR, PERSON, ROLE_PATIENT)
    yield from map(error_object, event.errors)
    yield from messages(event)
