"""Keeps a lease alive while something long is done under it.

A lease may then be short: whoever is killed under it gives it up within seconds.
Whoever hangs stops beating after a while too, so that another process takes over.

Spec: ``ncp.store.lease`` / sheet 06 §7.4 (one worker for each sink, with a lease).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Protocol, Self

from ncp.telemetry import get_logger


class Over(Protocol):
    """Tells who beats that the work is over, as a ``threading.Event`` does."""

    def wait(self, timeout: float) -> bool:
        """Wait so many seconds; return whether the work is over."""
        ...

    def set(self) -> None:
        """Say that the work is over."""
        ...


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a heart beats, and for how long at most."""

    period: timedelta
    longest: timedelta

    @property
    def most(self) -> int:
        """How many beats there are at most."""
        return self.longest // self.period


class Heartbeat:
    """Beats in a thread of its own, from entering to leaving.

    Parameters
    ----------
    beat
        Returns whether there is still something to keep alive.
    """

    def __init__(
        self,
        beat: Callable[[], bool],
        rhythm: Rhythm,
        new_over: Callable[[], Over] = threading.Event,
    ) -> None:
        self._beat = beat
        self._rhythm = rhythm
        self._over = new_over()
        self._thread = threading.Thread(target=self._run, name="beat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Beat no more; a beat under way is waited for."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        for _ in range(self._rhythm.most):
            if self._over.wait(self._rhythm.period.total_seconds()):
                return
            if not self._is_alive():
                return

    def _is_alive(self) -> bool:
        try:
            return self._beat()
        except Exception as error:  # noqa: BLE001 - the next beat may find the store again
            get_logger().warning("heartbeat.missed", error=type(error).__name__)
            return True
