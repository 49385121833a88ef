"""One round: the exchanges end to end, then all their parts alone, in turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial

from benchmarks.end_to_end.at_hand import AtHand, at_hand
from benchmarks.end_to_end.client import KeptConnection
from benchmarks.end_to_end.messages import Doctor, Message, zeros
from benchmarks.end_to_end.meter import Cost, clock_of, cost_of
from benchmarks.end_to_end.national import BareLine
from benchmarks.end_to_end.report import Sheet
from benchmarks.end_to_end.scene import Scene
from benchmarks.end_to_end.stages import AFTER, BEFORE, USE_CASE, Case, Stage, answer
from ncp.exchange import HttpPayload
from ncp.ihe.document_list import read_document_query_response
from ncp.ihe.soap import read_response
from trust.identifiers import Oid

HTTP = "HTTP and TLS, the same sizes"
PLACES = "give the records their places in the log"
NATIONAL = "the same requests to the national server"


@dataclass(frozen=True, slots=True)
class Measuring:
    """Whatever a round needs; connections stay open over all rounds."""

    scene: Scene
    here: AtHand
    gateway: KeptConnection
    echo: KeptConnection
    national: BareLine

    def exchange(self, sheet: Sheet, messages: Sequence[Message]) -> None:
        """Measure some messages of one transaction, and all parts of it."""
        asks = [partial(self.gateway.ask, message.wire) for message in messages]
        whole = cost_of(asks, clock_of(self.scene.pid))
        cases = [Case(self.here, message) for message in messages]
        parts = {HTTP: self._http(messages)}
        parts.update(_stages(BEFORE, cases))
        parts[NATIONAL] = self._national(cases)
        parts.update(_stages(USE_CASE[messages[0].transaction], cases))
        parts.update(_stages(AFTER, cases))
        parts[PLACES] = self._places(len(cases))
        sheet.note(whole, parts)

    def _places(self, number: int) -> Cost:
        """Take up into the log what was recorded: nobody waits, but a core works."""
        cost = cost_of([self.here.log.sequence])
        return Cost(cost.cpu_us / number, 0.0)

    def _http(self, messages: Sequence[Message]) -> Cost:
        size = self.gateway.last_length
        asks = [
            partial(self.echo.ask, zeros(len(message.payload.body), size))
            for message in messages
        ]
        return cost_of(asks, clock_of(self.scene.echo.process.pid))

    def _national(self, cases: Sequence[Case]) -> Cost:
        """Answer once, which sets up every stage; measure what was asked of whom."""
        with self.here.line.noting() as asked:
            for case in cases:
                answer(case)
        asks = [partial(self.national.ask, each) for each in asked]
        cost = cost_of(asks)
        share = len(asked) / len(cases)
        return Cost(cost.cpu_us * share, cost.wall_us * share)


def _stages(
    stages: Sequence[tuple[str, Stage]], cases: Sequence[Case]
) -> Iterator[tuple[str, Cost]]:
    for name, stage in stages:
        yield name, cost_of([partial(stage, case) for case in cases])


@contextmanager
def measuring(scene: Scene) -> Iterator[Measuring]:
    """Open the connections, and put the stages together."""
    with ExitStack() as stack:
        yield Measuring(
            scene,
            stack.enter_context(at_hand(scene)),
            stack.enter_context(KeptConnection(scene.port, scene.pki, scene.peer)),
            stack.enter_context(KeptConnection(scene.echo_port, scene.pki, scene.peer)),
            stack.enter_context(closing(BareLine(scene.national_url))),
        )


def first_document(connection: KeptConnection, doctor: Doctor) -> Oid:
    """Ask for the list, and return the id of the coded summary."""
    head, body = b"", b""
    for message in doctor.session():
        head, body = connection.ask(message.wire)
    answer = read_response(HttpPayload(_content_type(head), body))
    listed = read_document_query_response(answer.body)
    return Oid(listed.entries[0].unique_id)


def _content_type(head: bytes) -> str:
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "content-type":
            return value.strip()
    raise RuntimeError("an answer has no content type")
