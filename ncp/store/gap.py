"""Since when nothing could be recorded, until it is itself recorded."""

from __future__ import annotations

import threading
from datetime import datetime


class RecordingGap:
    """The time in which a record was lost to a failing database; thread safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: datetime | None = None

    @property
    def since(self) -> datetime | None:
        """When it began; None where there is none that was not told yet."""
        return self._since

    def begin(self, now: datetime) -> None:
        """Note that something could not be recorded; the first one counts."""
        with self._lock:
            self._since = self._since or now

    def told(self) -> None:
        """Forget it: it is on record."""
        with self._lock:
            self._since = None
