"""Finds whatever was done to the records behind the gateway's back.

One pass over the log, a page at a time: every entry against its record, every record
against its own MAC, the tree against its state and against every head, the heads
against the seal. A record whose time was over may be gone; its entry stays.

Spec: RFC 6962 §2.1 / ARCHITECTURE "The log".
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from cryptography import x509
from sqlalchemy import Connection, Engine, select

from ncp.errors import ConfigurationError
from ncp.evidence.head_stamps import StampCheck
from ncp.evidence.merkle import Frontier, entry_leaf, leaf_hash
from ncp.evidence.tree_head import SignedTreeHead
from ncp.store import schema
from ncp.store.log_report import Fault, LogFault, LogReport
from ncp.store.log_rows import CONTENT_COLUMNS, content_hash
from ncp.store.readers import reading
from ncp.store.schema import microseconds
from ncp.store.sealing import KeyRing
from ncp.store.stamp_verification import verify_stamps

_PAGE: Final = 5000
_KEPT_FAULTS: Final = 200
# Before the content of a record stand its index, its number and its code.
_KEY_AT: Final = {
    table: 3 + names.index("key_id") for table, names in CONTENT_COLUMNS.items()
}


def verify_log(
    engine: Engine,
    keys: KeyRing,
    now: datetime,
    seals: Sequence[x509.Certificate],
    kept_heads: Sequence[SignedTreeHead] = (),
    stamps: StampCheck | None = None,
) -> LogReport:
    """Compare the whole log with the records, the tree and every head.

    Parameters
    ----------
    seals
        The certificates by which the newest head may be signed.
    kept_heads
        Heads that were kept elsewhere: a log that was rolled back shows by them.
    stamps
        By what time stamps are judged; left out, they are counted only.

    Raises
    ------
    StoreUnavailable
        The database cannot be read.
    """
    with reading(engine) as connection, as_it_stands(connection):
        return _Verification(connection, keys, now, seals, kept_heads, stamps).run()


@contextmanager
def as_it_stands(connection: Connection) -> Iterator[None]:
    """Read text that is no text any more, too: a flipped bit is found, and no error.

    PostgreSQL lets no such text into its tables.
    """
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        yield
        return
    driver.text_factory = lambda stored: stored.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = str


class _Verification:
    def __init__(
        self,
        connection: Connection,
        keys: KeyRing,
        now: datetime,
        seals: Sequence[x509.Certificate],
        kept_heads: Sequence[SignedTreeHead],
        stamps: StampCheck | None,
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._now = microseconds(now)
        self._seals = seals
        self._kept = tuple(kept_heads)
        self._stamps = stamps
        self._frontier = Frontier()
        self._roots: dict[int, bytes] = {}
        self._faults: list[LogFault] = []
        self._count = 0
        self._expired = 0
        self._unknown_keys: set[str] = set()

    def run(self) -> LogReport:
        stored = list(self._stored_heads())
        heads = [*stored, *self._kept]
        sizes = {each.head.size for each in heads}
        end = self._walk(sizes)
        for name in CONTENT_COLUMNS:
            self._strays(name, end)
        waiting = sum(self._tail(name) for name in CONTENT_COLUMNS)
        self._state(heads)
        for each in heads:
            self._head(each)
        self._newest(heads)
        stamps = verify_stamps(self._connection, stored, self._stamps)
        for size, why in stamps.wrong:
            self._found(Fault.STAMP_WRONG, f"time stamp on size {size}", why)
        return LogReport(
            self._frontier.size,
            self._expired,
            waiting,
            len(heads),
            tuple(self._faults),
            self._count,
            stamps,
            tuple(sorted(self._unknown_keys)),
        )

    def _walk(self, sizes: set[int]) -> int:
        """Judge every entry, a page at a time; return where they end."""
        first = 0
        while entries := self._entries(first):
            after = entries[-1][0] + 1
            self._page(first, after, entries, sizes)
            first = after
        return first

    def _entries(self, first: int) -> list[Any]:
        return self._sql(
            "SELECT log_index, source, sequence, delete_after, content_hash "  # noqa: S608
            f"FROM log_entries WHERE log_index >= {first:d} "
            f"ORDER BY log_index LIMIT {_PAGE}"
        )

    def _page(
        self, first: int, after: int, entries: Sequence[Any], sizes: set[int]
    ) -> None:
        records = {name: self._records(name, first, after) for name in CONTENT_COLUMNS}
        expected = first
        for index, *entry in entries:
            if index != expected:
                self._found(Fault.ENTRY_MISSING, f"log entry {expected}")
            expected = index + 1
            source, sequence, delete_after, digest = entry
            record = records.get(source, {}).pop(index, None)
            self._entry(source, sequence, delete_after, digest, record)
            self._frontier.append(_leaf(source, sequence, delete_after, digest))
            if self._frontier.size in sizes:
                self._roots[self._frontier.size] = self._frontier.root()
        for source, left in records.items():
            for record in left.values():
                self._found(Fault.INSERTED, f"{source} {record[1]}")

    def _records(self, table: str, first: int, after: int) -> dict[int, Any]:
        columns = ", ".join(CONTENT_COLUMNS[table])
        rows = self._sql(
            f"SELECT log_index, sequence, row_mac, {columns} FROM {table} "  # noqa: S608
            f"WHERE log_index >= {first:d} AND log_index < {after:d}"
        )
        found: dict[int, Any] = {}
        for row in rows:
            if row[0] in found:
                self._found(Fault.INSERTED, f"{table} {row[1]}")
            found[row[0]] = row
        return found

    def _entry(
        self, source: str, sequence: int, delete_after: int, digest: str, record: Any
    ) -> None:
        if record is None and delete_after <= self._now:
            self._expired += 1
            return
        fault = self._fault(source, sequence, digest, record)
        if fault is not None:
            self._found(fault, f"{source} {sequence}")

    def _fault(
        self, source: str, sequence: int, digest: str, record: Any
    ) -> Fault | None:
        if record is None:
            return Fault.REMOVED
        if record[1] != sequence:
            return Fault.MOVED
        if content_hash(source, record[3:]) != digest:
            return Fault.CHANGED
        # Records of before the log carry none; the tree holds them all the same.
        if record[2] is not None and not self._is_ours(source, record, digest):
            return Fault.NOT_OURS
        return None

    def _is_ours(self, source: str, record: Any, digest: str) -> bool:
        key_id = record[_KEY_AT[source]]
        if self._keys.is_row_mac(key_id, digest, record[2]):
            return True
        if not self._keys.has(key_id):
            self._unknown_keys.add(key_id)
        return False

    def _strays(self, table: str, end: int) -> None:
        """Find records that claim a place before the first entry or behind the last."""
        rows = self._sql(
            f"SELECT sequence FROM {table} WHERE log_index < 0 OR log_index >= {end:d}"  # noqa: S608
        )
        for row in rows:
            self._found(Fault.INSERTED, f"{table} {row[0]}")

    def _tail(self, table: str) -> int:
        """Judge the records that have no place yet; return how many there are."""
        columns = ", ".join(CONTENT_COLUMNS[table])
        rows = self._sql(
            f"SELECT log_index, sequence, row_mac, {columns} FROM {table} "  # noqa: S608
            "WHERE log_index IS NULL"
        )
        for row in rows:
            digest = content_hash(table, row[3:])
            if row[2] is None or not self._is_ours(table, row, digest):
                self._found(Fault.NOT_OURS, f"{table} {row[1]}")
        return len(rows)

    def _state(self, heads: Sequence[SignedTreeHead]) -> None:
        row = self._connection.execute(select(schema.log_state)).mappings().first()
        if row is None:
            if self._frontier.size:
                self._found(Fault.STATE_WRONG, "log state")
            return
        said = (row["id"], row["size"], row["roots"])
        if said != (1, self._frontier.size, self._frontier.to_bytes().hex()):
            self._found(Fault.STATE_WRONG, "log state")
        for each in heads:
            if each.head.log_id != row["log_id"]:
                self._found(Fault.HEAD_WRONG, _name_of(each))

    def _stored_heads(self) -> Iterator[SignedTreeHead]:
        for size, moment, text in self._sql(
            "SELECT size, moment, signed_head FROM tree_heads ORDER BY size"
        ):
            try:
                signed = SignedTreeHead.from_json(json.loads(text))
            except (ConfigurationError, ValueError):
                self._found(Fault.HEAD_WRONG, f"head of size {size}")
                continue
            said = (size, moment, text)
            head = signed.head
            if said != (head.size, microseconds(head.moment), signed.to_text()):
                self._found(Fault.HEAD_WRONG, f"head of size {size}")
            yield signed

    def _head(self, signed: SignedTreeHead) -> None:
        head = signed.head
        if not signed.is_genuine():
            self._found(Fault.HEAD_NOT_OURS, _name_of(signed))
        if head.size > self._frontier.size:
            self._found(Fault.ROLLED_BACK, _name_of(signed))
        elif self._roots.get(head.size) != head.root:
            self._found(Fault.HEAD_WRONG, _name_of(signed))

    def _newest(self, heads: Sequence[SignedTreeHead]) -> None:
        """Judge who signed the newest head; it vouches for the others."""
        newest = max(heads, key=lambda each: each.head.size, default=None)
        if newest is not None and newest.certificate not in self._seals:
            self._found(Fault.HEAD_NOT_OURS, _name_of(newest))

    def _found(self, fault: Fault, place: str, why: str = "") -> None:
        self._count += 1
        if len(self._faults) < _KEPT_FAULTS:
            self._faults.append(LogFault(fault, place, why))

    def _sql(self, statement: str) -> list[Any]:
        return list(self._connection.exec_driver_sql(statement))


def _leaf(source: str, sequence: int, delete_after: int, digest: str) -> bytes:
    try:
        return entry_leaf(source, sequence, delete_after, digest)
    except UnicodeEncodeError:
        # What is no text any more was never in the tree.
        return leaf_hash(b"")


def _name_of(signed: SignedTreeHead) -> str:
    return f"head of size {signed.head.size}"
