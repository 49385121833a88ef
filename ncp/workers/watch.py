"""Notices a worker that says nothing any more, however long it has not ended.

A worker says something every few seconds; one that is stuck in its loop does not. It is
looks that are counted and not time: where the whole machine stood still, nobody has
missed anything.

Spec: fact sheet 08 8.4 (a worker that hangs is replaced).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection
from typing import Final

BEAT_S: Final = 5.0
"""How often a worker says that it lives."""
_LOOK_S: Final = 10.0
# Two minutes: no request may keep a loop that long, and no machine is that slow.
_MOST_MISSED: Final = 12


class Watch:
    """Counts for each worker at how many looks in a row nothing was heard of it.

    Parameters
    ----------
    now
        Seconds that only grow.
    """

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        *,
        look_s: float = _LOOK_S,
        most_missed: int = _MOST_MISSED,
    ) -> None:
        self._now = now
        self._look_s = look_s
        self._most_missed = most_missed
        self._missed: Counter[int] = Counter()
        self._heard: set[int] = set()
        self._next = now() + look_s

    def heard(self, pid: int) -> None:
        """Note that a worker said something."""
        self._heard.add(pid)

    def forget(self, pid: int) -> None:
        """Note that a worker is gone."""
        del self._missed[pid]
        self._heard.discard(pid)

    def seconds_left(self) -> float:
        """Return how long it is to the next look."""
        return max(0.0, self._next - self._now())

    def hung(self, pids: Collection[int]) -> tuple[int, ...]:
        """Look, if it is time; return those of whom nothing was heard for too long."""
        if self._now() < self._next:
            return ()
        self._next = self._now() + self._look_s
        for pid in pids:
            self._missed[pid] = 0 if pid in self._heard else self._missed[pid] + 1
        self._heard.clear()
        return tuple(pid for pid in pids if self._missed[pid] >= self._most_missed)
