"""A gateway that dies takes nothing with it that it had acknowledged."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ncp.demo.cast import LUXEMBOURG
from ncp.demo.hospital import DoorAnswer, Hospital
from ncp.demo.processes import Neighbours
from ncp.demo.scene import Scene, launch_gateway, set_the_scene
from tests.integration.conftest import serve_all
from tests.integration.envoy import Envoy
from tests.integration.memory import Memory, eventually
from tests.loopback import LOOPBACK, serving


@pytest.fixture(scope="module")
def own_scene(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Scene, Neighbours]]:
    """Two countries that may be killed: nobody else uses them."""
    folder = tmp_path_factory.mktemp("killed")
    with Neighbours() as neighbours:
        yield set_the_scene(neighbours, folder, serve_all), neighbours


def kill(scene: Scene) -> None:
    scene.luxembourg.gateway.process.kill()
    scene.luxembourg.gateway.process.wait()


def test_nothing_acknowledged_is_missing_after_a_kill(own_scene, agreeing):
    scene, _ = own_scene
    luxembourg = scene.luxembourg
    envoy = Envoy(luxembourg.international_door, scene.portugal.pki, luxembourg.pki)
    acknowledged: list[str] = []
    stop = threading.Event()

    def ask_until_it_dies() -> None:
        while not stop.is_set():
            try:
                reply = envoy.identify(agreeing)
            except (OSError, HTTPException):
                return
            assert reply.status == 200
            acknowledged.append(reply.message_id)

    askers = [threading.Thread(target=ask_until_it_dies) for _ in range(3)]
    for asker in askers:
        asker.start()
    eventually(lambda: len(acknowledged) >= 12)
    kill(scene)
    stop.set()
    for asker in askers:
        asker.join()
    memory = Memory(luxembourg.ground)
    try:
        recorded = {record.message_id for record in memory.messages()}
        assert set(acknowledged) <= recorded
        events = [entry for entry in memory.trail() if entry.event == "ITI-55"]
        assert len(events) >= len(acknowledged)
    finally:
        memory.close()


class _SlowServer(BaseHTTPRequestHandler):
    """A national server that never comes to an end."""

    asked = threading.Event()

    def do_GET(self) -> None:
        type(self).asked.set()
        time.sleep(30)

    do_POST = do_GET  # noqa: N815 - the base class's way to name a method

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def slow_national_server() -> Iterator[str]:
    _SlowServer.asked.clear()
    with serving(ThreadingHTTPServer(LOOPBACK, _SlowServer)) as server:
        yield f"http://127.0.0.1:{server.server_port}"


def test_country_b_tells_its_caller_when_country_a_dies(
    own_scene, slow_national_server, agreeing, tmp_path
):
    scene, neighbours = own_scene
    ground = scene.luxembourg.ground
    settings = ground.settings.read_text(encoding="utf-8")
    kill(scene)
    # The same country A, at the same address, before a national server that hangs.
    ground.settings.write_text(
        settings.replace(scene.national_server, slow_national_server),
        encoding="utf-8",
    )
    ground.ready.unlink()
    again = launch_gateway(neighbours, "country A again", ground).wait()
    portugal = scene.portugal
    hospital = Hospital(
        portugal.national_door, portugal.tokens.professional, tmp_path / "hospital"
    )
    answers: list[DoorAnswer] = []
    asking = threading.Thread(
        target=lambda: answers.append(hospital.identify(LUXEMBOURG.code, agreeing))
    )
    asking.start()
    assert _SlowServer.asked.wait(20)
    again.process.kill()
    asking.join(60)
    hospital.close()
    [answer] = answers
    assert answer.is_refusal
    problem = answer.json()
    assert problem["type"].endswith("peer-unreachable")
    assert problem["remedy"]
    assert agreeing.extension not in answer.body.decode()
    memory = Memory(portugal.ground)
    try:
        record = memory.newest()
        assert record.condition == "peer-unreachable"
        assert memory.trail()[-1].outcome != 0
    finally:
        memory.close()
