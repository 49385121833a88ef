"""HL7 v3 timestamps as the rules see them: of the form, a real date, comparable.

Spec: HL7 v3 datatypes, release 1, TS: ``YYYYMMDDhhmmss.ssss+hhmm``, cut anywhere.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

_FORM = re.compile(
    r"(?P<century>\d\d)(?:(?P<year>\d\d)(?:(?P<month>\d\d)(?:(?P<day>\d\d)"
    r"(?:(?P<hour>\d\d)(?:(?P<minute>\d\d)(?:(?P<second>\d\d)(?:\.(?P<part>\d+))?"
    r")?)?)?)?)?)?(?P<offset>[+-]\d{1,4})?"
)
_MOST_MINUTES = 14 * 60

Moment = datetime


@lru_cache(maxsize=4096)
def moment_of(value: str) -> Moment | None:
    """Return the first moment a timestamp may mean, in UTC where it has no offset.

    None where it is no timestamp: not of the form, or no date of the calendar.
    """
    found = _FORM.fullmatch(value)
    if found is None:
        return None
    part = found.groupdict()
    zone = _zone(part["offset"])
    if zone is None:
        return None
    try:
        return datetime(
            int(part["century"] + (part["year"] or "00")),
            int(part["month"] or 1),
            int(part["day"] or 1),
            int(part["hour"] or 0),
            int(part["minute"] or 0),
            int(part["second"] or 0),
            tzinfo=zone,
        )
    except ValueError:
        return None


def _zone(offset: str | None) -> timezone | None:
    """Return the offset, cut short or not; None where it is none."""
    if not offset:
        return UTC
    digits = offset[1:].ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    total = hours * 60 + minutes
    if minutes > 59 or total > _MOST_MINUTES:
        return None
    return timezone(timedelta(minutes=-total if offset[0] == "-" else total))
