"""What a whole catalogue costs: 200 000 codes with names in 24 languages.

The floor of the import is SQLite alone: the same names put into one bare table. The
memory is that of one process that has asked for 40 000 codes at random, against what it
held before: private and shared pages together.
"""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.goals import Goal, conclude
from transformations.terminology import mvc
from transformations.terminology.catalogue import StoredCatalogue, build_catalogue
from transformations.terminology.facts import ConceptFact, DesignationFact, Fact

CODES = 200_000
SYSTEMS = ("2.16.840.1.113883.6.96", "2.16.840.1.113883.6.73")
LANGUAGES = [
    "bg-BG",
    "cs-CZ",
    "da-DK",
    "de-DE",
    "de-LU",
    "el-GR",
    "en-GB",
    "es-ES",
    "et-EE",
    "fi-FI",
    "fr-FR",
    "fr-LU",
    "ga-IE",
    "hr-HR",
    "hu-HU",
    "it-IT",
    "lt-LT",
    "lv-LV",
    "mt-MT",
    "nl-NL",
    "pl-PL",
    "pt-PT",
    "ro-RO",
    "sk-SK",
]
ASKED_MB = 60.0
ASKED_MINUTES = 5.0
ASK = "--ask"


def facts() -> Iterator[Fact]:
    """Yield an invented catalogue."""
    for number in range(CODES):
        system, code = SYSTEMS[number % 2], f"{100_000_000 + number * 7}"
        yield ConceptFact(system, code, mvc(number % 60))
        for language in LANGUAGES:
            text = f"A disorder of organ number {number}, told in {language}"
            yield DesignationFact(system, code, language, text)


def bare(path: Path) -> float:
    """Return the CPU seconds of putting the names into one table."""
    begun = time.process_time()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("CREATE TABLE name (code INTEGER, language INTEGER, text TEXT)")
    connection.execute("BEGIN")
    rows = (
        (number, language, f"A disorder of organ number {number}, told in {tag}")
        for number in range(CODES)
        for language, tag in enumerate(LANGUAGES)
    )
    connection.executemany("INSERT INTO name VALUES (?, ?, ?)", rows)
    connection.execute("COMMIT")
    connection.close()
    return time.process_time() - begun


def resident_mb() -> float:
    """Return what this process holds in memory."""
    for line in Path("/proc/self/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise OSError("no VmRSS in /proc/self/status")


def asked(catalogue: StoredCatalogue, times: int) -> None:
    """Ask for codes at random: name and membership."""
    choose = random.Random(1)
    for _ in range(times):
        number = choose.randrange(CODES)
        system, code = SYSTEMS[number % 2], f"{100_000_000 + number * 7}"
        if catalogue.display(code, system, ("fr-LU", "fr", "en")) is None:
            raise AssertionError("a code of the catalogue has no name")
        if not catalogue.has(mvc(number % 60), code, system):
            raise AssertionError("a code is not of its value set")


def ask_and_tell(path: Path) -> None:
    """Print what a fresh process holds more of, once it has asked."""
    before = resident_mb()
    with StoredCatalogue(path) as catalogue:
        asked(catalogue, 40_000)
        print(resident_mb() - before)


def added_mb(path: Path) -> float:
    """Return what a process of its own adds; this one has memory to reuse."""
    command = [sys.executable, "-m", "benchmarks.bench_catalogue", ASK, str(path)]
    return float(subprocess.run(command, check=True, capture_output=True).stdout)


def main() -> None:
    """Build, ask, and say what it cost."""
    if ASK in sys.argv:
        ask_and_tell(Path(sys.argv[-1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        floor = bare(Path(folder) / "bare.sqlite")
        begun, wall = time.process_time(), time.perf_counter()
        built = build_catalogue(Path(folder) / "c.sqlite", facts(), {"release": "big"})
        cpu, wall = time.process_time() - begun, time.perf_counter() - wall
        size = built.path.stat().st_size / 1e6
        print(f"{built.concepts:,} codes, {built.designations:,} names, {size:.0f} MB")
        print(f"  import {cpu:.1f} s CPU, {wall:.1f} s; bare table {floor:.1f} s CPU")
        added = added_mb(built.path)
        print(f"  a process that asks adds {added:.1f} MB")
    conclude(
        [
            Goal("import, minutes", wall / 60, ASKED_MINUTES),
            Goal("import, CPU time to a bare table", cpu / floor, 8.0),
            Goal("memory a process adds, MB", added, ASKED_MB),
        ],
        sys.argv[1:],
    )


if __name__ == "__main__":
    main()
