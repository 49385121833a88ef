"""How soon the command is there: whole processes against a bare start of Python.

The floor is a Python that does nothing. ``ncp transform`` reads the sample patient of
this project, writes the CDA and its ledger, and ends; nothing is warmed beforehand but
the disk and the bytecode of the modules. CPU time of the processes is measured, so that
a busy machine changes little.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks.goals import Goal, conclude, ratio_of
from benchmarks.harness import Candidate, compare

SUMMARY = (
    Path(__file__).parents[1]
    / "ncp/national/sample_country/patients/bergmann-summary.json"
)
ROUNDS = 9
COMMAND = ("-m", "ncp.cli.main")
# Half a second where a bare Python takes the 17 ms it needs on a quiet machine.
MOST = 30.0


def children_ns() -> int:
    """Return the CPU time of all processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return int((used.ru_utime + used.ru_stime) * 1e9)


def start(arguments: Sequence[str]) -> None:
    """Run Python with these arguments to its end."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    subprocess.run(
        [sys.executable, *arguments], check=True, capture_output=True, env=environment
    )


def main() -> None:
    """Measure processes from start to end."""
    with tempfile.TemporaryDirectory() as folder:
        results = ["-o", f"{folder}/out.xml", "--ledger", f"{folder}/ledger.json"]
        lines = compare(
            "start of ncp transform",
            Candidate("bare Python", partial(start, ["-c", "pass"])),
            [
                Candidate("imports typer only", partial(start, ["-c", "import typer"])),
                Candidate("ncp version", partial(start, [*COMMAND, "version"])),
                Candidate(
                    "ncp transform, 70 kB",
                    partial(start, [*COMMAND, "transform", str(SUMMARY), *results]),
                ),
            ],
            rounds=ROUNDS,
            clock_ns=children_ns,
        )
    sentence = "a whole ncp transform against a bare start of Python"
    ratio = ratio_of(lines, "ncp transform, 70 kB")
    conclude([Goal(sentence, ratio, MOST)], sys.argv)


if __name__ == "__main__":
    main()
