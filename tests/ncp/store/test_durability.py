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
from pathlib import Path

import pytest

from ncp.store import DataKey, Store

REPOSITORY = Path(__file__).resolve().parents[3]

# Several threads commit without end; a line on stdout acknowledges each commit.
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

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    """
)


def killed_after(database: Path, acknowledgements: int) -> list[str]:
    """Run the child, kill it in the middle of its work, return what it had said."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, f"sqlite:///{database}"],
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
    database, clock, acknowledgements
):
    acknowledged = killed_after(database, acknowledgements)
    assert len(acknowledged) >= acknowledgements

    with Store.open(f"sqlite:///{database}", DataKey(b"k" * 32), clock) as store:
        store.migrate()
        messages = {each.record.message_id: each for each in store.messages()}
        audits = {entry.exchange_id: entry for entry in store.audit_trail()}
    assert set(acknowledged) <= set(messages)
    for name, message in messages.items():
        # Message and audit were committed as one: never the one without the other.
        assert name.encode() in audits[message.exchange_id].dicom
    assert len(audits) == len(messages)
    assert integrity(database) == "ok"


def integrity(database: Path) -> str:
    connection = sqlite3.connect(database)
    try:
        return connection.execute("PRAGMA integrity_check").fetchone()[0]
    finally:
        connection.close()
