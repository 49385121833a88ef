"""A dosage as one line for people, where its source has no words for it.

How much, which way, when, for how long, how much at most: in the order people say it,
our words in the language of the document, the source's as they are. Nothing is booked:
what is coded, or told, has booked it.

Spec: FHIR R4 Dosage, Timing / eHDSI: every dosage stands as text too (EH.3.12).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transformations.hl7v3.numbers import to_real
from transformations.medication.medicines import name_of

Translate = Callable[[str], str]
_RANGES = {"frequency": "frequencyMax", "period": "periodMax"}


def sentence_of(dosage: dict[str, Any], translate: Translate) -> str:
    """Return the words of a dosage; empty where nothing of it can be said."""
    timing = dosage.get("timing")
    timing = timing if isinstance(timing, dict) else {}
    repeat = timing.get("repeat")
    parts = [
        *(_dose(rate) for rate in dosage.get("doseAndRate") or ()),
        name_of(dosage.get("route")),
        name_of(dosage.get("site")),
        *_times(repeat if isinstance(repeat, dict) else {}, translate),
        name_of(timing.get("code")),
        ", ".join(str(event) for event in timing.get("event") or ()),
        _as_needed(dosage, translate),
        _at_most(dosage, translate),
    ]
    return ", ".join(part for part in parts if part)


def _dose(rate: Any) -> str:
    for key in ("doseQuantity", "doseRange", "rateQuantity", "rateRange", "rateRatio"):
        words = _amount(rate.get(key))
        if words:
            return words
    return ""


def _amount(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    for low, high, between in (("low", "high", " - "), _RATIO):
        if low in value or high in value:
            ends = [_amount(value.get(low)), _amount(value.get(high))]
            return between.join(end for end in ends if end)
    number = to_real(value.get("value"))
    unit = value.get("unit") or value.get("code") or ""
    sign = value.get("comparator") or ""
    if number is None:
        return ""
    return f"{sign}{number} {'' if unit == '1' else unit}".strip()


_RATIO = ("numerator", "denominator", " / ")


def _times(repeat: dict[str, Any], translate: Translate) -> list[str]:
    words = [_often(repeat, translate)]
    words.append(", ".join(translate(str(day)) for day in repeat.get("dayOfWeek", ())))
    words.append(
        ", ".join(str(one).removesuffix(":00") for one in repeat.get("timeOfDay", ()))
    )
    words.append(", ".join(translate(str(one)) for one in repeat.get("when", ())))
    if repeat.get("offset"):
        words.append(f"{repeat['offset']} min")
    if "count" in repeat:
        words.append(f"{translate('times in all')}: {repeat['count']}")
    if "duration" in repeat:
        unit = repeat.get("durationUnit", "")
        lasting = f"{to_real(repeat['duration'])} {unit}".strip()
        words.append(f"{translate('each time for')} {lasting}")
    return [*words, _bounds(repeat, translate)]


def _often(repeat: dict[str, Any], translate: Translate) -> str:
    if "period" not in repeat:
        return ""
    frequency, period = (_between(repeat, name) for name in _RANGES)
    times = f"{frequency} {translate('times')}"
    if frequency in {"", "1"}:
        times = translate("once")
    unit = repeat.get("periodUnit", "")
    return f"{times} {translate('every')} {period} {unit}".strip()


def _between(repeat: dict[str, Any], name: str) -> str:
    ends = [to_real(repeat.get(one)) for one in (name, _RANGES[name])]
    return " - ".join(end for end in ends if end)


def _bounds(repeat: dict[str, Any], translate: Translate) -> str:
    for key in ("boundsDuration", "boundsRange"):
        words = _amount(repeat.get(key))
        if words:
            return f"{translate('for')} {words}"
    period = repeat.get("boundsPeriod")
    if not isinstance(period, dict):
        return ""
    return " - ".join(str(period[end]) for end in ("start", "end") if end in period)


def _as_needed(dosage: dict[str, Any], translate: Translate) -> str:
    reason = name_of(dosage.get("asNeededCodeableConcept"))
    if reason:
        return f"{translate('As needed for')} {reason}"
    return translate("As needed") if dosage.get("asNeededBoolean") is True else ""


def _at_most(dosage: dict[str, Any], translate: Translate) -> str:
    words = _amount(dosage.get("maxDosePerPeriod"))
    return f"{translate('At most')} {words}" if words else ""
