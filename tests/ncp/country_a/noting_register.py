"""Stands for country A's desk where a test is about whoever asks it.

It knows the prescriptions it was told of and what was done to each, and notes on disk
what it was asked and what it said; a prescription is dispensed once, whoever asks.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Final

from ncp.errors import Refusal
from ncp.ihe.cda_facts import CdaFacts, NotCda, read_cda_facts
from ncp.national.dispensations import (
    DispensationOperation,
    DispensationOrder,
    DispensationResult,
)

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS deeds (
    peer TEXT NOT NULL,
    operation TEXT NOT NULL,
    document_id TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    refusal TEXT,
    done_at TEXT NOT NULL,
    PRIMARY KEY (peer, operation, document_id)
);
CREATE TABLE IF NOT EXISTS dispensed (
    prescription_id TEXT PRIMARY KEY,
    peer TEXT NOT NULL,
    document_id TEXT NOT NULL
);
"""
_SENTENCES: Final = {
    None: "carried out",
    Refusal.PRESCRIPTION_NOT_NAMED: "the document names no prescription",
    Refusal.PRESCRIPTION_UNKNOWN: "the prescription is not known",
    Refusal.PRESCRIPTION_DISPENSED: "the prescription was dispensed before",
    Refusal.DISPENSATION_DISCARDED: "the dispensation was discarded before",
    Refusal.DISPENSATION_UNKNOWN: "no such dispensation was taken from this country",
}


class NotingRegister:
    """A register in one SQLite file; safe to share by threads and processes.

    Parameters
    ----------
    prescriptions
        The identifiers of all prescriptions there are, ``root^extension``.
    """

    def __init__(self, file: Path, prescriptions: Collection[str]) -> None:
        self._file = file
        self._prescriptions = frozenset(prescriptions)
        self._lock = threading.Lock()
        with closing(self._open()) as connection:
            connection.executescript(_SCHEMA)

    def carry_out(self, order: DispensationOrder) -> DispensationResult:
        """Carry out an order, once; the result is durable when it is returned."""
        with self._lock, closing(self._open()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            result = self._decided(connection, order)
            connection.execute("COMMIT")
            return result

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file, timeout=10.0, isolation_level=None)
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    def _decided(
        self, connection: sqlite3.Connection, order: DispensationOrder
    ) -> DispensationResult:
        known = connection.execute(
            "SELECT content_hash, refusal FROM deeds"
            " WHERE peer = ? AND operation = ? AND document_id = ?",
            (order.peer, order.operation, order.document_unique_id),
        ).fetchone()
        if known is not None:
            return self._again(connection, order, *known)
        refusal = self._done(connection, order)
        connection.execute(
            "INSERT INTO deeds VALUES (?, ?, ?, ?, ?, ?)",
            (
                order.peer,
                order.operation,
                order.document_unique_id,
                order.content_hash,
                refusal,
                order.moment.isoformat(),
            ),
        )
        return DispensationResult(refusal, _SENTENCES[refusal])

    def _again(
        self,
        connection: sqlite3.Connection,
        order: DispensationOrder,
        content_hash: str,
        first: str | None,
    ) -> DispensationResult:
        if content_hash != order.content_hash:
            return DispensationResult(
                Refusal.SUBMISSION_CHANGED, "the id was used before for another content"
            )
        is_dispensation = order.operation is DispensationOperation.DISPENSE
        if is_dispensation and self._was_discarded(connection, order):
            refusal = Refusal.DISPENSATION_DISCARDED
            return DispensationResult(refusal, _SENTENCES[refusal])
        refused = None if first is None else Refusal(first)
        return DispensationResult(
            refused, f"{_SENTENCES[refused]}; told again", is_repeated=True
        )

    @staticmethod
    def _was_discarded(
        connection: sqlite3.Connection, order: DispensationOrder
    ) -> bool:
        row = connection.execute(
            "SELECT 1 FROM deeds WHERE peer = ? AND operation = 'discard'"
            " AND document_id = ? AND refusal IS NULL",
            (order.peer, order.document_unique_id),
        ).fetchone()
        return row is not None

    def _done(
        self, connection: sqlite3.Connection, order: DispensationOrder
    ) -> Refusal | None:
        if order.operation is DispensationOperation.DISCARD:
            return self._discarded(connection, order)
        return self._dispensed(connection, order)

    def _dispensed(
        self, connection: sqlite3.Connection, order: DispensationOrder
    ) -> Refusal | None:
        facts = _facts(order)
        if facts is None or not facts.fulfilled_orders:
            return Refusal.PRESCRIPTION_NOT_NAMED
        prescription = facts.fulfilled_orders[0]
        if prescription not in self._prescriptions:
            return Refusal.PRESCRIPTION_UNKNOWN
        taken = connection.execute(
            "INSERT INTO dispensed VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (prescription, order.peer, order.document_unique_id),
        ).rowcount
        return None if taken else Refusal.PRESCRIPTION_DISPENSED

    @staticmethod
    def _discarded(
        connection: sqlite3.Connection, order: DispensationOrder
    ) -> Refusal | None:
        gone = connection.execute(
            "DELETE FROM dispensed WHERE peer = ? AND document_id = ?",
            (order.peer, order.document_unique_id),
        ).rowcount
        return None if gone else Refusal.DISPENSATION_UNKNOWN


def _facts(order: DispensationOrder) -> CdaFacts | None:
    try:
        return read_cda_facts(order.content)
    except NotCda:
        return None
