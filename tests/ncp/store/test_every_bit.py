"""Bits of a small store are flipped, one at a time, and each flip is found.

``make chaos`` flips every single one (``NCP_CHAOS_BITS=all``).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection

from ncp.store import schema
from ncp.store.log_verification import _Verification, as_it_stands
from tests.ncp.store.seals import SEAL
from tests.ncp.store.test_record_log import record

# Odd, so that each bit of a byte gets its turn.
STEP = 1 if os.environ.get("NCP_CHAOS_BITS") == "all" else 37
SEALS = [SEAL.certificate]
INTEGER_BITS = 64


@pytest.fixture
def connection(store) -> Iterator[Connection]:
    """A store of two exchanges under a head, and one exchange that waits."""
    record(store, 2)
    store.log.sequence()
    store.log.sign(SEAL)
    record(store)
    with store._engine.connect() as connection, as_it_stands(connection):
        assert found(store, connection) == 0
        yield connection


def found(store, connection: Connection) -> int:
    moment = store._clock.now()
    verification = _Verification(connection, store._keys, moment, SEALS, (), None)
    return verification.run().fault_count


def flips_of_integer(value: int) -> Iterator[int]:
    for bit in range(0, INTEGER_BITS, min(STEP, 7)):
        flipped = (value ^ (1 << bit)) & (2**INTEGER_BITS - 1)
        yield flipped - 2**INTEGER_BITS if flipped >> (INTEGER_BITS - 1) else flipped


def flips_of_bytes(value: bytes) -> Iterator[bytes]:
    for bit in range(0, 8 * len(value), STEP):
        place, rest = divmod(bit, 8)
        changed = value[place] ^ (1 << rest)
        yield value[:place] + bytes([changed]) + value[place + 1 :]


def flips(value: object) -> Iterator[tuple[str, object]]:
    """Yield SQL for every value that is one bit away, with its parameter."""
    match value:
        case int():
            yield from (("?", each) for each in flips_of_integer(value))
        case str():
            for each in flips_of_bytes(value.encode()):
                yield "CAST(? AS TEXT)", each
        case bytes():
            yield from (("?", each) for each in flips_of_bytes(value))


@contextmanager
def taken_back(driver: sqlite3.Connection) -> Iterator[None]:
    driver.execute("SAVEPOINT bit")
    try:
        yield
    finally:
        driver.execute("ROLLBACK TO bit")
        driver.execute("RELEASE bit")


def unseen(store, connection, table: str, key: str, columns, rows="1") -> list[str]:
    """Flip every bit of the rows; return those flips that nobody would notice."""
    driver = connection.connection.driver_connection
    names = ", ".join(columns)
    stored = driver.execute(
        f"SELECT {key}, {names} FROM {table} WHERE {rows} ORDER BY {key}"
    ).fetchall()
    assert stored
    missed: list[str] = []
    for own, *values in stored:
        for column, value in zip(columns, values, strict=True):
            for way, flipped in flips(value):
                with taken_back(driver):
                    try:
                        driver.execute(
                            f"UPDATE {table} SET {column} = {way} WHERE {key} = ?",
                            (flipped, own),
                        )
                    except sqlite3.IntegrityError:
                        continue  # the database itself would not have it
                    if not found(store, connection):
                        missed.append(f"{table} {own} {column}: {flipped!r}")
    return missed


def columns_of(table: str, *without: str) -> list[str]:
    columns = schema.metadata.tables[table].columns
    return [each.name for each in columns if each.name not in without]


@pytest.mark.parametrize("table", ["messages", "audit_events"])
def test_every_bit_of_a_record_that_has_its_place(store, database, connection, table):
    rows = "sequence = 2"
    assert unseen(store, connection, table, "rowid", columns_of(table), rows) == []


@pytest.mark.parametrize("table", ["messages", "audit_events"])
def test_every_bit_of_a_record_that_waits(store, database, connection, table):
    # Its number means nothing before it has its place.
    columns = columns_of(table, "sequence")
    rows = "log_index IS NULL"
    assert unseen(store, connection, table, "rowid", columns, rows) == []


@pytest.mark.parametrize(
    ("table", "key"),
    [("log_entries", "log_index"), ("log_state", "id"), ("tree_heads", "size")],
)
# What a flipped bit makes of the serial number of a certificate.
@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_every_bit_of_the_log(store, database, connection, table, key):
    assert unseen(store, connection, table, key, columns_of(table)) == []
