"""How dear a durable unit of work is: message and audit event, committed before use.

The floor is the least that keeps the same promise: bare ``sqlite3`` with the same
pragmas, two prepared inserts of rows of the same size and a commit. Every candidate
does the same number of units; ours are handed in by 1, 8 and 32 threads that each wait
until their unit is durable. Two tables: by the wall clock, which a caller feels, and by
the CPU clock, which the machine feels.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.harness import Candidate, Line, compare
from ncp.audit import AuditEvent, AuditOutcome, HumanRequestor, Side, to_dicom
from ncp.ihe.codes import ClassCode, Transaction
from ncp.ports import SystemClock
from ncp.store import DataKey, Direction, MessageRecord, Store
from trust.identifiers import CountryCode, HomeCommunityId, Oid, PatientId

UNITS = 32
ROUNDS = 9
THREADS = (1, 8, 32)
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

MESSAGE = MessageRecord(
    peer=CountryCode("DK"),
    direction=Direction.INBOUND,
    transaction=Transaction.ITI_39,
    message_id="urn:uuid:7b7c7c6c-93cf-4a6e-9d57-3a4f7a2f6b10",
    body_hash="0" * 64,
    outcome="answered",
    condition=None,
    decisions=(),
    received_at=NOW,
)
# The headers have the size of two signed assertions, which is what makes it heavy.
EVENT = AuditEvent(
    transaction=Transaction.ITI_39,
    side=Side.A,
    moment=NOW,
    outcome=AuditOutcome.SUCCESS,
    audit_source="LU-1",
    document_kind=ClassCode.PATIENT_SUMMARY,
    point_of_care="Hospital",
    human=HumanRequestor("<doctor@urn:idp:DK:countryB>", "Jane Doe", "2212", "Doctor"),
    consumer_dn="CN=ncp-b.example,C=DK",
    provider_dn="CN=ncp-a.example,C=LU",
    source_address="192.0.2.10",
    patients=(PatientId(Oid("1.3.182.4.4"), "made-up"),),
    home_community_id=HomeCommunityId("1.3.182.100"),
    documents=("2.25.1",),
    request_message_id="urn:uuid:1",
    response_message_id="urn:uuid:2",
    request_header=b"x" * 13_000,
    response_header=b"y" * 500,
    purpose_of_use="TREATMENT",
)


def unit(store: Store) -> None:
    """Record one exchange and wait until it is durable."""
    with store.unit_of_work() as work:
        work.message(MESSAGE)
        work.audit(EVENT)
        work.commit()


@contextmanager
def bare_sqlite(folder: Path) -> Iterator[Callable[[], None]]:
    """Give the floor: the same bytes, the same pragmas, nothing else."""
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, row BLOB)")
    connection.execute("CREATE TABLE audit (id INTEGER PRIMARY KEY, row BLOB)")
    message, audit = b"m" * 400, b"a" * (len(to_dicom(EVENT)) + 200)

    def run() -> None:
        for _ in range(UNITS):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO message (row) VALUES (?)", (message,))
            connection.execute("INSERT INTO audit (row) VALUES (?)", (audit,))
            connection.execute("COMMIT")

    yield run
    connection.close()


@contextmanager
def our_store(folder: Path, threads: int) -> Iterator[Callable[[], None]]:
    """Give the store, used by so many threads at once."""
    url = f"sqlite:///{folder}/store-{threads}.db"
    key = DataKey(b"k" * 32)
    with (
        Store.open(url, key, SystemClock()) as store,
        ThreadPoolExecutor(threads) as pool,
    ):
        store.migrate()

        def run() -> None:
            for done in [pool.submit(unit, store) for _ in range(UNITS)]:
                done.result()

        yield run


def show_rate(lines: list[Line]) -> None:
    """Say the same as units per second."""
    for line in lines:
        print(f"  {line.name:28s} {UNITS * 1e6 / line.median_us:8.0f} units per second")


def main() -> None:
    """Measure waiting, then work."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        floor = Candidate("bare sqlite3", stack.enter_context(bare_sqlite(folder)))
        ours = [
            Candidate(
                f"store, {threads} threads" if threads > 1 else "store, 1 thread",
                stack.enter_context(our_store(folder, threads)),
            )
            for threads in THREADS
        ]
        waiting = compare(
            f"{UNITS} durable units by the wall clock",
            floor,
            ours,
            rounds=ROUNDS,
            clock_ns=time.perf_counter_ns,
        )
        show_rate(waiting)
        compare(f"{UNITS} durable units", floor, ours, rounds=ROUNDS)


if __name__ == "__main__":
    main()
