"""Fifty times the same dispensation at once, over the wire: one national write.

The gateway is two processes; the connections are spread over both. The register holds
its first write back until the others are on their way.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from benchmarks.end_to_end.client import KeptConnection
from benchmarks.end_to_end.messages import HOST, post
from benchmarks.end_to_end.scene import start_gateway
from ncp.demo.cast import LUXEMBOURG, PORTUGAL
from ncp.demo.countries import XDR_PATH, Ground
from ncp.demo.pki import CountryPki, make_pki
from ncp.demo.processes import Neighbour, Neighbours
from ncp.exchange import HttpPayload
from ncp.ihe.codes import ResponseStatus
from ncp.ihe.iti41_xdr import read_submission_response
from ncp.ihe.soap import read_response
from ncp.national.sample_country import start
from tests.integration.envoy import Envoy
from tests.integration.held_register import HeldRegister
from tests.integration.memory import Memory
from tests.integration.test_dispensations import provision
from tests.integration.test_workers import audit, workers
from tests.ncp.country_a.submissions import submission
from tests.ncp.country_a.test_dispensing_on_the_wire import ELISE, of
from tests.postgresql import new_database
from trust.xml import exclusive_c14n

MANY = 50
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Stage:
    """A gateway of two processes before a register that is slow to write."""

    register: HeldRegister
    ground: Ground
    pki: CountryPki
    peer: CountryPki
    gateway: Neighbour

    @property
    def port(self) -> int:
        return int(self.gateway.ready["doors"]["international"]["port"])

    def connect(self, stack: ExitStack, number: int) -> list[KeptConnection]:
        """Open connections, of which both processes have some."""
        before = self._open()
        made = [
            stack.enter_context(KeptConnection(self.port, self.pki, self.peer))
            for _ in range(number)
        ]
        after = self._open()
        assert len(after) == 2
        assert all(after[pid] > before[pid] for pid in after)
        return made

    def _open(self) -> dict[int, int]:
        """Count the descriptors that each process of the gateway has open."""
        return {
            pid: len(list(Path(f"/proc/{pid}/fd").iterdir()))
            for pid in workers(self.gateway.process.pid)
        }

    def messages(self, prescription: str) -> dict[str, bytes]:
        """One dispensation as fifty messages by their ids, each newly vouched for."""
        envoy = Envoy(f"https://{HOST}:{self.port}", self.peer, self.pki)
        sent = submission(of(next(_numbers), prescription))
        made = (provision(envoy, ELISE, sent) for _ in range(MANY))
        return {name: post(XDR_PATH, payload) for payload, name in made}

    def recorded(self) -> list[str]:
        with closing(Memory(self.ground)) as memory:
            return [each.message_id for each in memory.messages()]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("fifty")
    lu, pt = make_pki(
        folder / "pki", (LUXEMBOURG.code, PORTUGAL.code), datetime.now(UTC)
    )
    ground = Ground.at(folder / "country-a")
    register = HeldRegister()
    server = start(register.app())
    with Neighbours() as neighbours:
        changes = settings(request.param)
        gateway = start_gateway(neighbours, ground, (lu, pt), server.url, changes)
        yield Stage(register, ground, lu, pt, gateway)
    server.stop()


def settings(database: str) -> dict[str, dict[str, Any]]:
    store = {"store": {"url": new_database()}} if database == "postgresql" else {}
    return {
        "doors": {"workers": 2},
        "national": {"dispensations": {"register_name": "fhir"}},
        "prescriptions": {"offered": True},
        **store,
    }


@dataclass(frozen=True)
class Told:
    """An answer without its envelope."""

    status: ResponseStatus
    body: bytes

    @classmethod
    def read(cls, head: bytes, body: bytes) -> Told:
        headers = message_from_bytes(head.partition(b"\r\n")[2])
        message = read_response(HttpPayload(headers["Content-Type"], body))
        status = read_submission_response(message.body).status
        return cls(status, exclusive_c14n(message.body))


def assert_one_write(
    stage: Stage, prescription: str, sent: Collection[str], told: Sequence[Told]
) -> None:
    """Check what the register holds, what was answered, and what is on record."""
    register = stage.register
    assert register.writes == 1
    assert len(register.dispensations(prescription)) == 1
    assert register.prescription(prescription)["meta"]["versionId"] == "2"
    assert told == [told[0]] * MANY
    assert told[0].status is ResponseStatus.SUCCESS
    assert sorted(each for each in stage.recorded() if each in sent) == sorted(sent)
    verified = audit(stage.ground, "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.mark.spec("fifty submissions at once are one write")
def test_fifty_in_two_pipelines_are_one_write(stage):
    prescription = stage.register.prescribe(expected=2)
    messages = stage.messages(prescription)
    wires = list(messages.values())

    def speak(connection: KeptConnection, own: list[bytes]) -> list[Told]:
        for wire in own:
            connection.send(wire)
            stage.register.note_sent()
        return [Told.read(*connection.receive()) for _ in own]

    with ExitStack() as stack, ThreadPoolExecutor(2) as both:
        pair = stage.connect(stack, 2)
        halves = both.map(speak, pair, (wires[::2], wires[1::2]))
        told = [each for half in halves for each in half]
    assert_one_write(stage, prescription, messages, told)


@pytest.mark.spec("fifty submissions at once are one write")
def test_fifty_on_as_many_connections_are_one_write(stage):
    prescription = stage.register.prescribe(expected=MANY)
    messages = stage.messages(prescription)

    with ExitStack() as stack:
        connections = stage.connect(stack, MANY)
        for connection, wire in zip(connections, messages.values(), strict=True):
            connection.send(wire)
            stage.register.note_sent()
        told = [Told.read(*connection.receive()) for connection in connections]
    assert_one_write(stage, prescription, messages, told)
