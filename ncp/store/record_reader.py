"""Reads the records back: messages and audit events, in the order of their commits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from sqlalchemy import Engine, or_, select

from ncp.audit import TermKind
from ncp.store import rows, schema
from ncp.store.audit_index import sequences_of
from ncp.store.audit_search import AuditQuery, search
from ncp.store.exchanges import RecordedExchange, recorded_exchanges
from ncp.store.readers import in_order, reading
from ncp.store.records import AuditTrailEntry, StoredMessage
from ncp.store.sealing import KeyRing


class RecordReader:
    """What the store has on record."""

    def __init__(self, engine: Engine, keys: KeyRing) -> None:
        self._engine = engine
        self._keys = keys

    def messages(self, after: int = 0) -> Iterator[StoredMessage]:
        """Read the message records in the order they were committed."""
        read = partial(rows.read_message, self._keys)
        return in_order(self._engine, schema.messages, read, after)

    def messages_with(self, message_id: str) -> list[StoredMessage]:
        """Return the records of the exchanges that a MessageID was in, oldest first.

        That of the request or of the response; somebody may have used it twice.
        """
        table, events = schema.messages, schema.audit_events
        names = rows.names_of_term(self._keys, (TermKind.MESSAGE, message_id))
        told = select(events.c.exchange_id).where(
            events.c.sequence.in_(sequences_of(names))
        )
        # Of a message that could not be read there is no event.
        is_in = or_(table.c.message_id == message_id, table.c.exchange_id.in_(told))
        query = select(table).where(is_in).order_by(table.c.sequence)
        with reading(self._engine) as connection:
            found = connection.execute(query).mappings().all()
        return [rows.read_message(self._keys, row) for row in found]

    def message_of(self, exchange_id: str) -> StoredMessage | None:
        """Return the message record that was committed with an audit event."""
        query = select(schema.messages).where(
            schema.messages.c.exchange_id == exchange_id
        )
        with reading(self._engine) as connection:
            row = connection.execute(query.limit(1)).mappings().first()
        return None if row is None else rows.read_message(self._keys, row)

    def audit_event(self, event_id: str) -> AuditTrailEntry | None:
        """Return the audit event of this id, or None where there is none any more."""
        query = select(schema.audit_events).where(
            schema.audit_events.c.event_id == event_id
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else rows.read_audit_entry(self._keys, row)

    def search_audit(self, query: AuditQuery) -> Iterator[AuditTrailEntry]:
        """Read the audit events that fit, in the order they were committed."""
        return search(self._engine, self._keys, query)

    def recorded_exchanges(
        self, since: datetime, until: datetime
    ) -> Iterator[RecordedExchange]:
        """Read the exchanges that began in a span, its end not in it, as committed."""
        return recorded_exchanges(self._engine, self._keys, since, until)

    def audit_trail(self, after: int = 0) -> Iterator[AuditTrailEntry]:
        """Read the audit events in the order they were committed."""
        read = partial(rows.read_audit_entry, self._keys)
        return in_order(self._engine, schema.audit_events, read, after)
