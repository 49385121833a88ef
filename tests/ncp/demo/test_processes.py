"""Nothing that the demo started outlives it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from ncp.demo import processes
from ncp.demo.processes import DemoError, Neighbours
from tests.capabilities import REPOSITORY

SLEEPER = """
import json, os, signal, sys, time
if "deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
with open(sys.argv[1] + ".part", "w") as file:
    json.dump({"pid": os.getpid()}, file)
os.replace(sys.argv[1] + ".part", sys.argv[1])
time.sleep(600)
"""
# Starts a sleeper the way the demo does, then waits for a signal.
HOLDER = """
import sys, time
from pathlib import Path
from ncp.demo.processes import Neighbours
folder = Path(sys.argv[1])
try:
    with Neighbours() as neighbours:
        ready = folder / "ready"
        neighbours.launch("sleeper", ["sleeper", str(ready)], folder, ready).wait()
        print("holding", flush=True)
        time.sleep(600)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.fixture
def sleeper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "sleeper.py").write_text(textwrap.dedent(SLEEPER))
    path = f"{tmp_path}{os.pathsep}{REPOSITORY}"
    monkeypatch.setenv("PYTHONPATH", path)
    return tmp_path


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def start(neighbours: Neighbours, folder: Path, *extra: str):
    ready = folder / "ready"
    arguments = ["sleeper", str(ready), *extra]
    return neighbours.launch("sleeper", arguments, folder, ready).wait()


def test_the_end_of_the_block_stops_what_was_started(sleeper):
    with Neighbours() as neighbours:
        pid = start(neighbours, sleeper).ready["pid"]
        assert is_alive(pid)
    assert not is_alive(pid)


def test_an_error_stops_what_was_started(sleeper):
    def begin_and_fail() -> None:
        with Neighbours() as neighbours:
            start(neighbours, sleeper)
            raise LookupError

    with pytest.raises(LookupError):
        begin_and_fail()
    pid = json.loads((sleeper / "ready").read_text())["pid"]
    assert not is_alive(pid)


def test_who_does_not_listen_is_killed(sleeper, monkeypatch):
    monkeypatch.setattr(processes, "STOP_TIMEOUT_S", 0.2)
    with Neighbours() as neighbours:
        pid = start(neighbours, sleeper, "deaf").ready["pid"]
    assert not is_alive(pid)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_demo_stops_what_was_started(sleeper, number):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(sleeper)], stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"holding\n"
        pid = json.loads((sleeper / "ready").read_text())["pid"]
        holder.send_signal(number)
        assert holder.wait(timeout=20) == 128 + number
    deadline = time.monotonic() + 30
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(pid)


def test_a_neighbour_that_ends_early_shows_its_last_words(sleeper):
    (sleeper / "quitter.py").write_text("raise SystemExit('no such settings')")
    with (
        Neighbours() as neighbours,
        pytest.raises(DemoError, match="no such settings"),
    ):
        neighbours.launch("quitter", ["quitter"], sleeper, sleeper / "ready").wait()


def test_the_callers_own_settings_do_not_reach_a_neighbour(monkeypatch):
    monkeypatch.setenv("NCP_GATEWAY__COUNTRY", "FR")
    assert "NCP_GATEWAY__COUNTRY" not in processes._environment()
