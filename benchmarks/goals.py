"""Goals of a benchmark: ratios that must hold, judged on request.

Every program prints how its goals stand; with ``--check`` it ends with status 1 where
one is missed. They are no tests: a busy machine may miss what a quiet one reaches.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.harness import Line


@dataclass(frozen=True, slots=True)
class Goal:
    """One ratio with its bound: a most, or, where ``at_least``, a least."""

    sentence: str
    ratio: float
    bound: float
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        """Whether the ratio is on the right side of the bound."""
        return self.ratio >= self.bound if self.at_least else self.ratio <= self.bound

    def __str__(self) -> str:
        mark = "met   " if self.is_met else "MISSED"
        side = "at least" if self.at_least else "at most"
        return (
            f"  {mark} {self.sentence}: {self.ratio:.2f}, {side} {self.bound:g} asked"
        )


def ratio_of(lines: Sequence[Line], name: str) -> float:
    """Return a candidate's ratio to the floor."""
    return next(line.ratio for line in lines if line.name == name)


def conclude(goals: Sequence[Goal], arguments: Sequence[str]) -> None:
    """Print the goals; with ``--check`` among the arguments, exit 1 on a missed one."""
    print("goals:", *goals, sep="\n")
    if "--check" in arguments and not all(goal.is_met for goal in goals):
        sys.exit(1)
