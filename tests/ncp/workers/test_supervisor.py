"""Connections are spread, the dead are replaced, and nobody outlives a stop."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PATIENCE_S = 20


def until(holds: Callable[[], object], sentence: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, sentence
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


class Client:
    """A kept connection to whichever worker got it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)

    def ask(self, path: str = "/") -> tuple[int, str]:
        """Return the worker's pid and how many it says are ready."""
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        received = b""
        while b"\r\n\r\n" not in received or not received.endswith(b"2"):
            data = self.socket.recv(4096)
            if not data:
                raise ConnectionError
            received += data
        pid, fleet = received.rpartition(b"\r\n\r\n")[2].split()
        return int(pid), fleet.decode()

    def close(self) -> None:
        self.socket.close()


class Played:
    """The supervisor's process."""

    def __init__(self, folder: Path, beginning: str = "well") -> None:
        self.ready = folder / "ready.json"
        self.folder = folder
        self.clients: list[Client] = []
        arguments = ["-m", "tests.ncp.workers.played", str(self.ready), "2", beginning]
        self.process = subprocess.Popen(
            [sys.executable, *arguments], stdout=subprocess.PIPE, text=True
        )

    @property
    def port(self) -> int:
        until(self.ready.exists, "the doors open")
        return json.loads(self.ready.read_text())["doors"]["national"]["port"]

    def client(self) -> Client:
        self.clients.append(Client(self.port))
        return self.clients[-1]

    def pids(self, number: int) -> list[int]:
        return [self.client().ask()[0] for _ in range(number)]

    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def numbered(self) -> dict[str, int]:
        """Return the process that was the last to begin under each number."""
        files = sorted(self.folder.glob("worker-*"))
        return {each.name: int(each.read_text() or 0) for each in files}

    def end(self) -> tuple[int, str]:
        out, _ = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, out


@pytest.fixture
def played(tmp_path) -> Iterator[Played]:
    one = Played(tmp_path)
    yield one
    for client in one.clients:
        client.close()
    with contextlib.suppress(ProcessLookupError):
        one.process.terminate()
    assert one.end()[0] in {0, 2, -signal.SIGKILL}


@pytest.mark.spec("08 8.4")
def test_two_kept_connections_are_answered_by_two_processes(played):
    for _ in range(3):
        assert len(set(played.pids(2))) == 2


def test_a_connection_goes_to_the_worker_that_has_the_fewest(played):
    clients = [played.client() for _ in range(4)]
    served = [client.ask()[0] for client in clients]
    assert sorted(Counter(served).values()) == [2, 2]
    left = served[0]
    for client, pid in zip(clients, served, strict=True):
        if pid == left:
            client.close()
    time.sleep(1)
    assert played.pids(2) == [left, left]


def test_a_worker_that_ends_is_replaced_and_the_others_serve_on(played):
    first, second = played.client(), played.client()
    ended, stayed = first.ask()[0], second.ask()[0]
    os.kill(ended, signal.SIGKILL)
    assert second.ask()[0] == stayed
    until(lambda: ended not in played.workers(), "the dead is buried")
    until(
        lambda: played.client().ask()[0] not in {ended, stayed},
        "another one serves in its place",
    )


def test_who_replaces_a_worker_has_its_number(played):
    played.port  # noqa: B018 - waits until all are there
    before = played.numbered()
    assert set(before) == {"worker-0", "worker-1"}
    assert set(before.values()) == set(played.workers())
    os.kill(before["worker-0"], signal.SIGKILL)
    until(
        lambda: played.numbered()["worker-0"] not in {0, before["worker-0"]},
        "another one has begun under the same number",
    )
    assert played.numbered()["worker-1"] == before["worker-1"]


def test_a_worker_that_hangs_is_replaced_and_the_others_serve_on(played):
    first, second = played.client(), played.client()
    hung, stayed = first.ask()[0], second.ask()[0]
    os.kill(hung, signal.SIGSTOP)
    until(lambda: hung not in played.workers(), "who says nothing is killed")
    until(lambda: len(played.workers()) == 2, "another one is started")
    assert second.ask()[0] == stayed


def test_what_is_ready_is_told_to_the_workers(played):
    client = played.client()
    until(lambda: client.ask()[1] == "2/2", "both are ready")


def test_workers_that_end_again_and_again_stop_everything(played):
    for _ in range(5):
        with contextlib.suppress(ConnectionError):
            played.client().ask("/end")
        time.sleep(0.1)
    status, out = played.end()
    assert status == 2
    assert "ended 5 times" in out


def test_a_worker_that_does_not_begin_is_an_error_and_no_door_opens(tmp_path):
    one = Played(tmp_path, "badly")
    status, out = one.end()
    assert (status, out) == (2, "A worker ended before it was ready.\n")
    assert not one.ready.exists()


def test_a_stop_lets_requests_finish_and_leaves_no_process(played):
    client = played.client()
    workers = played.workers()
    client.socket.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
    time.sleep(0.4)
    played.process.terminate()
    received = b""
    while data := client.socket.recv(4096):
        received += data
    assert b"200 OK" in received
    assert played.end()[0] == 0
    assert not any(map(is_alive, workers))


def test_workers_end_when_their_supervisor_is_killed(played):
    played.port  # noqa: B018 - waits until all are there
    workers = played.workers()
    assert len(workers) == 2
    played.process.kill()
    until(lambda: not any(map(is_alive, workers)), "the workers end by themselves")


def test_a_hang_up_reaches_every_worker(played):
    played.port  # noqa: B018 - waits until all are there
    workers = played.workers()
    played.process.send_signal(signal.SIGHUP)
    until(
        lambda: all((played.folder / str(pid)).exists() for pid in workers),
        "every worker hears it",
    )
