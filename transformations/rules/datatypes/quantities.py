"""Quantities: PQ, IVL_PQ, INT.

Spec: HL7 v3 datatypes, release 1, as eHDSI narrows them (``.EPSOS``).
"""

from __future__ import annotations

import re

from transformations.rules.datatypes.anything import VALUE_OR_NULL
from transformations.rules.datatypes.check import Check
from transformations.rules.datatypes.conditions import (
    BOUNDS,
    ONE_OF_BOTH,
    below,
    bounds,
    has_child,
)
from transformations.rules.datatypes.times import INCLUSIVE, INTERVAL, QTY
from transformations.rules.place import Place

_REAL = re.compile(r"[-+]?\d*\.?[0-9]+([eE][-+]?\d+)?")


_INTEGER = re.compile(r"-?[1-9]\d*|\+?\d*")


def _quantities_repeat(place: Place) -> bool:
    keys = [
        "".join(
            each.attributes.get(name, "") for name in ("value", "code", "codeSystem")
        )
        for each in below(place)
        if each.name == "translation"
    ]
    return len(keys) != len(set(keys))


def _not_real(place: Place) -> bool:
    value = place.attributes.get("value")
    return value is not None and not _REAL.fullmatch(value)


def _not_integer(place: Place) -> bool:
    value = place.attributes.get("value")
    return value is not None and not _INTEGER.fullmatch(value)


def _bound_not_real(place: Place) -> bool:
    return any(_not_real(each) for name in BOUNDS[:3] for each in bounds(place, name))


def _quantity_reversed(place: Place) -> bool:
    lows = [each.attributes.get("value") for each in bounds(place, "low")]
    highs = [each.attributes.get("value") for each in bounds(place, "high")]
    if None in lows or None in highs or not lows or not highs:
        return False
    low, high = _number(lows[0]), _number(highs[0])
    return low is None or high is None or low > high


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


PQ = (
    *QTY,
    VALUE_OR_NULL,
    Check(
        "repeated-translation",
        _quantities_repeat,
        "the same translation stands twice",
        "Leave the second out.",
    ),
    Check("number", _not_real, "the value is no number", "Write a decimal number."),
)


IVXB_PQ = (*PQ[:-1], INCLUSIVE)


IVL_PQ = (
    *PQ[:-1],
    *INTERVAL,
    Check(
        "value-and-bounds",
        lambda place: (
            "value" in place.attributes
            and any(child.name != "translation" for child in place.children)
        ),
        "a value stands together with bounds",
        ONE_OF_BOTH,
    ),
    Check(
        "reversed-bounds",
        _quantity_reversed,
        "low is more than high",
        "Exchange the bounds, or correct them at their source.",
    ),
    Check(
        "bound-number",
        _bound_not_real,
        "a bound is no number",
        "Write decimal numbers.",
    ),
    Check(
        "translation-and-bounds",
        lambda place: "translation" in place.by_name and len(place.by_name) > 1,
        "a translation stands together with bounds",
        "Put the translation into the bounds, or leave it out.",
    ),
)


INT = (
    *QTY,
    VALUE_OR_NULL,
    Check(
        "uncertainty",
        has_child("uncertainty"),
        "uncertainty may not be here",
        "Leave it out.",
    ),
    Check(
        "integer", _not_integer, "the value is no whole number", "Write digits only."
    ),
)
