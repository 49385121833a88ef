"""How soon a gateway serves: from the start of its process until its doors are open.

Country A of the demo, with a database that has today's schema. The floor imports the
two libraries that no gateway of ours could do without, FastAPI and SQLAlchemy; a bare
Python stands beside it. CPU time of the processes is the table, so that a busy machine
changes little; the wall clock and the most memory each process held are told below it.
A process is killed when it is ready: to stop in good order is not part of a start.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks.goals import Goal, conclude, ratio_of
from benchmarks.harness import Candidate, compare
from ncp.demo.countries import Ground, settle_country_a
from ncp.demo.pki import make_pki
from trust.identifiers import CountryCode

ROUNDS = 5
POLL_S = 0.002
# A second where the floor takes the 0.31 s it needs on a quiet machine.
MOST = 3.2


@dataclass
class Spent:
    """What processes of one kind took, one number for each."""

    cpu_ns: int = 0
    wall_s: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)


@dataclass
class Meter:
    """Runs processes, and adds up the CPU time of those that have ended."""

    spent: dict[str, Spent] = field(default_factory=dict)

    def cpu_ns(self) -> int:
        """Return the CPU time of all of them so far."""
        return sum(each.cpu_ns for each in self.spent.values())

    def run(
        self, name: str, arguments: Sequence[str], is_ready: Callable[[], bool]
    ) -> None:
        """Run Python until it is ready, or at its end."""
        begun = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *arguments],
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
        )
        while not is_ready() and not _has_ended(process.pid):
            time.sleep(POLL_S)
        elapsed = time.perf_counter() - begun
        # Not by its own method, which would take away what is counted next.
        os.kill(process.pid, signal.SIGKILL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode > 0:
            raise RuntimeError(f"{name} ended with {process.returncode}")
        spent = self.spent.setdefault(name, Spent())
        spent.cpu_ns += int((used.ru_utime + used.ru_stime) * 1e9)
        spent.wall_s.append(elapsed)
        spent.memory_mb.append(used.ru_maxrss / 1024)


def _has_ended(pid: int) -> bool:
    """Whether it ended, without taking away what it used."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def settle(folder: Path) -> Ground:
    """Lay out country A on disk."""
    codes = [CountryCode("LU"), CountryCode("PT")]
    lu, pt = make_pki(folder / "pki", codes, datetime.now(UTC))
    ground = Ground.at(folder / "a")
    settle_country_a(ground, lu, pt, "http://127.0.0.1:1/fhir", 0)
    return ground


def serve(meter: Meter, name: str, ground: Ground) -> None:
    """Start the gateway until it says that its doors are open."""
    ground.ready.unlink(missing_ok=True)
    ready = ground.ready
    arguments = ["-m", "ncp.cli.main", "serve", "--settings", str(ground.settings)]
    meter.run(name, [*arguments, "--ready-file", str(ready)], ready.exists)


def main() -> None:
    """Measure starts of processes."""
    meter = Meter()
    floor, bare, ours = "imports FastAPI and SQLAlchemy", "bare Python", "ncp serve"

    def whole(name: str, code: str) -> Candidate:
        return Candidate(name, partial(meter.run, name, ["-c", code], lambda: False))

    with tempfile.TemporaryDirectory() as folder:
        ground = settle(Path(folder))
        # Brings the database to today's schema, as the first start of a release does.
        serve(Meter(), ours, ground)
        lines = compare(
            "start of ncp serve",
            whole(floor, "import fastapi, sqlalchemy"),
            [
                whole(bare, "pass"),
                Candidate(ours, partial(serve, meter, ours, ground)),
            ],
            rounds=ROUNDS,
            sample_ns=1,
            clock_ns=meter.cpu_ns,
        )
    # A child begins with what its parent holds: the bare one never has more.
    for name in (floor, ours):
        spent = meter.spent[name]
        print(
            f"  {name}: {statistics.median(spent.wall_s):.2f} s by the wall clock, "
            f"{max(spent.memory_mb):.0f} MB at most"
        )
    sentence = "ncp serve until its doors are open, against the imports"
    conclude([Goal(sentence, ratio_of(lines, ours), MOST)], sys.argv)


if __name__ == "__main__":
    main()
