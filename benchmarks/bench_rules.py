"""How dear all rules of a document are: ours against the official ones under Saxon.

The peers run the official Wave 8 Schematron as a stylesheet: saxonche in this process,
Saxon-HE on a warm JVM (its start and the compilation are not counted). Each reads the
document from its bytes and says what it found; ours does the same. The document is the
170 kB summary of the test data where it is present.

A peer that is not installed, or rules that were not fetched (``NCP_OFFICIAL_RULES``),
are said and left out: nothing is concluded about them.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.goals import Goal, conclude
from benchmarks.harness import Candidate, compare
from tests.transformations.rules.official import OfficialRules, schema_of
from transformations.rules import validate_cda
from trust.xml import DOCUMENT_LIMITS, parse_xml

ROUNDS = 9
PEER_RUNS = 5
WARMING_RUNS = 20
JAR = Path("/usr/share/java/Saxon-HE.jar")
PROGRAM = Path(__file__).parent / "java" / "Transform.java"
DEFAULT = Path(__file__).parents[2] / "shared" / "data"


def document() -> Path | None:
    """Return the summary to be judged, or say that it is not there."""
    folder = Path(os.environ.get("NCP_TEST_DATA", DEFAULT))
    path = folder / "cda-dev" / "ps-l3-w8-full.xml"
    if not path.exists():
        print("The rules are left out: no summary to judge; set NCP_TEST_DATA.")
        return None
    return path


def ours(data: bytes) -> object:
    """Judge as the gateway does, from bytes."""
    return validate_cda(parse_xml(data, DOCUMENT_LIMITS))


def official() -> OfficialRules | None:
    """Return the official rules as they are published, if they were fetched."""
    folder = os.environ.get("NCP_OFFICIAL_RULES")
    if not folder:
        print("The official rules are left out: NCP_OFFICIAL_RULES names no folder.")
        return None
    kept = Path(os.environ.get("NCP_ORACLE_CACHE", "reports/official"))
    kept.mkdir(parents=True, exist_ok=True)
    return OfficialRules(Path(folder).resolve(), kept.resolve(), is_plain=True)


def saxonche_ns(rules: OfficialRules, path: Path) -> list[int]:
    """Time saxonche in this process, warm."""
    try:
        sheet = rules.sheet(schema_of(path.read_bytes()))
    except ImportError:
        print("saxonche is left out: it is not installed (pip install saxonche).")
        return []
    sheet.transform_to_string(source_file=str(path))  # type: ignore[attr-defined]
    return list(_timed(sheet, path))


def _timed(sheet: object, path: Path) -> Iterator[int]:
    for _ in range(PEER_RUNS):
        begun = time.process_time_ns()
        sheet.transform_to_string(source_file=str(path))  # type: ignore[attr-defined]
        yield time.process_time_ns() - begun


def saxon_ns(rules: OfficialRules, path: Path) -> list[int]:
    """Time Saxon-HE on a warm JVM: the CPU time of its thread."""
    java = shutil.which("java")
    if java is None or not JAR.exists():
        print(
            "Saxon-HE on the JVM is left out: it needs Java 17 and libsaxonhe-java "
            f"({JAR})."
        )
        return []
    sheet = rules.write_sheet(schema_of(path.read_bytes()))
    runs = [str(WARMING_RUNS), str(PEER_RUNS)]
    done = subprocess.run(
        [java, "-cp", str(JAR), str(PROGRAM), str(sheet), str(path), *runs],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(f"Saxon-HE on the JVM is left out, it failed: {done.stderr[:300]}")
        return []
    return [int(line) for line in done.stdout.split()]


def main(arguments: Sequence[str]) -> None:
    """Measure ours, then each peer that is here."""
    path = document()
    if path is None:
        return
    data = path.read_bytes()
    _, judged = compare(
        f"all rules, patient summary, {len(data) // 1000} kB",
        Candidate("parse", lambda: parse_xml(data, DOCUMENT_LIMITS)),
        [Candidate("all rules of ours, parsing included", lambda: ours(data))],
        rounds=ROUNDS,
    )
    rules = official()
    goals = []
    if rules is not None:
        for name, least, spent in (
            ("saxonche", 20.0, saxonche_ns(rules, path)),
            ("Saxon-HE on the JVM", 10.0, saxon_ns(rules, path)),
        ):
            if spent:
                times = statistics.median(spent) / 1000
                ratio = times / judged.median_us
                print(f"  {name:<35}  {times:>12.1f} us  {ratio:>7.1f} times ours")
                goals.append(Goal(f"faster than {name}", ratio, least, at_least=True))
    conclude(goals, arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
