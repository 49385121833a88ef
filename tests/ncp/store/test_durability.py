"""Processes are killed in the middle of recording; whatever they had said is there.

``make chaos`` kills more of them, NCP_CHAOS_RECORD_KILLS on each database.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ncp.store import DataKey, Store
from tests.ncp.store.seals import SEAL

KILLS = int(os.environ.get("NCP_CHAOS_RECORD_KILLS", "3"))
REPOSITORY = Path(__file__).resolve().parents[3]
KEY = DataKey(b"k" * 32)
# Longer than a lease lasts: the dead hold it no more when somebody comes.
APART = timedelta(minutes=5)

# Several threads commit without end; a line on stdout acknowledges each commit. One
# more gives what was committed its place in the log meanwhile.
CHILD = textwrap.dedent(
    """
    import os, sys, threading
    from ncp.evidence import ExchangeEvidence, WireMessage
    from ncp.store import DataKey, Store
    from tests.ncp.audit.samples import exchange
    from tests.ncp.store.samples import message
    from tests.ncp.store.test_durability import APART, Shifted

    url, life = sys.argv[1], int(sys.argv[2])
    store = Store.open(url, DataKey(b"k" * 32), Shifted(2 * life * APART))
    store.migrate()

    def work(worker):
        for number in range(1_000_000):
            name = f"urn:{life}:{worker}:{number}"
            evidence = ExchangeEvidence(WireMessage.of(name.encode(), name), None)
            with store.unit_of_work() as unit:
                unit.message(message(message_id=name, evidence=evidence))
                unit.audit(exchange(request_message_id=name))
                unit.commit()
            os.write(1, f"{name}\\n".encode())

    def sequence():
        while True:
            store.log.sequence()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    threads.append(threading.Thread(target=sequence))
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    """
)


class Shifted:
    """A clock that is ahead."""

    def __init__(self, by: timedelta) -> None:
        self._by = by

    def now(self) -> datetime:
        return datetime.now(UTC) + self._by


def killed_after(url: str, life: int, acknowledgements: int) -> list[str]:
    """Run the child, kill it in the middle of its work, return what it had said."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, url, str(life)],
        stdout=subprocess.PIPE,
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    lines: list[bytes] = []
    enough = threading.Event()

    def read():
        for line in child.stdout:
            lines.append(line)
            if len(lines) >= acknowledgements:
                enough.set()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        assert enough.wait(300), "the child acknowledged nothing"
        time.sleep(random.uniform(0, 0.02))
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
        reader.join()
        child.stdout.close()
    # A line cut short by the kill was not yet said.
    return [line.decode().strip() for line in lines if line.endswith(b"\n")]


@pytest.mark.timeout(900)
@pytest.mark.spec("ARCHITECTURE: nothing that was acknowledged is lost")
def test_after_each_kill_9_all_that_was_acknowledged_is_there_and_the_log_goes_on(
    url, backend, database
):
    acknowledged: set[str] = set()
    for life in range(KILLS):
        acknowledged.update(killed_after(url, life, random.randint(1, 150)))
        with Store.open(url, KEY, Shifted((2 * life + 1) * APART)) as store:
            goes_on(store)
            assert acknowledged <= complete_exchanges(store)
            store.log.release()
        assert backend != "sqlite" or integrity(database) == "ok"


def goes_on(store: Store) -> None:
    """Verify the log, carry it on without gap or fork, and sign what it is now."""
    seals = [SEAL.certificate]
    before = store.verify(seals)
    assert before.is_intact
    assert store.log.sequence() == before.waiting
    assert store.log.sign(SEAL) is not None
    after = store.verify(seals)
    assert after.is_intact
    assert (after.size, after.waiting) == (before.size + before.waiting, 0)


def complete_exchanges(store: Store) -> set[str]:
    """Return the message ids; none without its evidence and its one audit event."""
    audits = {entry.exchange_id: entry for entry in store.audit_trail()}
    names = set()
    for message in store.messages():
        name = message.record.message_id
        assert message.record.evidence.request.message_id == name
        assert name.encode() in audits.pop(message.exchange_id).dicom
        names.add(name)
    assert not audits  # nor an event without its message
    return names


def integrity(database: Path) -> str:
    connection = sqlite3.connect(database)
    try:
        return connection.execute("PRAGMA integrity_check").fetchone()[0]
    finally:
        connection.close()
