"""What a piece of work costs: CPU time of whoever does it, and time of the clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Clock: TypeAlias = Callable[[], int]
Work: TypeAlias = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one piece of work took, in microseconds."""

    cpu_us: float
    wall_us: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.cpu_us + other.cpu_us, self.wall_us + other.wall_us)


NOTHING = Cost(0.0, 0.0)


def clock_of(*pids: int) -> Clock:
    """Return the CPU clock of processes together, all their threads counted."""
    # Linux: the complement of the pid, and the kind of clock (the scheduler's own).
    clocks = [(~pid << 3) | 2 for pid in pids]
    return lambda: sum(map(time.clock_gettime_ns, clocks))


def cost_of(works: Sequence[Work], cpu: Clock = time.process_time_ns) -> Cost:
    """Do some pieces of work, one after the other; return what one costs."""
    cpu_begun, begun = cpu(), time.perf_counter_ns()
    for work in works:
        work()
    elapsed, cpu_used = time.perf_counter_ns() - begun, cpu() - cpu_begun
    share = len(works) * 1000
    return Cost(cpu_used / share, elapsed / share)
