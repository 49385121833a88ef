"""Instants as assertions write them.

Spec: SAML 2.0 Core §1.3.3 / XML Schema Part 2 §3.2.7. Seen: Finland sends offsets other
than Z. Assumption: a time without zone is refused, whatever SAML's default.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

_DATE_TIME: Final = re.compile(
    r"(?P<moment>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:\.(?P<fraction>[0-9]{1,18}))?"
    r"(?P<zone>Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])"
)


@lru_cache(maxsize=256)  # an assertion writes the same instant several times
def parse_instant(text: str) -> datetime:
    """Read an ``xs:dateTime`` with zone; digits below the microsecond are dropped.

    Raises
    ------
    ValueError
        It is none, or has no zone.
    """
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        raise ValueError("not a date and time with zone")
    fraction = (match["fraction"] or "")[:6].ljust(6, "0")
    zone = "+00:00" if match["zone"] == "Z" else match["zone"]
    moment = datetime.fromisoformat(f"{match['moment']}.{fraction}{zone}")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("a date and time outside the calendar") from None


def format_instant(moment: datetime) -> str:
    """Write an instant in UTC to the millisecond, ``2026-01-01T10:00:00.000Z``."""
    utc = to_milliseconds(moment)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def to_milliseconds(moment: datetime) -> datetime:
    """Drop what is below the millisecond, as :func:`format_instant` does."""
    if moment.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    utc = moment.astimezone(UTC)
    return utc - timedelta(microseconds=utc.microsecond % 1000)
