"""A schedule as people say it: how often, on which days, at what time, for how long.

Our words are in the language of the document, those of the source as they are; units
are written as UCUM does. Nothing is booked here.

Spec: FHIR R4 Timing.repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from transformations.hl7v3.numbers import to_real

Translate = Callable[[str], str]
# Events of the day, as FHIR (and HL7 v3 TimingEvent) name them.
EVENTS = {
    "MORN": "in the morning",
    "MORN.early": "early in the morning",
    "MORN.late": "late in the morning",
    "NOON": "at noon",
    "AFT": "in the afternoon",
    "AFT.early": "early in the afternoon",
    "AFT.late": "late in the afternoon",
    "EVE": "in the evening",
    "EVE.early": "early in the evening",
    "EVE.late": "late in the evening",
    "NIGHT": "at night",
    "PHS": "after falling asleep",
    "HS": "at bedtime",
    "WAKE": "after waking",
    "C": "with a meal",
    "CM": "with breakfast",
    "CD": "with lunch",
    "CV": "with supper",
    "AC": "before a meal",
    "ACM": "before breakfast",
    "ACD": "before lunch",
    "ACV": "before supper",
    "PC": "after a meal",
    "PCM": "after breakfast",
    "PCD": "after lunch",
    "PCV": "after supper",
    "IC": "between meals",
    "ICM": "between breakfast and lunch",
    "ICD": "between lunch and supper",
    "ICV": "between supper and bedtime",
}
_UPPER = {
    "frequency": "frequencyMax",
    "period": "periodMax",
    "count": "countMax",
    "duration": "durationMax",
}


def repeat_words(repeat: dict[str, Any], translate: Translate) -> list[str]:
    """Return the phrases that say all of a schedule."""
    phrases = [
        _often(repeat, translate),
        ", ".join(translate(str(one)) for one in repeat.get("dayOfWeek") or ()),
        ", ".join(_clock(one) for one in repeat.get("timeOfDay") or ()),
        events_words(repeat.get("when") or (), translate),
        _offset(repeat, translate),
        _lasting(repeat, translate),
        _count(repeat, translate),
        _bounds(repeat, translate),
    ]
    return [phrase for phrase in phrases if phrase]


def events_words(events: Sequence[Any], translate: Translate) -> str:
    """Return events of the day in words; a code that is none of them stays."""
    return ", ".join(
        translate(EVENTS[event]) if event in EVENTS else str(event) for event in events
    )


def amount_words(value: Any) -> str:
    """Return a Quantity, Range or Ratio in words; empty for anything else."""
    if not isinstance(value, dict):
        return ""
    for low, high, between in _PAIRS:
        if low in value or high in value:
            ends = [amount_words(value.get(low)), amount_words(value.get(high))]
            return between.join(end for end in ends if end)
    number = to_real(value.get("value"))
    if number is None:
        return ""
    unit = value.get("unit") or value.get("code") or ""
    sign = value.get("comparator") or ""
    return f"{sign}{number} {'' if unit == '1' else unit}".strip()


_PAIRS = (("low", "high", " - "), ("numerator", "denominator", " / "))


def _clock(moment: Any) -> str:
    return str(moment).removesuffix(":00")


def _between(repeat: dict[str, Any], name: str) -> str:
    ends = [to_real(repeat.get(one)) for one in (name, _UPPER[name])]
    return " - ".join(end for end in ends if end)


def _often(repeat: dict[str, Any], translate: Translate) -> str:
    frequency, period = _between(repeat, "frequency"), _between(repeat, "period")
    unit = repeat.get("periodUnit", "")
    if not frequency and not period:
        return str(unit)
    times = f"{frequency} {translate('times')}"
    if frequency in {"", "1"}:
        times = translate("once")
    return f"{times} {translate('every')} {period} {unit}" if period else times


def _offset(repeat: dict[str, Any], translate: Translate) -> str:
    if "offset" not in repeat:
        return ""
    return f"{translate('Minutes before or after')}: {repeat['offset']}"


def _lasting(repeat: dict[str, Any], translate: Translate) -> str:
    lasting = _between(repeat, "duration")
    unit = repeat.get("durationUnit", "")
    return f"{translate('each time for')} {lasting} {unit}" if lasting else str(unit)


def _count(repeat: dict[str, Any], translate: Translate) -> str:
    count = _between(repeat, "count")
    return f"{translate('times in all')}: {count}" if count else ""


def _bounds(repeat: dict[str, Any], translate: Translate) -> str:
    for key in ("boundsDuration", "boundsRange"):
        words = amount_words(repeat.get(key))
        if words:
            return f"{translate('for')} {words}"
    period = repeat.get("boundsPeriod")
    if not isinstance(period, dict):
        return ""
    ends = [str(period.get(end, "")) for end in ("start", "end")]
    return " - ".join(ends) if any(ends) else ""
