"""Compare pieces of code by ratio, in one run, on one machine.

Absolute times of a shared machine say little; the ratio of two things measured in turn
within the same seconds says a lot. So the candidates are interleaved, their order turns
with each round, the clock is the process's CPU clock, and the table gives medians: of
each candidate's time, and of its ratio to the floor in the same round. A candidate's
time in a round is the best of a few tries: whoever else runs on the machine takes the
caches away, which only ever makes a try longer.

A benchmark file is a program::

    from benchmarks.harness import Candidate, compare

    if __name__ == "__main__":
        compare("parse", floor=Candidate("lxml", a), others=[Candidate("ours", b)])
"""

from __future__ import annotations

import gc
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROUNDS = 15
TRIES = 4
# Long against the clock's resolution and a scheduler's time slice.
SAMPLE_NS = 20_000_000
REPORTS = Path("reports") / "benchmarks"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing to be measured; ``run`` is called many times and must do it all."""

    name: str
    run: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Line:
    """One candidate's line of the table.

    Attributes
    ----------
    median_us
        Median CPU time of one call, in microseconds.
    ratio
        Median, over the rounds, of its time to the floor's time in that round.
    low, high
        First and third quartile of that ratio.
    fastest_us
        The time of its fastest round.
    """

    name: str
    median_us: float
    ratio: float
    low: float
    high: float
    fastest_us: float = 0.0


def compare(
    title: str,
    floor: Candidate,
    others: Sequence[Candidate],
    *,
    rounds: int = ROUNDS,
    sample_ns: int = SAMPLE_NS,
    clock_ns: Callable[[], int] = time.process_time_ns,
    reports: Path | None = REPORTS,
) -> list[Line]:
    """Measure, print the table, keep it as JSON, and return its lines.

    Parameters
    ----------
    floor
        What the others are compared with: the least work that could do the job, or a
        peer's way of doing it.
    clock_ns
        The clock; CPU time of this process unless waiting is what is measured.
    reports
        The folder for the JSON form; None keeps nothing.
    """
    candidates = [floor, *others]
    samples = _measure(candidates, rounds, sample_ns, clock_ns)
    lines = _lines(candidates, samples)
    print(_table(title, floor.name, rounds, lines))
    if reports is not None:
        keep(reports, title, lines)
    return lines


def _measure(
    candidates: Sequence[Candidate],
    rounds: int,
    sample_ns: int,
    clock_ns: Callable[[], int],
) -> list[list[float]]:
    repeats = [_calibrate(each, sample_ns, clock_ns) for each in candidates]
    samples: list[list[float]] = [[] for _ in candidates]
    for round_number in range(rounds):
        for step in range(len(candidates)):
            # The order turns, so that nobody always runs after the same neighbour.
            index = (round_number + step) % len(candidates)
            samples[index].append(_best(candidates[index], repeats[index], clock_ns))
    return samples


def _best(candidate: Candidate, repeats: int, clock_ns: Callable[[], int]) -> float:
    """Return the time of one call, in nanoseconds, in the best of a few tries."""
    tries = min(TRIES, repeats)
    each = repeats // tries
    return min(_time(candidate, each, clock_ns) for _ in range(tries)) / each


def _calibrate(
    candidate: Candidate, sample_ns: int, clock_ns: Callable[[], int]
) -> int:
    """Find how many calls fill one sample; this also warms every cache."""
    repeats = 1
    while True:
        elapsed = _time(candidate, repeats, clock_ns)
        if elapsed >= sample_ns:
            return repeats
        factor = sample_ns / elapsed if elapsed else 10.0
        repeats = max(repeats + 1, int(repeats * min(factor, 10.0)))


def _time(candidate: Candidate, repeats: int, clock_ns: Callable[[], int]) -> int:
    run = candidate.run
    gc.collect()
    gc.disable()
    try:
        begun = clock_ns()
        for _ in range(repeats):
            run()
        return clock_ns() - begun
    finally:
        gc.enable()


def _lines(
    candidates: Sequence[Candidate], samples: Sequence[Sequence[float]]
) -> list[Line]:
    floor = samples[0]
    lines = []
    for candidate, times in zip(candidates, samples, strict=True):
        ratios = [own / base for own, base in zip(times, floor, strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
        median_us = statistics.median(times) / 1000
        fastest_us = min(times) / 1000
        lines.append(Line(candidate.name, median_us, middle, low, high, fastest_us))
    return lines


def _table(title: str, floor: str, rounds: int, lines: Sequence[Line]) -> str:
    width = max(len(line.name) for line in lines)
    head = f"{title} (CPU time, {rounds} interleaved rounds, ratio to {floor})"
    rows = [
        f"  {line.name:<{width}}  {line.median_us:>12.1f} us  {line.ratio:>7.2f}"
        f"  ({line.low:.2f} to {line.high:.2f})"
        for line in lines
    ]
    return "\n".join([head, *rows])


def keep(reports: Path, title: str, lines: Sequence[Line]) -> None:
    """Keep the lines of a table as JSON."""
    reports.mkdir(parents=True, exist_ok=True)
    content = {"title": title, "lines": [asdict(line) for line in lines]}
    path = reports / f"{title.replace(' ', '-')}.json"
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
