"""What a second core brings: one worker on one core against two workers on two.

The same two keep-alive connections ask both, each in a thread, with whole sessions
(identify, list, fetch a full summary); the supervisor gives each worker one of them.
Both gateways run beside each other, with ``[doors] own_cores``, and are asked in turn,
round by round.

Two ratios. By the wall clock: how much more is answered in a second. Everything else on
the machine takes part in that one: client, national server, neighbours. By the CPU
clock: how much two cores could answer if they had nothing else to do, which is twice
the CPU time of a message with one worker to that with two, times how evenly the work
fell on the two. The machine's load is told beside them.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.bench_memory import children_of
from benchmarks.end_to_end.client import KeptConnection
from benchmarks.end_to_end.messages import Doctor, Message
from benchmarks.end_to_end.meter import clock_of
from benchmarks.end_to_end.rounds import first_document
from benchmarks.end_to_end.scene import Scene, running, start_stand_in
from benchmarks.goals import Goal, conclude
from benchmarks.harness import REPORTS, Line, keep
from trust.identifiers import Oid

ROUNDS = 7
WARM_UP = 2
CONNECTIONS = 2
SESSIONS = 8
LEAST = 1.7


@dataclass(frozen=True, slots=True)
class Share:
    """What one round took: by the wall clock, and by the CPU clocks.

    ``cpu_ns`` is of each worker; ``others_ns`` of client and national server, which are
    no part of a gateway and take from the same cores.
    """

    messages: int
    wall_ns: int
    cpu_ns: tuple[int, ...]
    others_ns: int

    @property
    def wall_of_one(self) -> float:
        """Time by the clock for each message."""
        return self.wall_ns / self.messages

    @property
    def cpu_of_one(self) -> float:
        """CPU time for each message."""
        return sum(self.cpu_ns) / self.messages

    @property
    def evenness(self) -> float:
        """1 where all workers did the same; 1/n where one of n did everything."""
        return statistics.mean(self.cpu_ns) / max(self.cpu_ns)


@dataclass
class Asked:
    """A gateway with so many workers, its connections, and what it took."""

    scene: Scene
    workers: list[int]
    connections: list[KeptConnection]
    document: Oid
    shares: list[Share] = field(default_factory=list)

    @property
    def doctor(self) -> Doctor:
        """Who asks."""
        return Doctor(self.scene.peer.seal, self.scene.source.patient)

    def cores(self) -> list[set[int]]:
        """Return the cores that each worker may use, by all its threads together."""
        return [
            set().union(*map(os.sched_getaffinity, _tasks(pid))) for pid in self.workers
        ]

    def round(self, pool: ThreadPoolExecutor) -> Share:
        """Ask over all connections at once; messages are made before the clock."""
        doctor = self.doctor
        ready = [
            [each.wire for _ in range(SESSIONS) for each in self._session(doctor)]
            for _ in self.connections
        ]
        others = clock_of(os.getpid(), self.scene.national.process.pid)
        clocks = [others, *(clock_of(pid) for pid in self.workers)]
        before, begun = [clock() for clock in clocks], time.perf_counter_ns()
        list(pool.map(_ask_all, self.connections, ready))
        elapsed = time.perf_counter_ns() - begun
        of_others, *used = (
            clock() - was for clock, was in zip(clocks, before, strict=True)
        )
        return Share(sum(map(len, ready)), elapsed, tuple(used), of_others)

    def _session(self, doctor: Doctor) -> Iterator[Message]:
        return doctor.session(self.document)


def _tasks(pid: int) -> list[int]:
    return [int(task.name) for task in Path(f"/proc/{pid}/task").iterdir()]


def _ask_all(connection: KeptConnection, wires: Sequence[bytes]) -> None:
    for wire in wires:
        connection.ask(wire)


@contextmanager
def asked(folder: Path, workers: int) -> Iterator[Asked]:
    """Start a gateway, and open the connections."""
    with ExitStack() as stack:
        settings = {"doors": {"workers": workers, "own_cores": True}}
        scene = stack.enter_context(running(folder, settings, start_stand_in))
        connections = [
            stack.enter_context(KeptConnection(scene.port, scene.pki, scene.peer))
            for _ in range(CONNECTIONS)
        ]
        doctor = Doctor(scene.peer.seal, scene.source.patient)
        # Each is used at once: one on which nothing is asked is soon cut off.
        documents = [first_document(each, doctor) for each in connections]
        answering = [scene.pid] if workers == 1 else children_of(scene.pid)
        yield Asked(scene, answering, connections, documents[0])


def measure(one: Asked, two: Asked) -> None:
    """Ask both in turn."""
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for number in range(-WARM_UP, ROUNDS):
            for each in (one, two) if number % 2 else (two, one):
                share = each.round(pool)
                if number >= 0:
                    each.shares.append(share)


def _line(name: str, ratios: Sequence[float]) -> Line:
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Line(name, 0.0, middle, low, high)


def _told(name: str, asked: Asked) -> str:
    wall = statistics.median(each.wall_of_one for each in asked.shares)
    cpu = statistics.median(each.cpu_of_one for each in asked.shares)
    even = statistics.median(each.evenness for each in asked.shares)
    others = statistics.median(each.others_ns / each.messages for each in asked.shares)
    return (
        f"  {name:<26}  {1e9 / wall:>7.1f} messages per second, {cpu / 1e6:>6.2f} ms "
        f"of CPU each, {others / 1e6:.2f} ms of client and nation, evenness {even:.2f}"
    )


def main() -> None:
    """Measure, tell, keep, and judge the goal."""
    print(f"load of this machine: {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        one = stack.enter_context(asked(Path(folder) / "one", 1))
        two = stack.enter_context(asked(Path(folder) / "two", 2))
        measure(one, two)
    pairs = list(zip(one.shares, two.shares, strict=True))
    wall = _line("by the wall clock", [a.wall_ns / b.wall_ns for a, b in pairs])
    cpu = _line(
        "by the CPU clock",
        [2 * b.evenness * a.cpu_of_one / b.cpu_of_one for a, b in pairs],
    )
    print(f"two cores to one, {CONNECTIONS} kept connections, {ROUNDS} rounds in turn")
    print(_told("one worker, one core", one), _told("two workers", two), sep="\n")
    for line in (wall, cpu):
        print(f"  {line.name}: {line.ratio:.2f} ({line.low:.2f} to {line.high:.2f})")
    print(f"load of this machine: {os.getloadavg()[0]:.1f}")
    keep(REPORTS, "two cores to one", [wall, cpu])
    sentence = "two workers to one, by the CPU clock"
    conclude([Goal(sentence, cpu.ratio, LEAST, at_least=True)], sys.argv)


if __name__ == "__main__":
    main()
