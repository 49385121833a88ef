"""What it costs to verify the log of all records, and whether its length matters.

The floor reads every record and hashes it: what nobody who compares records with
anything can avoid. Verifying does the same and more: it compares each with its entry
and its own authentication code, carries the tree on, and compares it with its state and
every head. The other figures are the cost of committing new records and of giving them
their places, in a log that is long already, against the same in a short one.

    python -m benchmarks.bench_record_log [RECORDS]    # 20 000; try 1 000 000
"""

from __future__ import annotations

import hashlib
import sqlite3
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection

from benchmarks.bench_store_commit import EVENT, MESSAGE, NOW
from benchmarks.goals import Goal, conclude
from benchmarks.harness import Candidate, compare
from ncp.ports import SystemClock
from ncp.store import DataKey, Store, rows, schema
from ncp.store.driver_words import PlainRow
from ncp.store.log_rows import CONTENT_COLUMNS, LoggedInsertion
from ncp.store.sealing import KeyRing

KEY = DataKey(b"k" * 32)
MESSAGES = LoggedInsertion(schema.messages)
EVENTS = LoggedInsertion(schema.audit_events)
SHORT = 10_000
BATCH = 2_000
# A record of an ITI-39 holds two SOAP headers; its size is the reader's, not the log's.
EVENT_OF_USUAL_SIZE = replace(EVENT, request_header=b"x" * 2_000, response_header=b"y")


def exchange(number: int) -> dict[LoggedInsertion, PlainRow]:
    """Make the rows of one exchange, as a unit of work does."""
    keys = KeyRing(KEY)
    name = f"{number:032x}"
    event = replace(EVENT_OF_USUAL_SIZE, request_message_id=f"urn:uuid:{name}")
    made = {
        MESSAGES: rows.message_values(keys, name, MESSAGE),
        EVENTS: rows.audit_values(keys, name, event),
    }
    when = {"recorded_at": NOW, "delete_after": NOW + timedelta(days=3650)}
    return {
        into: into.sealed_row({**row, **when, "exchange_id": name}, KEY.row_mac)
        for into, row in made.items()
    }


def record(store: Store, numbers: range) -> float:
    """Commit exchanges by the thousand; return the CPU time of the commit."""
    made = [exchange(each) for each in numbers]

    def insert(connection: Connection) -> None:
        for into in (MESSAGES, EVENTS):
            into.run(connection, [each[into] for each in made])

    begun = time.process_time()
    store._writer.submit(insert)  # noqa: SLF001 - the public way is one by one
    return time.process_time() - begun


def fill(store: Store, first: int, number: int) -> None:
    """Commit so many exchanges and give them their places."""
    for begin in range(first, first + number, BATCH):
        record(store, range(begin, min(begin + BATCH, first + number)))
        store.log.sequence()


def read_and_hash(path: Path) -> int:
    """Read every record and hash it: the floor."""
    connection = sqlite3.connect(path)
    count = 0
    for table, names in CONTENT_COLUMNS.items():
        for row in connection.execute(f"SELECT {', '.join(names)} FROM {table}"):
            digest = hashlib.sha256()
            for value in row:
                if isinstance(value, bytes):
                    digest.update(value)
                elif value is not None:
                    digest.update(str(value).encode())
            digest.digest()
            count += 1
    connection.close()
    return count


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU time, in milliseconds, of committing a batch and of giving it its places."""

    committing: float
    placing: float

    def __str__(self) -> str:
        return f"{self.committing:.0f} and {self.placing:.0f} ms"


def cost(store: Store, first: int) -> Cost:
    """Measure a few batches; the best of each."""
    committing, placing = [], []
    for begin in range(first, first + 5 * BATCH, BATCH):
        committing.append(record(store, range(begin, begin + BATCH)))
        begun = time.process_time()
        store.log.sequence()
        placing.append(time.process_time() - begun)
    return Cost(min(committing) * 1e3, min(placing) * 1e3)


def measure(records: int) -> list[Goal]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        with Store.open(f"sqlite:///{path}", KEY, SystemClock()) as store:
            store.migrate()
            fill(store, 0, SHORT // 2)
            short = cost(store, 10_000_000)
            fill(store, SHORT // 2, max(0, (records - SHORT) // 2))
            long = cost(store, 20_000_000)
            entries = store.verify([]).size
            lines = compare(
                f"log of {entries} records",
                Candidate("read and hash", lambda: read_and_hash(path)),
                [Candidate("verify", lambda: store.verify([]))],
                rounds=3 if records > 100_000 else 7,
            )
    print(f"committing {2 * BATCH} records and giving them their places, CPU time:")
    print(f"{short} in a log of {SHORT}, {long} in one of {entries}")
    return [
        Goal("verify against reading and hashing", lines[1].ratio, 3.0),
        Goal("commit, long log to short", long.committing / short.committing, 1.2),
        Goal("places, long log to short", long.placing / short.placing, 1.2),
    ]


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:] if each.isdigit()]
    conclude(measure(numbers[0] if numbers else 20_000), sys.argv)
