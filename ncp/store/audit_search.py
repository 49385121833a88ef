"""Finds audit events: by person and thing, by kind, by time, by how they ended.

Spec: sheet 06 §2.5, §2.7 (ITI-81) / ARCHITECTURE "Personal data at rest".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Engine, Select, select

from ncp.audit.term import Term
from ncp.store import rows, schema
from ncp.store.audit_index import sequences_of
from ncp.store.readers import reading
from ncp.store.records import AuditTrailEntry
from ncp.store.sealing import KeyRing

_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """What is looked for; everything that is stated must hold.

    Attributes
    ----------
    since, until
        When it occurred; the end is not in.
    event
        What it is called in the trail: ``ITI-39``, ``EHDSI-193``.
    outcomes
        Outcome indicators, any of them.
    after
        The sequence after which to go on.
    """

    terms: tuple[Term, ...] = field(default=(), repr=False)
    since: datetime | None = None
    until: datetime | None = None
    event: str | None = None
    side: str | None = None
    outcomes: tuple[int, ...] = ()
    after: int = 0


def search(
    engine: Engine, keys: KeyRing, query: AuditQuery
) -> Iterator[AuditTrailEntry]:
    """Read what fits, in the order it was committed, a page at a time."""
    after = query.after
    statement = _statement(query, lambda term: rows.names_of_term(keys, term))
    while True:
        page = statement.where(schema.audit_events.c.sequence > after).limit(_PAGE)
        with reading(engine) as connection:
            found = connection.execute(page).mappings().all()
        for row in found:
            yield rows.read_audit_entry(keys, row)
        if len(found) < _PAGE:
            return
        after = found[-1]["sequence"]


def _statement(
    query: AuditQuery, names: Callable[[Term], list[str]]
) -> Select[tuple[object, ...]]:
    events = schema.audit_events.c
    statement = select(schema.audit_events).order_by(events.sequence)
    for term in query.terms:
        statement = statement.where(events.sequence.in_(sequences_of(names(term))))
    if query.since is not None:
        statement = statement.where(events.occurred_at >= query.since)
    if query.until is not None:
        statement = statement.where(events.occurred_at < query.until)
    if query.event is not None:
        statement = statement.where(events.event == query.event)
    if query.side is not None:
        statement = statement.where(events.side == query.side)
    if query.outcomes:
        statement = statement.where(events.outcome.in_(query.outcomes))
    return statement
