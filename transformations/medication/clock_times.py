"""Times of day and days of the week, as periods that begin at a moment.

Every day at eight is a period of one day with a phase at eight; every Monday a period
of one week with a phase on a Monday. The day of the phase is any such day; we take the
first from the day the treatment, or the order, begins.

Spec: HL7 v3 PIVL_TS.phase, local time without a zone / FHIR R4 Timing.repeat.timeOfDay,
dayOfWeek. Seen: prescriptions of Denmark.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import product
from typing import Any, NamedTuple

from transformations.cda.namespaces import XSI_TYPE
from transformations.cda.structure import CdaNode
from transformations.hl7v3.numbers import from_real
from transformations.mapping import Context

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_OWN = frozenset({"timeOfDay", "dayOfWeek"})
_BESIDE = frozenset(
    {"frequency", "period", "periodUnit", "boundsPeriod", "boundsDuration"}
)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d):([0-5]\d)")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_PHASE = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?(?:[+-]\d{4})?")
_WEEK = frozenset({(1, "wk"), (7, "d")})
_DAY = frozenset({(1, "d"), (24, "h")})


class Clock(NamedTuple):
    """When the first period begins, and how long it is: ``1``, ``wk``."""

    phase: str
    unit: str


def clocks_of(repeat: Any, anchor: str) -> list[Clock]:
    """Return the periods that say a schedule by the clock; none where they cannot.

    Parameters
    ----------
    anchor
        A date of FHIR from which the phases are counted.
    """
    keys = frozenset(repeat)
    begins = _DATE.match(anchor)
    if not keys & _OWN or not keys <= _OWN | _BESIDE or begins is None:
        return []
    days = repeat.get("dayOfWeek") or []
    times = [_TIME.fullmatch(str(one)) for one in repeat.get("timeOfDay") or ()]
    if None in times or not set(days) <= set(DAYS) or not (days or times):
        return []
    if not _is_just_so_often(repeat, len(days), len(times)):
        return []
    first = date.fromisoformat(begins[0])
    dates = [_next(first, DAYS.index(day)) for day in days] or [first]
    clock = ["".join(one.groups()).removesuffix("00") for one in times if one] or [""]
    unit = "wk" if days else "d"
    return [
        Clock(f"{day:%Y%m%d}{moment}", unit) for day, moment in product(dates, clock)
    ]


def _next(first: date, weekday: int) -> date:
    return first + timedelta(days=(weekday - first.weekday()) % len(DAYS))


def _is_just_so_often(repeat: Any, days: int, times: int) -> bool:
    """Whether a frequency beside it says the same: so often in a day or in a week."""
    frequency = repeat.get("frequency")
    period = (repeat.get("period"), repeat.get("periodUnit"))
    if period == (None, None):
        return frequency in {None, 1}
    a_day = max(times, 1)
    if period in _DAY:
        return frequency in {None, a_day}
    return period in _WEEK and days > 0 and frequency in {None, a_day * days}


def write_clocks(clocks: list[Clock], act: CdaNode) -> None:
    """Write a schedule by the clock: one period, or a set of them."""
    node = act.add("effectiveTime", operator="A")
    if len(clocks) == 1:
        _write_clock(clocks[0], node)
        return
    node.set_type("SXPR_TS")
    for clock in clocks:
        _write_clock(clock, node.add("comp"))


def _write_clock(clock: Clock, node: CdaNode) -> None:
    node.set_type("PIVL_TS")
    node.add("phase").add("low", value=clock.phase, inclusive="true")
    node.add("period", value="1", unit=clock.unit)


def clocks_to_fhir(times: list[CdaNode], timing: dict[str, Any], cx: Context) -> bool:
    """Read periods that begin at a moment, as times of day and days of the week.

    Several are so read only where every time is on every day; anything else FHIR has no
    one element for.
    """
    read = [_read_clock(time) for time in times]
    found = [one for one in read if one is not None]
    if not found or len(found) < len(read):
        return False
    days, moments = ({one[part] for one in found} for part in (0, 1))
    if len(days) * len(moments) != len(set(found)) or len(set(found)) < len(found):
        return False
    repeat: dict[str, Any] = {}
    if days != {""}:
        repeat["dayOfWeek"] = sorted(days, key=DAYS.index)
    if moments != {""}:
        repeat["timeOfDay"] = sorted(moments)
    if not repeat or ("" in days and len(days) > 1) or ("" in moments and days == {""}):
        return False
    for time in times:
        _book(time, cx)
    timing["repeat"] = repeat
    return True


def _read_clock(time: CdaNode) -> tuple[str, str] | None:
    """Return the day of the week and the time of day; empty where not said."""
    phase, period = time.first("phase"), time.first("period")
    low = None if phase is None else phase.first("low")
    value = "" if low is None else low.attributes.get("value", "")
    match = _PHASE.fullmatch(value)
    if period is None or phase is None or match is None:
        return None
    if len(list(phase.elements())) > 1 or phase.attributes.keys() - {XSI_TYPE}:
        return None
    length = (
        from_real(period.attributes.get("value", "")),
        period.attributes.get("unit"),
    )
    year, month, day, hour, minute, second = match.groups()
    moment = f"{hour}:{minute}:{second or '00'}" if hour else ""
    if length in _DAY and moment:
        return "", moment
    if length not in _WEEK:
        return None
    try:
        weekday = date(int(year), int(month), int(day)).weekday()
    except ValueError:
        return None
    return DAYS[weekday], moment


def _book(time: CdaNode, cx: Context) -> None:
    for phase in time.elements("phase"):
        for low in phase.elements("low"):
            cx.derive(low, "@value")
            cx.settle(low, "@inclusive")
    for period in time.elements("period"):
        cx.derive(period, "@value")
        cx.derive(period, "@unit")
    cx.settle(time, "@institutionSpecified")
