"""How long each stage of an exchange took, in milliseconds of wall time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stages:
    """A stopwatch of one exchange. Stages keep the order in which they first began."""

    def __init__(self) -> None:
        self._elapsed: dict[str, float] = {}

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Add the time spent inside to ``stage``, also when it ends in an error."""
        begun = time.perf_counter()
        self._elapsed.setdefault(stage, 0.0)
        try:
            yield
        finally:
            self._elapsed[stage] += time.perf_counter() - begun

    def milliseconds(self) -> dict[str, float]:
        """Return stage to milliseconds, three decimals."""
        return {
            stage: round(seconds * 1000, 3) for stage, seconds in self._elapsed.items()
        }
