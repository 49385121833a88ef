"""Two processes on one store: one log, without gap or fork."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from ncp.store import DataKey, Store
from tests.ncp.store.seals import SEAL
from tests.ncp.store.test_durability import Shifted
from tests.ncp.store.test_record_log import record

REPOSITORY = Path(__file__).resolve().parents[3]
EACH = 20

# Records and gives places, its own and the other's, until it has done enough of both.
BUSY = textwrap.dedent(
    f"""
    import sys
    from ncp.ports import SystemClock
    from ncp.store import DataKey, Store, StoreUnavailable
    from tests.ncp.store.test_record_log import record

    store = Store.open(sys.argv[1], DataKey(b"k" * 32), SystemClock())
    print("ready", flush=True)
    sys.stdin.readline()
    own = placed = 0
    while min(own, placed) < {EACH}:
        try:
            record(store)
            own += 1
            placed += store.log.sequence() or 0
            store.log.release()
        except StoreUnavailable:
            pass  # the other one had the database for too long
    store.close()
    print(own, flush=True)
    """
)

# Takes the turn and is stopped; then goes on as if nothing had happened.
STOPPED = textwrap.dedent(
    """
    import os, signal, sys
    from functools import partial
    from ncp.ports import SystemClock
    from ncp.store import DataKey, Store
    from ncp.store.lease import LeaseLost

    store = Store.open(sys.argv[1], DataKey(b"k" * 32), SystemClock())
    lease = store.log._lease()
    os.kill(os.getpid(), signal.SIGSTOP)
    try:
        store._writer.submit(partial(store.log._append, lease))
    except LeaseLost:
        print("fenced off", flush=True)
    """
)


def start(program: str, url: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )


def open_later(url: str) -> Store:
    """Open the store when every lease of today is over."""
    return Store.open(url, DataKey(b"k" * 32), Shifted(timedelta(minutes=5)))


@pytest.mark.timeout(600)
@pytest.mark.spec("ARCHITECTURE: one sequencer under a database lease")
def test_two_processes_carry_one_log_on(url, open_store):
    open_store().close()
    busy = [start(BUSY, url) for _ in range(2)]
    assert [each.stdout.readline() for each in busy] == ["ready\n"] * 2
    said = [each.communicate()[0] for each in _told(busy)]
    assert [each.returncode for each in busy] == [0, 0]

    with open_later(url) as store:
        store.log.sequence()
        store.log.sign(SEAL)
        report = store.verify([SEAL.certificate])
        exchanges = len(list(store.messages()))
    assert report.is_intact
    assert (report.size, report.waiting) == (2 * exchanges, 0)
    assert exchanges >= sum(map(int, said)) >= 2 * EACH


def _told(processes):
    """Tell all of them to begin before anybody is waited for."""
    for each in processes:
        each.stdin.write("go\n")
        each.stdin.flush()
    return processes


@pytest.mark.timeout(600)
@pytest.mark.spec("ARCHITECTURE: one sequencer under a database lease")
def test_a_process_that_was_stopped_with_the_turn_is_fenced_off(url, open_store):
    record(open_store(), 2)
    asleep = start(STOPPED, url)
    assert os.WIFSTOPPED(os.waitpid(asleep.pid, os.WUNTRACED)[1])

    with open_later(url) as store, woken_up(asleep):
        assert store.log.sequence() == 4
        record(store)
        asleep.send_signal(signal.SIGCONT)
        assert asleep.communicate()[0] == "fenced off\n"
        assert store.log.waiting() == 2
        assert store.log.sequence() == 2
        assert store.verify([]).is_intact


@contextmanager
def woken_up(process: subprocess.Popen[str]) -> Iterator[None]:
    """Leave nobody asleep behind, whatever happens."""
    try:
        yield
    finally:
        process.kill()
        process.communicate()
