"""What the use cases need from the machine: time and fresh identifiers."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        ...


class FreshIds(Protocol):
    """Makes identifiers nobody else has."""

    def uuid(self) -> uuid.UUID:
        """Return a new random UUID."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        return datetime.now(UTC)


class RandomIds:
    """Version 4 UUIDs of the operating system's random source."""

    def uuid(self) -> uuid.UUID:
        """Return a new random UUID."""
        return uuid.uuid4()
