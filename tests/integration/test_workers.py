"""Several processes are one gateway: what one of them knows, the others know."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.end_to_end.client import KeptConnection
from benchmarks.end_to_end.messages import Doctor, Message
from benchmarks.end_to_end.scene import Scene, running
from ncp.demo.countries import Ground
from ncp.exchange import HttpPayload
from tests.capabilities import missing

CORES = len(os.sched_getaffinity(0))


@pytest.fixture(scope="module")
def scene(tmp_path_factory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("workers")
    doors = {"workers": 2, "own_cores": CORES >= 2}
    with running(folder, {"doors": doors}) as one:
        yield one


@pytest.fixture
def pair(scene) -> Iterator[tuple[KeptConnection, KeptConnection]]:
    """Two connections, which is one to each process."""
    with (
        KeptConnection(scene.port, scene.pki, scene.peer) as one,
        KeptConnection(scene.port, scene.pki, scene.peer) as other,
    ):
        yield one, other


def workers(supervisor: int) -> list[int]:
    children = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text()
    return [int(pid) for pid in children.split()]


def told(scene: Scene, path: str) -> str:
    token = (scene.ground.folder / "operator.token").read_text().strip()
    url = scene.gateway.ready["doors"]["operations"]["url"] + path
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request) as answer:
        return str(answer.read().decode())


def question(scene: Scene) -> Message:
    return next(Doctor(scene.peer.seal, scene.source.patient).session())


def audit(ground: Ground, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["-m", "ncp.cli.main", "audit", *arguments]
    settings = ["--settings", str(ground.settings)]
    return subprocess.run(
        [sys.executable, *command, *settings],
        capture_output=True,
        text=True,
        check=False,
    )


def changed(message: Message) -> Message:
    """Ask about somebody else under the same message id."""
    body = message.payload.body
    marker = b'extension="'
    place = body.rindex(marker, 0, body.index(b"livingSubjectId>") + 400)
    other = body[: place + len(marker)] + b"9" + body[place + len(marker) + 1 :]
    return replace(message, payload=HttpPayload(message.payload.content_type, other))


def count(scene: Scene, service: str) -> float:
    line = (
        f'ncp_requests_total{{door="international",service="{service}",status="200"}}'
    )
    lines = told(scene, "/metrics").splitlines()
    return next(float(each.rpartition(" ")[2]) for each in lines if line in each)


def test_what_both_have_answered_is_counted_as_one(scene, pair):
    for connection in pair:
        connection.ask(question(scene).wire)
    before = count(scene, "XCPD")
    for connection in pair:
        connection.ask(question(scene).wire)
    assert count(scene, "XCPD") == before + 2


@pytest.mark.spec("ARCHITECTURE Duplicates")
def test_a_message_id_used_at_one_process_is_known_to_the_other(scene, pair):
    one, other = pair
    message = question(scene)
    _, first = one.ask(message.wire)
    _, again = other.ask(message.wire)
    assert b"subject1" in first
    assert b"subject1" in again
    with pytest.raises(RuntimeError, match="answered"):
        other.ask(changed(message).wire)
    assert "message-id-reused" in scene.gateway.log.read_text()


def test_readiness_speaks_of_all_of_them(scene):
    assert "2 of 2 workers are ready" in told(scene, "/health/ready")


def affinities(pid: int) -> set[frozenset[int]]:
    tasks = [int(task.name) for task in Path(f"/proc/{pid}/task").iterdir()]
    return {frozenset(os.sched_getaffinity(task)) for task in tasks}


def test_each_worker_stays_on_a_core_of_its_own_and_the_supervisor_on_none(scene):
    if CORES < 2:
        missing("a second core", "give the tests two cores")
    usable = os.sched_getaffinity(0)
    assert affinities(scene.pid) == {frozenset(usable)}
    first, second = map(affinities, workers(scene.pid))
    assert {*first, *second} == {frozenset({core}) for core in sorted(usable)[:2]}
    assert len(first) == len(second) == 1
    assert "each on a core of its own" in told(scene, "/health/ready")
    assert scene.gateway.log.read_text().count('"core.bound"') == 2


def test_a_worker_that_is_killed_leaves_a_whole_log(scene, pair):
    for connection in pair:
        connection.ask(question(scene).wire)
    os.kill(workers(scene.pid)[0], signal.SIGKILL)
    answered = 0
    for connection in pair:
        try:
            connection.ask(question(scene).wire)
        except OSError:
            continue
        answered += 1
    assert answered == 1
    with KeptConnection(scene.port, scene.pki, scene.peer) as fresh:
        fresh.ask(question(scene).wire)
    verified = audit(scene.ground, "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
