"""How much memory a gateway holds: when it is ready, and after thousands of messages.

Country A with its database, one process, asked with sessions (identify, list, and every
eighth time fetch a full summary), each with assertions of its own. What is told is what
stands in memory for this process alone and its share of what it has in common with
others (the kernel's "proportional set size"), and the resident set. Then the same with
two workers right after their start, which shows what they share.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.end_to_end.client import KeptConnection
from benchmarks.end_to_end.messages import Doctor
from benchmarks.end_to_end.rounds import first_document
from benchmarks.end_to_end.scene import Scene, running
from benchmarks.goals import Goal, conclude

SESSIONS = 472
FETCHES = 8  # one session in so many: a thousand messages in all
ROUNDS = 3
MOST_MB = 150.0
# Between the second thousand and the third: caches are full by then.
MOST_GROWTH = 1.02


def memory_mb(pid: int, field: str = "Pss") -> float:
    """Return a field of what the kernel knows of a process's memory."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    line = next(each for each in lines if each.startswith(f"{field}:"))
    return int(line.split()[1]) / 1024


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(each) for each in listed.split()]


def ask(scene: Scene) -> list[float]:
    """Ask some thousands of messages; return what is held after each thousand."""
    held = [memory_mb(scene.pid)]
    doctor = Doctor(scene.peer.seal, scene.source.patient)
    with KeptConnection(scene.port, scene.pki, scene.peer) as connection:
        document = first_document(connection, doctor)
        for _ in range(ROUNDS):
            for number in range(SESSIONS):
                wanted = None if number % FETCHES else document
                for message in doctor.session(wanted):
                    connection.ask(message.wire)
            held.append(memory_mb(scene.pid))
            tell("after a thousand messages more", [scene.pid])
    return held


def tell(name: str, pids: Sequence[int]) -> None:
    """Print what processes hold."""
    for pid in pids:
        own, resident = memory_mb(pid), memory_mb(pid, "Rss")
        print(f"  {name:<34} {own:6.1f} MB of its own, {resident:6.1f} MB resident")


def main() -> None:
    """Measure both."""
    print("memory of country A's gateway")
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as scene:
        tell("one process, ready", [scene.pid])
        held = ask(scene)
    two = {"doors": {"workers": 2}}
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), two) as scene:
        tell("supervisor of two workers", [scene.pid])
        tell("a worker, ready", children_of(scene.pid))
    conclude(
        [
            Goal("MB of one process, after all messages", held[-1], MOST_MB),
            Goal("growth in the last thousand", held[-1] / held[-2], MOST_GROWTH),
        ],
        sys.argv,
    )


if __name__ == "__main__":
    main()
