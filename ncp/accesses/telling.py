"""Tells the national access log of accesses, from the outbox.

A letter names its event and is written in the commit of the event's record, so that
nothing goes abroad that the log will not hear of. What is told is made of the record
when it is told.

Spec: Regulation (EU) 2025/327 (EHDS) Art. 9 / sheet 06 §7.2 (the access log is a job of
the outbox: it can never turn an answer into a failure), §7.4.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Protocol

from ncp.accesses.access import Access
from ncp.accesses.audit_event import Node, audit_event
from ncp.accesses.reading import AccessReader
from ncp.audit import Auditable, AuditEvent, AuditOutcome, Side
from ncp.ihe.codes import Transaction
from ncp.national.access_log import AccessEntry, NationalAccessLog
from ncp.national.carrying import EntryRefused, carry_each
from ncp.settings.accesses import AccessLogSettings
from ncp.store import AuditTrailEntry, Destination, Letter
from trust.identifiers import PatientId

NAME: Final = "access-log"
# A dead letter is kept for whoever finds out why, and may revive it.
_KEPT_AFTER: Final = timedelta(days=60)


def access_log_destination(settings: AccessLogSettings) -> Destination | None:
    """Return where accesses are told, and of which; None where nowhere."""
    if settings.told == "nothing":
        return None
    tried_for = timedelta(days=settings.tried_for_days)
    wants = is_access if settings.told == "every-access" else is_disclosure
    return Destination(NAME, tried_for, tried_for + _KEPT_AFTER, wants)


def is_access(event: Auditable) -> bool:
    """Whether another country asked for data of a patient of this one, or brought some.

    Where nobody is named it is about no patient.
    """
    return (
        isinstance(event, AuditEvent) and event.side is Side.A and bool(event.patients)
    )


def is_disclosure(event: Auditable) -> bool:
    """Whether data of a patient of this country went abroad, or may have come here.

    A submission counts however it ended: one that was refused to the other country, or
    not answered in time, may stand in the register after all.
    """
    if not isinstance(event, AuditEvent) or not is_access(event):
        return False
    if event.transaction is Transaction.ITI_41:
        return True
    if event.outcome is AuditOutcome.SERIOUS_FAILURE:
        # Of an identification: nobody was found. Else: a part was given.
        return event.transaction is not Transaction.ITI_55
    return event.outcome is not AuditOutcome.MAJOR_FAILURE


class EventTrail(Protocol):
    """Where recorded events are read."""

    def audit_event(self, event_id: str) -> AuditTrailEntry | None:
        """Return the event of this id, or None where there is none any more."""
        ...


class AccessCarrier:
    """Carries recorded accesses to the national log, an entry for each patient."""

    def __init__(
        self,
        trail: EventTrail,
        reader: AccessReader,
        log: NationalAccessLog,
        node: Node,
    ) -> None:
        self._trail = trail
        self._reader = reader
        self._log = log
        self._node = node

    def carry(self, letters: Sequence[Letter]) -> int:
        """Deliver letters in their order; each one is proven by the log's answer.

        Raises
        ------
        NotDelivered
            The letter after those that it says are proven did not arrive.
        """
        return carry_each(letters, self._tell)

    def _tell(self, letter: Letter) -> None:
        recorded = self._trail.audit_event(letter.id)
        if recorded is None:
            raise EntryRefused("the event is not on record any more")
        access = self._reader.read(recorded)
        for number, patient in enumerate(access.patients):
            self._log.record(self._entry(access, patient, number))

    def _entry(self, access: Access, patient: PatientId, number: int) -> AccessEntry:
        named = _identifier(access.event_id, number)
        return AccessEntry(named, audit_event(access, patient, self._node, named))


def _identifier(event_id: str, number: int) -> str:
    """Name the part of an event about its n-th patient, without saying whom."""
    event = uuid.UUID(event_id)
    return event.urn if number == 0 else uuid.uuid5(event, str(number)).urn
