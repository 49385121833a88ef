"""The log over everything recorded: one place for each record, in one tree.

Records are committed unchained, so that no message waits for another. One sequencer at
a time, under a lease, gives every committed record its index and carries the tree on,
in the transaction that says so. Heads of the tree are signed and kept.

Spec: ARCHITECTURE "The log" / RFC 6962 §2.1, §3.5.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, func, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from ncp.errors import ConfigurationError
from ncp.evidence.merkle import (
    Frontier,
    consistency_proof,
    entry_leaf,
    inclusion_proof,
    proves_consistency,
)
from ncp.evidence.tree_head import SignedTreeHead, TreeHead, sign_head
from ncp.ports import Clock, FreshIds
from ncp.store import audit_index, schema
from ncp.store import lease as leases
from ncp.store.driver_words import PlainRow, mark_of
from ncp.store.errors import StoreUnavailable
from ncp.store.insertion import Insertion
from ncp.store.lease import Lease, LeaseLost
from ncp.store.log_rows import CONTENT_COLUMNS, content_hash, content_of
from ncp.store.readers import reading
from ncp.store.writer import Job, T, Writer
from trust.certificates import SigningKey

_LEASE: Final = "record-log"
_LASTS: Final = timedelta(seconds=30)
# Others wait for the writer meanwhile.
_PAGE: Final = 500
_INSERT_ENTRY: Final = Insertion(schema.log_entries)


@dataclass(frozen=True, slots=True)
class LogState:
    """How far the tree has come."""

    log_id: str
    frontier: Frontier


@dataclass(frozen=True, slots=True)
class RecordProof:
    """What proves to others that a record stands in the log of a signed head."""

    source: str
    sequence: int
    delete_after: int
    content_hash: str
    index: int
    path: tuple[bytes, ...]
    head: SignedTreeHead

    def to_json(self) -> dict[str, Any]:
        """Return the form in which a proof is handed over."""
        return {
            "entry": {
                "source": self.source,
                "sequence": self.sequence,
                "delete_after": self.delete_after,
                "content_hash": self.content_hash,
            },
            "index": self.index,
            "path": [each.hex() for each in self.path],
            "signed_head": self.head.to_json(),
        }


class RecordLog:
    """The log of one store, as one process writes and reads it."""

    def __init__(
        self, engine: Engine, writer: Writer, clock: Clock, ids: FreshIds
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._fresh_log_id = ids.uuid().hex
        self.holder = ids.uuid().hex

    # --- writing -----------------------------------------------------------------

    def sequence(self) -> int | None:
        """Give every committed record its place; return how many got one.

        None where another process does it at the moment.

        Raises
        ------
        StoreUnavailable
            The database cannot be written.
        """
        lease = self._lease()
        if lease is None:
            return None
        total = 0
        while True:
            try:
                added = self._write(partial(self._append, lease))
            except LeaseLost:
                return None
            total += added
            if added < _PAGE:
                return total

    def sign(self, key: SigningKey) -> SignedTreeHead | None:
        """Sign the tree as it is; None where its last head is still the newest.

        Raises
        ------
        StoreUnavailable
            The database cannot be read or written.
        """
        state = self.state()
        if state is None or state.frontier.size == self.newest_size():
            return None
        moment = self._clock.now()
        frontier = state.frontier
        head = TreeHead(state.log_id, frontier.size, frontier.root(), moment)
        signed = sign_head(head, key)
        text = signed.to_text()
        row = {"size": frontier.size, "moment": moment, "signed_head": text}
        try:
            self._write(partial(_run_insert, schema.tree_heads, row))
        except IntegrityError:
            return None  # another process signed the same tree
        return signed

    def release(self) -> None:
        """Let another process carry on at once."""
        lease = self._lease()
        if lease is not None:
            self._write(partial(leases.give_up, lease=lease, now=self._clock.now()))

    def _lease(self) -> Lease | None:
        take = partial(
            leases.take,
            name=_LEASE,
            holder=self.holder,
            now=self._clock.now(),
            lasts=_LASTS,
        )
        try:
            return self._write(take)
        except IntegrityError:
            return None  # two processes took the very first lease at once

    def _append(self, lease: Lease, connection: Connection) -> int:
        leases.require(connection, lease)
        state = _read_state(connection) or self._first_state(connection)
        frontier = state.frontier
        before = frontier.size
        for table in schema.LOGGED:
            room = _PAGE - (frontier.size - before)
            _settle(connection, table, frontier, room)
        if frontier.size != before:
            connection.execute(
                update(schema.log_state).values(
                    size=frontier.size, roots=frontier.to_bytes().hex()
                )
            )
        return frontier.size - before

    def _first_state(self, connection: Connection) -> LogState:
        row = {"id": 1, "log_id": self._fresh_log_id, "size": 0, "roots": ""}
        connection.execute(insert(schema.log_state), row)
        return LogState(self._fresh_log_id, Frontier())

    def _write(self, job: Job[T]) -> T:
        try:
            return self._writer.submit(job)
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            raise StoreUnavailable(
                "the log of the records could not be carried on",
                "check the database; its schema must be that of this release",
            ) from error

    # --- reading -----------------------------------------------------------------

    def state(self) -> LogState | None:
        """Return how far the tree has come; None before anything was sequenced."""
        with reading(self._engine) as connection:
            return _read_state(connection)

    def waiting(self) -> int:
        """Return how many records have no place yet, up to a page of each table."""
        with reading(self._engine) as connection:
            return sum(_count_unlogged(connection, each) for each in schema.LOGGED)

    def newest_size(self) -> int:
        """Return the size of the tree of the newest head; 0 where there is none."""
        query = select(func.max(schema.tree_heads.c.size))
        with reading(self._engine) as connection:
            return connection.execute(query).scalar_one() or 0

    def newest_head(self) -> SignedTreeHead | None:
        """Return the newest signed head."""
        table = schema.tree_heads
        query = select(table.c.signed_head).order_by(table.c.size.desc()).limit(1)
        with reading(self._engine) as connection:
            text = connection.execute(query).scalar_one_or_none()
        return None if text is None else SignedTreeHead.from_json(json.loads(text))

    def heads(self) -> Iterator[SignedTreeHead]:
        """Yield every signed head, the oldest first."""
        query = select(schema.tree_heads.c.signed_head).order_by("size")
        with reading(self._engine) as connection:
            texts = connection.execute(query).scalars().all()
        for text in texts:
            yield SignedTreeHead.from_json(json.loads(text))

    def prove(self, source: str, sequence: int) -> RecordProof:
        """Prove that a record stands in the log of the newest head.

        Raises
        ------
        ConfigurationError
            There is no such record, or no head that covers it was signed yet.
        """
        head, index = self.newest_head(), self._index_of(source, sequence)
        if index is None:
            self.written(source, sequence)  # raises where there is no such record
        if head is None or index is None or index >= head.head.size:
            raise _not_yet()
        with reading(self._engine) as connection:
            entries = _entries(connection, head.head.size)
        _, _, delete_after, digest = entries[index]
        path = inclusion_proof(index, [entry_leaf(*each) for each in entries])
        return RecordProof(
            source, sequence, delete_after, digest, index, tuple(path), head
        )

    def _index_of(self, source: str, sequence: int) -> int | None:
        """Return the place of a record in the log; None where it has none yet."""
        table = schema.log_entries
        query = (
            select(table.c.log_index)
            .where(table.c.source == source)
            .where(table.c.sequence == sequence)
        )
        with reading(self._engine) as connection:
            return connection.execute(query).scalar()

    def written(self, source: str, sequence: int) -> bytes:
        """Return the bytes of a record that are hashed for the log.

        Raises
        ------
        ConfigurationError
            There is no such record any more.
        """
        if source not in CONTENT_COLUMNS:
            raise _no_table()
        columns = ", ".join(CONTENT_COLUMNS[source])
        with reading(self._engine) as connection:
            row = connection.exec_driver_sql(
                f"SELECT {columns} FROM {source} WHERE sequence = {sequence:d}"  # noqa: S608 - our own names
            ).first()
        if row is None:
            raise _no_record()
        return content_of(source, list(row))

    def grew_out_of(self, earlier: SignedTreeHead, later: SignedTreeHead) -> bool:
        """Whether the log of a later head begins with that of an earlier one."""
        old, new = earlier.head, later.head
        if old.log_id != new.log_id or old.size > new.size:
            return False
        with reading(self._engine) as connection:
            entries = _entries(connection, new.size)
        if len(entries) != new.size:
            return False
        proof = consistency_proof(old.size, [entry_leaf(*each) for each in entries])
        return proves_consistency(old.size, old.root, new.size, new.root, proof)


def _settle(
    connection: Connection, table: Table, frontier: Frontier, room: int
) -> None:
    """Give the records of one table that wait their places."""
    entries: list[PlainRow] = []
    found_by: list[PlainRow] = []
    for sequence, *plain in _unlogged(connection, table, room):
        said = dict(zip(CONTENT_COLUMNS[table.name], plain, strict=True))
        digest = content_hash(table.name, plain)
        end = said["delete_after"]
        entries.append((frontier.size, table.name, sequence, end, digest))
        found_by += audit_index.entries(frontier.size, sequence, said.get("terms"), end)
        frontier.append(entry_leaf(table.name, sequence, end, digest))
    if entries:
        _INSERT_ENTRY.run(connection, entries)
        audit_index.add(connection, found_by)
        _place(connection, table, entries)


def _place(connection: Connection, table: Table, entries: list[PlainRow]) -> None:
    """Write into records where they stand in the log."""
    mark = mark_of(connection.dialect)
    connection.exec_driver_sql(
        f"UPDATE {table.name} SET log_index = {mark} WHERE sequence = {mark}",  # noqa: S608 - our own names
        [(index, sequence) for index, _, sequence, *_ in entries],
    )


def _unlogged(connection: Connection, table: Table, room: int) -> list[Any]:
    columns = ", ".join(CONTENT_COLUMNS[table.name])
    return list(
        connection.exec_driver_sql(
            f"SELECT sequence, {columns} FROM {table.name} "  # noqa: S608 - our own names
            f"WHERE log_index IS NULL ORDER BY sequence LIMIT {max(room, 0)}"
        )
    )


def _count_unlogged(connection: Connection, table: Table) -> int:
    """Count by the index alone: the records themselves are not read."""
    waiting = select(table.c.sequence).where(table.c.log_index.is_(None)).limit(_PAGE)
    query = select(func.count()).select_from(waiting.subquery())
    return connection.execute(query).scalar_one()


def _entries(connection: Connection, size: int) -> list[tuple[str, int, int, str]]:
    rows = connection.exec_driver_sql(
        "SELECT source, sequence, delete_after, content_hash FROM log_entries "  # noqa: S608
        f"WHERE log_index < {size:d} ORDER BY log_index"
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _read_state(connection: Connection) -> LogState | None:
    row = connection.execute(select(schema.log_state)).mappings().first()
    if row is None:
        return None
    try:
        frontier = Frontier.from_bytes(row["size"], bytes.fromhex(row["roots"]))
    except ValueError:
        raise StoreUnavailable(
            "the state of the log is not what was written there",
            "run `ncp audit verify`, and restore the database from a backup",
        ) from None
    return LogState(row["log_id"], frontier)


def _run_insert(table: Table, row: dict[str, Any], connection: Connection) -> None:
    connection.execute(insert(table), row)


def _no_table() -> ConfigurationError:
    return ConfigurationError(
        "the log has no records of this name",
        f"name one of {', '.join(sorted(CONTENT_COLUMNS))}",
    )


def _no_record() -> ConfigurationError:
    return ConfigurationError(
        "there is no such record",
        "compare its number; it may also have been deleted when its time was over",
    )


def _not_yet() -> ConfigurationError:
    return ConfigurationError(
        "no signed head covers this record",
        "heads are signed while the gateway runs, and when it stops; ask again later",
    )
