"""Points and intervals of time: TS, IVL_TS.

Spec: HL7 v3 datatypes, release 1, as eHDSI narrows them (``.EPSOS``).
"""

from __future__ import annotations

import re

from transformations.rules.datatypes.anything import ANY, NULL_IN_SET, VALUE_OR_NULL
from transformations.rules.datatypes.check import Broken, Check
from transformations.rules.datatypes.conditions import (
    BOUNDS,
    NULL_ALONE,
    ONE_OF_BOTH,
    bounds,
    repeats,
)
from transformations.rules.place import Place
from transformations.rules.timestamps import Moment, moment_of

_TIME_UNITS = frozenset({"us", "ms", "s", "min", "h", "d", "wk", "mo", "a", ""})


def _bad_time(place: Place) -> bool:
    value = place.attributes.get("value")
    return value is not None and moment_of(value) is None


def _value_matches(pattern: str) -> Broken:
    compiled = re.compile(pattern)
    return lambda place: (
        "value" in place.attributes and not compiled.match(place.attributes["value"])
    )


def _time_without_zone(place: Place) -> bool:
    value = place.attributes.get("value", "")
    return bool(re.match(r"\d{10}", value)) and "+" not in value and "-" not in value


def _null_with_bounds(place: Place) -> bool:
    return any(
        each.is_null
        and (
            "value" in each.attributes
            or "unit" in each.attributes
            or any(name in each.by_name for name in BOUNDS)
        )
        for each in place.descend()
    )


def _value_and_children(place: Place) -> bool:
    return "value" in place.attributes and bool(place.children)


def _center_and_others(place: Place) -> bool:
    names = place.by_name
    return "center" in names and any(name in names for name in ("low", "high", "width"))


def _all_three(place: Place) -> bool:
    return all(name in place.by_name for name in ("width", "low", "high"))


def _equal_bounds(place: Place) -> bool:
    lows = {each.attributes.get("value") for each in bounds(place, "low")} - {None}
    highs = {each.attributes.get("value") for each in bounds(place, "high")} - {None}
    return bool(lows & highs)


def _width_unit_alone(place: Place) -> bool:
    return any(
        "unit" in each.attributes and "value" not in each.attributes
        for each in bounds(place, "width")
    )


def _width_unit_strange(place: Place) -> bool:
    return any(
        each.attributes.get("unit", "") not in _TIME_UNITS
        for each in bounds(place, "width")
    )


def _bad_bound(place: Place) -> bool:
    return any(
        _bad_time(each)
        for name in ("low", "center", "high")
        for each in bounds(place, name)
    )


def _moments(place: Place, name: str) -> list[Moment]:
    found = (
        moment_of(each.attributes.get("value", "")) for each in bounds(place, name)
    )
    return [moment for moment in found if moment is not None]


def _bounds_reversed(place: Place) -> bool:
    lows, highs = _moments(place, "low"), _moments(place, "high")
    return bool(lows and highs) and min(lows) > max(highs)


def _infinite(place: Place) -> bool:
    return any(
        each.attributes.get("nullFlavor") == flavor
        for name, flavor in (("low", "PINF"), ("high", "NINF"))
        for each in bounds(place, name)
    )


QTY = (
    *ANY,
    NULL_IN_SET,
    Check(
        "repeated-quantity",
        repeats("value", "unit"),
        "the same quantity stands twice",
        "Leave the second out.",
    ),
)


TS = (
    *QTY,
    VALUE_OR_NULL,
    Check(
        "timestamp",
        _bad_time,
        "the value is no timestamp",
        "Write YYYYMMDD, or YYYYMMDDhhmmss with an offset such as +0100 (not Z).",
    ),
)


TS_EPSOS_TZ = (
    *TS,
    Check(
        "day-precision",
        _value_matches(r"[0-9]{8}"),
        "the time is not precise to the day",
        "Write at least YYYYMMDD.",
    ),
    Check(
        "no-offset",
        _time_without_zone,
        "the time has hours and no offset from UTC",
        "Add the offset, such as +0100.",
    ),
)


SXCM_TS = (
    *TS,
    Check(
        "null-and-operator",
        lambda place: place.is_null and place.attributes.get("operator", "I") != "I",
        "nullFlavor stands together with operator",
        "Leave operator out; where only the frequency is unknown, give a PIVL_TS "
        "with a period of nullFlavor UNK.",
    ),
)


INTERVAL = (
    Check(
        "null-with-bounds",
        _null_with_bounds,
        "a nullFlavor stands together with a value or bounds",
        NULL_ALONE,
    ),
    Check(
        "center-and-bounds",
        _center_and_others,
        "center stands together with other bounds",
        "Give center, or low and high.",
    ),
    Check(
        "overdetermined",
        _all_three,
        "low, high and width stand together",
        "Leave width out.",
    ),
    Check(
        "width-unit-alone",
        _width_unit_alone,
        "width has a unit and no value",
        "Add the value.",
    ),
    Check(
        "width-translation",
        lambda place: any("translation" in w.by_name for w in bounds(place, "width")),
        "width has a translation",
        "Leave it out.",
    ),
    Check(
        "infinite-bound",
        _infinite,
        "low is positive or high negative infinity",
        "Use the other infinity, or leave the bound out.",
    ),
)


IVL_TS = (
    *SXCM_TS,
    *INTERVAL,
    Check(
        "value-and-bounds",
        _value_and_children,
        "a value stands together with bounds",
        ONE_OF_BOTH,
    ),
    Check(
        "equal-bounds",
        _equal_bounds,
        "low and high are the same",
        "Give one value instead of two equal bounds.",
    ),
    Check(
        "width-unit",
        _width_unit_strange,
        "the unit of width is no unit of time",
        "Use us, ms, s, min, h, d, wk, mo or a.",
    ),
    Check(
        "bound-timestamp",
        _bad_bound,
        "a bound is no timestamp",
        "Write YYYYMMDD, or YYYYMMDDhhmmss with an offset such as +0100 (not Z).",
    ),
    Check(
        "reversed-bounds",
        _bounds_reversed,
        "low is after high",
        "Exchange the bounds, or correct them at their source.",
    ),
)


IVL_TS_EPSOS = (
    *IVL_TS,
    Check(
        "year-precision",
        lambda place: any(
            _value_matches(r"[0-9]{4}")(each)
            for each in (place, *place.children)
            if each is place or each.name in {"low", "center", "high"}
        ),
        "a time is not precise to the year",
        "Write at least YYYY.",
    ),
)


INCLUSIVE = Check(
    "null-and-inclusive",
    lambda place: place.is_null and place.attributes.get("inclusive", "true") != "true",
    "nullFlavor stands together with inclusive",
    "Leave inclusive out.",
)
