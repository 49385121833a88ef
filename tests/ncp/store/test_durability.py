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

REPOSITORY = Path(__file__).resolve().parents[3]

# Several threads commit without end; a line on stdout acknowledges each commit. One
# more gives what was committed its place in the log meanwhile.
CHILD = textwrap.dedent(
    """
    import os, sys, threading
    from pathlib import Path
    from ncp.ports import SystemClock
    from ncp.store import DataKey, Store
    from tests.ncp.audit.samples import exchange
    from tests.ncp.store.samples import message

    store = Store.open(sys.argv[1], DataKey(b"k" * 32), SystemClock())
    store.migrate()

    def work(worker):
        for number in range(1_000_000):
            name = f"urn:{worker}:{number}"
            with store.unit_of_work() as unit:
                unit.message(message(message_id=name))
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


def killed_after(url: str, acknowledgements: int) -> list[str]:
    """Run the child, kill it in the middle of its work, return what it had said."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, url],
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
        assert enough.wait(30), "the child acknowledged nothing"
        time.sleep(random.uniform(0, 0.02))
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
        reader.join()
        child.stdout.close()
    # A line cut short by the kill was not yet said.
    return [line.decode().strip() for line in lines if line.endswith(b"\n")]


@pytest.mark.spec("ARCHITECTURE: nothing that was acknowledged is lost")
@pytest.mark.parametrize("acknowledgements", [20, 150])
def test_after_kill_9_everything_acknowledged_is_found_again(
    url, backend, database, acknowledgements
):
    acknowledged = killed_after(url, acknowledgements)
    assert len(acknowledged) >= acknowledgements

    with Store.open(url, DataKey(b"k" * 32), Later()) as store:
        store.migrate()
        messages = {each.record.message_id: each for each in store.messages()}
        audits = {entry.exchange_id: entry for entry in store.audit_trail()}
    assert set(acknowledged) <= set(messages)
    for name, message in messages.items():
        # Message and audit were committed as one: never the one without the other.
        assert name.encode() in audits[message.exchange_id].dicom
    assert len(audits) == len(messages)
    assert backend != "sqlite" or integrity(database) == "ok"


@pytest.mark.spec("ARCHITECTURE: the log")
def test_after_kill_9_the_log_goes_on_without_gap_or_fork(url, backend):
    assert killed_after(url, 40)
    with Store.open(url, DataKey(b"k" * 32), Later()) as store:
        before = store.verify([])
        assert before.is_intact
        assert store.log.sequence() == before.waiting
        after = store.verify([])
        assert after.is_intact
        assert (after.size, after.waiting) == (before.size + before.waiting, 0)


class Later:
    """The clock of somebody who comes when the lease of the dead process is over."""

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(minutes=5)


def integrity(database: Path) -> str:
    connection = sqlite3.connect(database)
    try:
        return connection.execute("PRAGMA integrity_check").fetchone()[0]
    finally:
        connection.close()
