"""Work that is done again and again while the gateway runs.

A run that fails is logged and tried again at the next turn; a job never takes the
gateway down. Doing the same work in several processes must do no harm.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

from ncp.telemetry import get_logger


class PeriodicJob:
    """Runs ``work`` at once and then every ``period``, in a thread of its own.

    ``at_the_end`` is what is still to be done when everything else has stopped; see
    :meth:`finish`.
    """

    def __init__(
        self,
        name: str,
        period: timedelta,
        work: Callable[[], object],
        at_the_end: Callable[[], object] | None = None,
    ) -> None:
        self._name = name
        self._period_s = period.total_seconds()
        self._work = work
        self._at_the_end = at_the_end
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Let the current run finish, and end."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def finish(self) -> None:
        """Do what is to be done at the end; call it after :meth:`stop`."""
        if self._at_the_end is not None:
            self._attempt(self._at_the_end)

    def _run(self) -> None:
        while True:
            self._attempt(self._work)
            if self._stopping.wait(self._period_s):
                return

    def _attempt(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - tried again at the next turn
            get_logger().error("job.failed", operation=self._name, exc_info=error)
