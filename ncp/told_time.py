"""What other servers say the time is, in the answers that they give anyway.

A clock that is wrong shows itself late and elsewhere: as assertions that are refused.
The comparison here never says more than it knows. The moment of an answer lies between
those at which we asked and had it; the field tells whole seconds, cut off; and what a
cache kept tells the time at which it was made.

Spec: RFC 9110 §6.6.1 (Date), RFC 9111 §5.1 (Age).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, Protocol

from ncp.ports import Clock

# RFC 9110 §5.6.7: the form of a date has no parts of a second.
_RESOLUTION: Final = timedelta(seconds=1)
_NONE: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class ToldTime:
    """The time that a server told, and when by our clock.

    Attributes
    ----------
    who
        The host that told it.
    told
        Its time, in whole seconds.
    asked, had
        Our time before we asked, and when its answer had come.
    """

    who: str
    told: datetime
    asked: datetime
    had: datetime

    @property
    def ahead(self) -> timedelta:
        """By how much at least our clock is ahead of theirs; below zero: behind it."""
        if self.had < self.told:
            return self.had - self.told
        return max(_NONE, self.asked - (self.told + _RESOLUTION))


class Fields(Protocol):
    """The head of an answer: fields by their names, in any case."""

    def get(self, name: str, /) -> str | None:
        """Return a field, where it stands there."""
        ...


class ToldTimes:
    """Keeps what servers tell; safe to use from many threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told: list[ToldTime] = []

    def now(self) -> datetime:
        """Return our own time, to be noted before a server is asked."""
        return self._clock.now()

    def hear(self, who: str, fields: Fields, asked: datetime) -> None:
        """Keep the time of an answer that has just come, where one is told."""
        told = _told(fields)
        if told is not None:
            self._told.append(ToldTime(who, told, asked, self.now()))

    def all(self) -> Sequence[ToldTime]:
        """Return what was told until now."""
        return tuple(self._told)


def _told(fields: Fields) -> datetime | None:
    value = fields.get("Date")
    if value is None or fields.get("Age") is not None:
        return None
    try:
        told = parsedate_to_datetime(value)
        return told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
