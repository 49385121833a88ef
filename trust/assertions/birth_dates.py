"""A next of kin's date of birth, in the forms it is sent in.

Spec: eHDSI SAML profile (Wave 7), next-of-kin assertion / ISO 8601-1 §5.2.2.
Seen: OpenNCP 9 writes what Java's ``Date.toString`` gives, ``Tue Jan 02 00:00:00 CET
1990``. Assumption: the profile means an ISO date, which is what we write.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_FORMS: Final = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        # 1990-01-02, with a time and a zone or without
        r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?:[T ].*|Z|[+-]\d{2}:\d{2})?",
        # 19900102, HL7's way, with a time or without
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:\d{2,6}(?:[+-]\d{4})?)?",
        # Tue Jan 02 00:00:00 CET 1990
        r"\w{3} (?P<name>\w{3}) (?P<day>\d{2}) [\d:]{8} \S{1,10} (?P<year>\d{4})",
    )
)


def parse_birth_date(text: str) -> date:
    """Read a date of birth; the time of day that some forms carry means nothing.

    Raises
    ------
    ValueError
        It is in none of the forms, or no such day.
    """
    for form in _FORMS:
        match = form.fullmatch(text)
        if match is not None:
            return _date(match)
    raise ValueError("not a date of birth in a known form")


def _date(match: re.Match[str]) -> date:
    parts = match.groupdict()
    month = parts.get("month")
    if month is not None:
        return date(int(parts["year"]), int(month), int(parts["day"]))
    if parts["name"] not in _MONTHS:
        raise ValueError("not the name of a month")
    number = _MONTHS.index(parts["name"]) + 1
    return date(int(parts["year"]), number, int(parts["day"]))
