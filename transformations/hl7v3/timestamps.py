"""Points in time: TS of HL7 v3 and date, dateTime and instant of FHIR.

Precision and zone are carried as they are; nothing is invented. CDA has no ``Z`` and
FHIR no time without seconds or zone.

Spec: HL7 v3 TS / FHIR R4 §2.24.0.1 date, dateTime, instant.
"""

from __future__ import annotations

import re

_FHIR = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>0[1-9]|1[0-2])(?:-(?P<day>0[1-9]|[12]\d|3[01])"
    r"(?:T(?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d):(?P<second>[0-5]\d|60)"
    r"(?P<fraction>\.\d+)?(?P<zone>Z|[+-]\d{2}:\d{2}))?)?)?"
)
_TS = re.compile(
    r"(?P<year>\d{4})(?:(?P<month>0[1-9]|1[0-2])(?:(?P<day>0[1-9]|[12]\d|3[01])"
    r"(?:(?P<hour>[01]\d|2[0-3])(?:(?P<minute>[0-5]\d)"
    r"(?:(?P<second>[0-5]\d|60)(?P<fraction>\.\d+)?)?)?"
    r"(?P<zone>[+-]\d{4})?)?)?)?"
)
_PARTS = ("year", "month", "day", "hour", "minute", "second", "fraction")


def to_ts(text: str) -> str | None:
    """Write a FHIR date, dateTime or instant as TS; ``None`` if it is none."""
    match = _FHIR.fullmatch(text)
    if match is None:
        return None
    digits = "".join(match[part] or "" for part in _PARTS)
    zone = match["zone"]
    if zone is None:
        return digits
    return digits + ("+0000" if zone == "Z" else zone.replace(":", ""))


def from_ts(value: str) -> str | None:
    """Read TS as the FHIR date or dateTime of the same precision.

    Missing seconds become ``00``, which FHIR requires. A time without minutes or
    without zone has no form in FHIR and becomes its date.
    """
    match = _TS.fullmatch(value)
    if match is None:
        return None
    date = "-".join(part for part in match.group("year", "month", "day") if part)
    zone = match["zone"]
    if match["minute"] is None or zone is None:
        return date
    second = match["second"] or "00"
    fraction = match["fraction"] or ""
    time = f"{match['hour']}:{match['minute']}:{second}{fraction}"
    return f"{date}T{time}{zone[:3]}:{zone[3:]}"
