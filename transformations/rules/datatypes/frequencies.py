"""How often: PIVL_TS, EIVL_TS, SXPR_TS.

Spec: HL7 v3 datatypes, release 1, as eHDSI narrows them (``.EPSOS``).
"""

from __future__ import annotations

from transformations.rules.datatypes.check import Check
from transformations.rules.datatypes.conditions import (
    TIMING_EVENT,
    bounds,
    differs,
    has_child,
)
from transformations.rules.datatypes.times import SXCM_TS
from transformations.rules.place import Place


def _long_period(place: Place) -> bool:
    return any(
        len(each.attributes.get("value", "").partition(".")[2]) > 4
        for each in bounds(place, "period")
    )


def _all_unclear(place: Place) -> bool:
    """No element of a periodic interval says something, or says that it is null."""
    return not any(
        each.is_null
        != bool(
            "value" in each.attributes or "unit" in each.attributes or each.children
        )
        for each in place.descend()
    )


def _has_event_attribute(place: Place) -> bool:
    return any(
        differs("codeSystem", TIMING_EVENT)(event)
        or differs("codeSystemName", "TimingEvent")(event)
        or "codeSystemVersion" in event.attributes
        or "displayName" in event.attributes
        for event in bounds(place, "event")
    )


def _has_event_children(place: Place) -> bool:
    return any(
        has_child("originalText", "qualifier", "translation")(event)
        for event in bounds(place, "event")
    )


PIVL_TS = (
    *SXCM_TS,
    Check(
        "periodic-nothing-said",
        _all_unclear,
        "nothing of the periodic interval has a value or is null alone",
        "Give period with value and unit, or period with nullFlavor UNK.",
    ),
    Check(
        "period-digits",
        _long_period,
        "the period has more than four decimals",
        "Round it to four.",
    ),
)


EIVL_TS = (
    *SXCM_TS,
    Check(
        "no-event",
        lambda place: not place.is_null and "event" not in place.by_name,
        "there is neither an event nor a nullFlavor",
        "Name the event, such as ACM.",
    ),
    Check(
        "event-attributes",
        _has_event_attribute,
        "the event has more than its code",
        "Leave displayName and version out; codeSystem is that of timing events.",
    ),
    Check(
        "event-children",
        _has_event_children,
        "the event has originalText, qualifier or translation",
        "Leave them out.",
    ),
)


SXPR_TS = (
    *SXCM_TS,
    Check(
        "one-component",
        lambda place: not place.is_null and len(bounds(place, "comp")) < 2,
        "there are fewer than two components",
        "Give the one component as an effectiveTime of its own.",
    ),
)
