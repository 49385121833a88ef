"""How near durable audit comes to the least that keeps the same promise.

The floor is a bare group-committed append: as many threads hand in the same number of
bytes, one thread appends all that wait to a file, waits once for the disk and tells
everybody. Our store does the same with a database: it builds the audit message, seals
it, writes row, terms and MAC. Both are asked by 32 threads, each of which waits until
its record is durable. A second candidate, the same in bare SQLite, says which part of
the distance is the database's.

By the wall clock, because what is promised is a rate; rounds interleaved.

    python -m benchmarks.bench_audit_append [--check]
"""

from __future__ import annotations

import os
import queue
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.bench_store_commit import EVENT
from benchmarks.goals import Goal, conclude
from benchmarks.harness import Candidate, compare
from ncp.audit import to_dicom
from ncp.ports import SystemClock
from ncp.store import DataKey, Store

RECORDS = 128
THREADS = 32
ROUNDS = 7
# The sealed message, and what stands beside it in the clear.
RECORD = os.urandom(len(to_dicom(EVENT)) + 400)


class GroupCommit:
    """One thread that writes for all who wait, by a way of writing a group."""

    def __init__(self, write: Callable[[Sequence[bytes]], None]) -> None:
        self._write = write
        self._queue: queue.SimpleQueue[tuple[bytes, Future[None]] | None]
        self._queue = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def append(self, record: bytes) -> None:
        """Hand a record in and wait until it is durable."""
        promise: Future[None] = Future()
        self._queue.put((record, promise))
        promise.result()

    def close(self) -> None:
        """Stop; nobody waits any more."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            group = [first]
            while not self._queue.empty():
                item = self._queue.get()
                if item is None:
                    return
                group.append(item)
            self._write([record for record, _ in group])
            for _, promise in group:
                promise.set_result(None)


@contextmanager
def at_once(record: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Give a run of all records, handed in by all threads."""
    with ThreadPoolExecutor(THREADS) as pool:

        def run() -> None:
            for done in [pool.submit(record) for _ in range(RECORDS)]:
                done.result()

        yield run


@contextmanager
def to_file(folder: Path) -> Iterator[Callable[[], None]]:
    """Append to a file: the floor."""
    target = os.open(folder / "floor.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write(records: Sequence[bytes]) -> None:
        if os.writev(target, list(records)) != sum(map(len, records)):
            raise OSError("the floor wrote less than it was asked to")
        os.fdatasync(target)

    group = GroupCommit(write)
    with at_once(lambda: group.append(RECORD)) as run:
        yield run
    group.close()
    os.close(target)


@contextmanager
def to_sqlite(folder: Path) -> Iterator[Callable[[], None]]:
    """Append to a table of bare SQLite, with the pragmas of the store."""
    connection = sqlite3.connect(
        folder / "bare.db", isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE audit (id INTEGER PRIMARY KEY, row BLOB)")

    def write(records: Sequence[bytes]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO audit (row) VALUES (?)", [(record,) for record in records]
        )
        connection.execute("COMMIT")

    group = GroupCommit(write)
    with at_once(lambda: group.append(RECORD)) as run:
        yield run
    group.close()
    connection.close()


@contextmanager
def to_store(folder: Path) -> Iterator[Callable[[], None]]:
    """Record audit events as the gateway does."""
    key = DataKey(b"k" * 32)
    with Store.open(f"sqlite:///{folder}/store.db", key, SystemClock()) as store:
        store.migrate()

        def record() -> None:
            with store.unit_of_work() as work:
                work.audit(EVENT)
                work.commit()

        with at_once(record) as run:
            yield run


def measure() -> list[Goal]:
    """Compare the rates: the inverse of the times."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        lines = compare(
            f"{RECORDS} durable records of {len(RECORD)} bytes by the wall clock",
            Candidate("append to a file", stack.enter_context(to_file(folder))),
            [
                Candidate("bare SQLite", stack.enter_context(to_sqlite(folder))),
                Candidate("audit", stack.enter_context(to_store(folder))),
            ],
            rounds=ROUNDS,
            clock_ns=time.perf_counter_ns,
        )
    for line in lines:
        rate = RECORDS * 1e6 / line.median_us
        print(f"  {line.name:20s} {rate:8.0f} records per second")
    of_file, of_sqlite = 1 / lines[2].ratio, lines[1].ratio / lines[2].ratio
    return [
        Goal("rate of audit to that of an append", of_file, 0.7, at_least=True),
        Goal("rate of audit to that of bare SQLite", of_sqlite, 0.7, at_least=True),
    ]


if __name__ == "__main__":
    conclude(measure(), sys.argv)
