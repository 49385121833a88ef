"""Schedules read from CDA: a moment, a period, events of the day, or several of them.

Spec: HL7 v3 PIVL_TS, EIVL_TS, SXPR_TS / FHIR R4 Timing / eHDSITimingEvent 42.41.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from transformations.cda.namespaces import XSI_TYPE
from transformations.cda.structure import CdaNode
from transformations.hl7v3.numbers import from_real
from transformations.mapping import TS, Context, Severity
from transformations.medication.clock_times import clocks_to_fhir
from transformations.medication.codes import (
    TIMING_EVENT,
    TIMING_EVENTS,
    TIMING_EVENTS_BETWEEN,
)
from transformations.sections.concepts import CODE_OF_ANY_SYSTEM

POINTS = frozenset({"TS", "SXCM_TS"})
_UNITS = frozenset({"a", "mo", "wk", "d", "h", "min", "s"})
# What FHIR may count times by, in minutes.
_DAY, _WEEK = Decimal(1440), Decimal(10080)
_MINUTES = {
    "s": Fraction(1, 60),
    "min": Fraction(1),
    "h": Fraction(60),
}
# What intersects, or is joined, says when; what is excluded says when not.
_OPERATORS = frozenset({None, "A", "I"})


def says_nothing(time: CdaNode) -> bool:
    """Whether a schedule says only that it is not known."""
    if "value" in time.attributes:
        return False
    parts = list(time.elements())
    return all("nullFlavor" in part.attributes for part in parts) and (
        bool(parts) or "nullFlavor" in time.attributes
    )


def timing_to_fhir(time: CdaNode, timing: dict[str, Any], cx: Context) -> bool:
    """Read one schedule by its type."""
    if time.attributes.get("operator") not in _OPERATORS:
        return False
    if "nullFlavor" in time.attributes:
        return False
    kind = time.kind.name
    if kind in POINTS:
        passed = _moments_to_fhir([time], timing, cx)
    elif kind == "PIVL_TS":
        passed = clocks_to_fhir([time], timing, cx) or _periodic_to_fhir(
            time, timing, cx
        )
    elif kind == "EIVL_TS":
        passed = _events_to_fhir([time], timing, cx)
    elif kind == "SXPR_TS":
        passed = _several_to_fhir(time, timing, cx)
    else:
        passed = False
    if passed:
        _book_frame(time, cx)
    return passed


def _book_frame(time: CdaNode, cx: Context) -> None:
    cx.derive(time, "@operator")
    cx.derive(time, f"@{XSI_TYPE}")


def _moments_to_fhir(times: list[CdaNode], timing: dict[str, Any], cx: Context) -> bool:
    moments: dict[int, str] = {}
    if not all(_is_moment(time) for time in times):
        return False
    for index, time in enumerate(times):
        TS.to_fhir(time, moments, index, cx)
    timing["event"] = list(moments.values())
    return bool(moments)


def _is_moment(time: CdaNode) -> bool:
    return TS.phrase(time) != "" and not any(time.elements())


def _several_to_fhir(time: CdaNode, timing: dict[str, Any], cx: Context) -> bool:
    """Read a set of events, of moments or of periods; a mixed one has no form."""
    parts = list(time.elements("comp"))
    if not parts or any(part.attributes.get("operator", "I") != "I" for part in parts):
        return False
    kinds = {part.kind.name for part in parts}
    if kinds == {"EIVL_TS"}:
        passed = _events_to_fhir(parts, timing, cx)
    elif kinds == {"PIVL_TS"}:
        passed = clocks_to_fhir(parts, timing, cx)
    elif kinds <= POINTS:
        passed = _moments_to_fhir(parts, timing, cx)
    else:
        passed = False
    if passed:
        for part in parts:
            _book_frame(part, cx)
    return passed


def _events_to_fhir(times: list[CdaNode], timing: dict[str, Any], cx: Context) -> bool:
    """Read events of the day; between meals FHIR has as the code of a timing."""
    events = [event for time in times for event in time.elements("event")]
    if len(events) != len(times) or not all(_is_event(event) for event in events):
        return False
    codes = [event.attributes["code"] for event in events]
    minutes = [_minutes_from(time) for time in times]
    if not TIMING_EVENTS_BETWEEN.isdisjoint(codes):
        return len(codes) == 1 and minutes == [0] and _between(events[0], timing, cx)
    if None in minutes or len(set(minutes)) > 1:
        return False
    for event in events:
        cx.attr(event, "code")
        cx.derive(event, "@codeSystem")
        for name in ("codeSystemName", "codeSystemVersion", "displayName"):
            cx.settle(event, f"@{name}")
    timing["repeat"] = {"when": codes}
    if minutes[0]:
        _book_offsets(times, cx)
        timing["repeat"]["offset"] = minutes[0]
    return True


def _between(event: CdaNode, timing: dict[str, Any], cx: Context) -> bool:
    return CODE_OF_ANY_SYSTEM.to_fhir(event, timing, "code", cx)


def _minutes_from(time: CdaNode) -> int | None:
    """Return how long before or after its event; ``None`` where FHIR cannot say it.

    FHIR takes it as before an event that is before a meal, as after one that is after.
    """
    offset = time.first("offset")
    if offset is None or "nullFlavor" in offset.attributes:
        return 0
    low = offset.first("low")
    event = time.first("event")
    if low is None or event is None or len(list(offset.elements())) > 1:
        return None
    number = from_real(low.attributes.get("value", ""))
    unit = low.attributes.get("unit", "")
    if number is None or unit not in _MINUTES:
        return None
    sign = {"A": -1, "P": 1}.get(event.attributes["code"][0], 0)
    minutes = sign * Fraction(number) * _MINUTES[unit]
    return int(minutes) if minutes.denominator == 1 and minutes > 0 else None


def _book_offsets(times: list[CdaNode], cx: Context) -> None:
    for time in times:
        for offset in time.elements("offset"):
            for low in offset.elements("low"):
                cx.derive(low, "@value")
                cx.derive(low, "@unit")


def _is_event(event: CdaNode) -> bool:
    return (
        event.attributes.get("code") in TIMING_EVENTS
        and event.attributes.get("codeSystem", TIMING_EVENT) == TIMING_EVENT
    )


def _periodic_to_fhir(time: CdaNode, timing: dict[str, Any], cx: Context) -> bool:
    """Read a period between intakes; times a day where an institution sets hours."""
    period = time.first("period")
    number = None if period is None else from_real(period.attributes.get("value", ""))
    if period is None or number is None or number <= 0:
        return False
    if period.attributes.get("unit") not in _UNITS or _is_phased(time):
        return False
    unit = str(cx.attr(period, "unit"))
    cx.attr(period, "value")
    repeat: dict[str, Any] = {"frequency": 1, "period": number, "periodUnit": unit}
    often = None
    if time.attributes.get("institutionSpecified") == "true":
        often = times_of(Decimal(number), unit)
    if often is None:
        reason = "that an institution sets the hours has no place in FHIR"
        cx.lose(time, "@institutionSpecified", reason, Severity.INFORMATION)
    else:
        cx.derive(time, "@institutionSpecified")
        repeat = dict(zip(("frequency", "period", "periodUnit"), often, strict=True))
    timing["repeat"] = repeat
    return True


def _is_phased(time: CdaNode) -> bool:
    """Whether it says at which hour or date; a bare nullFlavor does not."""
    phase = time.first("phase")
    return phase is not None and (
        "value" in phase.attributes
        or any("value" in part.attributes for part in phase.elements())
    )


def times_of(period: Decimal, unit: str) -> tuple[int, int, str] | None:
    """Return how often in how many of a unit: every 8 h is 3 times in 1 d.

    ``None`` where only once in the period says it. The rate stays exact.
    """
    if unit not in _MINUTES:
        often = Fraction(period)
        if often.denominator == 1:
            return None
        return often.denominator, often.numerator, unit
    minutes = Fraction(period) * _MINUTES[unit]
    for whole, name in ((_DAY, "d"), (_WEEK, "wk")):
        times = Fraction(whole) / minutes
        if times.denominator == 1 and times > 1:
            return int(times), 1, name
    return None
