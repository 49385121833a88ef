"""How much more than its parts an exchange costs: ITI-55, ITI-38, ITI-39 over TLS.

``ncp serve`` runs as country A with its database; the sample national server is a
process of its own; the client keeps one mutual TLS connection and has its signed
messages ready. In the same rounds, in turn, each stage of ours is measured alone, in
this process and with the national answers at hand, and with them what is not ours: the
same sizes over bare HTTP and TLS, the same requests to the national server. Their sum
is the floor. XSD is not in it, since a gateway runs it only where it was given schemas.

CPU time is that of the gateway's process (of this one for stages and for the national
requests); the wall clock is what a caller waits, the national server's work included.

What the record adds to an ITI-39 is judged too: committing claims, message, decisions,
evidence and audit event, and giving them their places, against all the rest.
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.end_to_end.messages import Doctor, Message
from benchmarks.end_to_end.report import Sheet
from benchmarks.end_to_end.rounds import PLACES, first_document, measuring
from benchmarks.end_to_end.scene import Scene, running
from benchmarks.goals import Goal, conclude
from benchmarks.harness import REPORTS, keep

ROUNDS = 15
WARM_UP = 3
SESSIONS = 4
MOST = 1.5
RECORD = ("commit the record", PLACES)
MOST_OF_RECORD = 0.15
TITLES = ("ITI-55", "ITI-38", "ITI-39, a full summary")


def measure(scene: Scene, rounds: int = ROUNDS) -> list[Sheet]:
    """Measure all transactions, round by round, each message a fresh one."""
    doctor = Doctor(scene.peer.seal, scene.source.patient)
    with measuring(scene) as measured:
        document = first_document(measured.gateway, doctor)
        sheets = _sheets()
        for number in range(-WARM_UP, rounds):
            noted = sheets if number >= 0 else _sheets()
            sessions = [list(doctor.session(document)) for _ in range(SESSIONS)]
            # As the gateway does when it has started.
            gc.freeze()
            for sheet, messages in zip(noted, _by_kind(sessions), strict=True):
                measured.exchange(sheet, messages)
    return sheets


def _sheets() -> list[Sheet]:
    return [Sheet(title) for title in TITLES]


def _by_kind(sessions: Sequence[Sequence[Message]]) -> list[list[Message]]:
    return [list(messages) for messages in zip(*sessions, strict=True)]


def main() -> None:
    """Measure, tell, keep, and judge the goals."""
    print(f"load of this machine: {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as scene:
        sheets = measure(scene)
    print(*sheets, sep="\n")
    print(f"load of this machine: {os.getloadavg()[0]:.1f}")
    lines = [sheet.cpu_ratio() for sheet in sheets]
    added = sheets[-1].added_by(RECORD)
    keep(REPORTS, "exchanges end to end", [*lines, added])
    goals = [Goal(f"{each.name} to its floor", each.ratio, MOST) for each in lines]
    goals.append(Goal(f"added to {added.name}", added.ratio, MOST_OF_RECORD))
    print(f"added: {added.ratio:.3f} ({added.low:.3f} to {added.high:.3f})")
    conclude(goals, sys.argv)


if __name__ == "__main__":
    main()
