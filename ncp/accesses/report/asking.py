"""Reads from the record who had access to one patient's data.

Spec: sheet 06 §6.2 / §5.6 (18: who saw my data abroad).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from ncp.accesses.access import Access
from ncp.accesses.reading import AccessReader
from ncp.accesses.report.report import Period
from ncp.audit import TermKind, codes
from ncp.audit.exchange_alert import AlertKind
from ncp.store.audit_search import AuditQuery
from ncp.store.records import AuditTrailEntry
from trust.identifiers import PatientId

# What is recorded beside an exchange, in its commit, and says nothing else to a reader.
_BESIDE: Final = frozenset(
    {*(each.value for each in AlertKind), codes.COMMUNICATION_FAILURE.code}
)


class SearchedTrail(Protocol):
    """Where recorded events are found."""

    def search_audit(self, query: AuditQuery) -> Iterator[AuditTrailEntry]:
        """Read the events that fit, in the order they were committed."""
        ...


def ask(
    trail: SearchedTrail, reader: AccessReader, patient: PatientId, period: Period
) -> tuple[Access, ...]:
    """Return all accesses to a patient's data, in the order of time."""
    query = AuditQuery(
        terms=((TermKind.PATIENT, patient.cx),),
        since=period.since,
        until=period.until,
    )
    found = (reader.read(each) for each in _once(list(trail.search_audit(query))))
    told = (each for each in found if patient in each.patients)
    return tuple(sorted(told, key=lambda each: each.moment))


def _once(entries: Iterable[AuditTrailEntry]) -> Iterator[AuditTrailEntry]:
    """Leave out what stands beside an event that tells the same."""
    entries = list(entries)
    told = {each.exchange_id for each in entries if each.event not in _BESIDE}
    for each in entries:
        if each.event not in _BESIDE or each.exchange_id not in told:
            yield each
