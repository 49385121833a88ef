"""The table of one transaction: what it takes, what its parts take, the ratio."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import add

from benchmarks.end_to_end.meter import NOTHING, Cost
from benchmarks.harness import Line


@dataclass
class Sheet:
    """The rounds of one transaction: the whole, and its parts by name, in order."""

    title: str
    whole: list[Cost] = field(default_factory=list)
    parts: dict[str, list[Cost]] = field(default_factory=dict)

    def note(self, whole: Cost, parts: Mapping[str, Cost]) -> None:
        """Add a round."""
        self.whole.append(whole)
        for name, cost in parts.items():
            self.parts.setdefault(name, []).append(cost)

    def floors(self) -> list[Cost]:
        """Return, of each round, all parts together."""
        rounds = zip(*self.parts.values(), strict=True)
        return [reduce(add, costs, NOTHING) for costs in rounds]

    def cpu_ratio(self) -> Line:
        """Return the whole against its parts, by the CPU clock."""
        pairs = zip(self.whole, self.floors(), strict=True)
        return _line(
            self.title, [whole.cpu_us / floor.cpu_us for whole, floor in pairs]
        )

    def wall_ratio(self) -> Line:
        """Return the whole against its parts, by the wall clock."""
        pairs = zip(self.whole, self.floors(), strict=True)
        return _line(
            self.title, [whole.wall_us / floor.wall_us for whole, floor in pairs]
        )

    def added_by(self, names: Sequence[str]) -> Line:
        """Return what some parts add to all the rest, by the CPU clock.

        The rest is the exchange end to end without them.
        """
        ratios = []
        for number, whole in enumerate(self.whole):
            added = sum(self.parts[name][number].cpu_us for name in names)
            ratios.append(added / (whole.cpu_us - added))
        return _line(f"{self.title}: " + " and ".join(names), ratios)

    def __str__(self) -> str:
        rows = [*self.parts.items(), ("floor: all of these", self.floors())]
        rows.append(("end to end", self.whole))
        width = max(len(name) for name, _ in rows)
        head = (
            f"{self.title} (microseconds, medians of {len(self.whole)} rounds)\n"
            f"  {'':<{width}}  {'CPU':>9}  {'wall':>9}"
        )
        lines = [f"  {name:<{width}}  {_columns(costs)}" for name, costs in rows]
        ratios = [
            f"  {'end to end to floor, ' + kind:<{width}}  {each.ratio:>9.2f}  "
            f"({each.low:.2f} to {each.high:.2f})"
            for kind, each in (("CPU", self.cpu_ratio()), ("wall", self.wall_ratio()))
        ]
        return "\n".join([head, *lines, *ratios])


def median(costs: Sequence[Cost]) -> Cost:
    """Return the medians of CPU and wall time."""
    return Cost(
        statistics.median(each.cpu_us for each in costs),
        statistics.median(each.wall_us for each in costs),
    )


def _columns(costs: Sequence[Cost]) -> str:
    middle = median(costs)
    return f"{middle.cpu_us:>9.0f}  {middle.wall_us:>9.0f}"


def _line(name: str, ratios: Sequence[float]) -> Line:
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Line(name, 0.0, middle, low, high)
