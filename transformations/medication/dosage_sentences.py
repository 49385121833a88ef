"""A dosage as one line for people, where its source has no words for it.

How much, which way, when, for how long, how much at most: in the order people say it,
our words in the language of the document, the source's as they are. Nothing is booked:
what is coded, or told, has booked it.

Spec: FHIR R4 Dosage / eHDSI: every dosage stands as text too (EH.3.12).
"""

from __future__ import annotations

from typing import Any

from transformations.medication.medicines import name_of
from transformations.medication.schedule_words import (
    Translate,
    amount_words,
    repeat_words,
)


def sentence_of(dosage: dict[str, Any], translate: Translate) -> str:
    """Return the words of a dosage; empty where nothing of it can be said."""
    timing = dosage.get("timing")
    timing = timing if isinstance(timing, dict) else {}
    repeat = timing.get("repeat")
    parts = [
        *(_dose(rate) for rate in dosage.get("doseAndRate") or ()),
        name_of(dosage.get("route")),
        name_of(dosage.get("site")),
        *(repeat_words(repeat, translate) if isinstance(repeat, dict) else ()),
        name_of(timing.get("code")),
        ", ".join(str(event) for event in timing.get("event") or ()),
        _as_needed(dosage, translate),
        _at_most(dosage, translate),
    ]
    return ", ".join(part for part in parts if part)


def _dose(rate: Any) -> str:
    for key in ("doseQuantity", "doseRange", "rateQuantity", "rateRange", "rateRatio"):
        words = amount_words(rate.get(key))
        if words:
            return words
    return ""


def _as_needed(dosage: dict[str, Any], translate: Translate) -> str:
    reason = name_of(dosage.get("asNeededCodeableConcept"))
    if reason:
        return f"{translate('As needed for')} {reason}"
    return translate("As needed") if dosage.get("asNeededBoolean") is True else ""


def _at_most(dosage: dict[str, Any], translate: Translate) -> str:
    words = amount_words(dosage.get("maxDosePerPeriod"))
    return f"{translate('At most')} {words}" if words else ""
