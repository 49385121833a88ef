"""Reads the exchanges of a span of time, for figures: the event and its message.

Spec: fact sheet 06 §4.1, §4.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Engine, Select, func, select

from ncp.ihe.codes import Transaction
from ncp.store import rows, schema
from ncp.store.readers import reading
from ncp.store.records import AuditTrailEntry
from ncp.store.sealing import KeyRing
from trust.identifiers import CountryCode

_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class RecordedExchange:
    """An exchange as it stands in the record.

    Attributes
    ----------
    peer
        The country believed, or None where none was or its message has expired.
    condition
        What decided against it; None where nothing did.
    """

    entry: AuditTrailEntry
    peer: CountryCode | None
    condition: str | None


def recorded_exchanges(
    engine: Engine, keys: KeyRing, since: datetime, until: datetime
) -> Iterator[RecordedExchange]:
    """Read the exchanges that began in a span, in the order they were committed.

    ``until`` is not in. No transaction stays open between pages.
    """
    after, statement = 0, _statement(since, until)
    while True:
        page = statement.where(schema.audit_events.c.sequence > after).limit(_PAGE)
        with reading(engine) as connection:
            found = connection.execute(page).mappings().all()
        for row in found:
            yield _read(keys, row)
        if len(found) < _PAGE:
            return
        after = found[-1]["sequence"]


def _statement(since: datetime, until: datetime) -> Select[tuple[object, ...]]:
    events, messages = schema.audit_events, schema.messages
    other = messages.alias("first").c
    first = (
        select(func.min(other.sequence))
        .where(other.exchange_id == events.c.exchange_id)
        .correlate(events)
        .scalar_subquery()
    )
    return (
        select(
            events,
            messages.c.peer.label("message_peer"),
            messages.c.condition.label("message_condition"),
        )
        .select_from(events.outerjoin(messages, messages.c.sequence == first))
        .where(events.c.event.in_([each.value for each in Transaction]))
        .where(events.c.occurred_at >= since)
        .where(events.c.occurred_at < until)
        .order_by(events.c.sequence)
    )


def _read(keys: KeyRing, row: rows.Row) -> RecordedExchange:
    peer = row["message_peer"]
    return RecordedExchange(
        entry=rows.read_audit_entry(keys, row),
        peer=None if peer is None else CountryCode(peer),
        condition=row["message_condition"],
    )
