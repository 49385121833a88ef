"""How a medicine is taken, in words: what codes cannot say, and what a patient is told.

Spec: eHDSI Medication Item EH.3.4, patient instructions EH.3.12 (Wave 8) /
FHIR R4 Dosage, Timing.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode, root_node
from transformations.cda.template_ids import expand
from transformations.mapping import Context
from transformations.medication.codes import PATIENT_INSTRUCTION
from transformations.medication.schedule_words import repeat_words
from transformations.sections.concepts import write_code
from transformations.sections.words import (
    say_concept,
    say_element,
    say_period,
    say_primitive,
    say_quantity,
    say_range,
    say_ratio,
)


def say_dosages(dosages: Any, cx: Context) -> None:
    """Say all dosages of a medicine that is told in words only."""
    unseen = root_node("SubstanceAdministration")
    for item in dosages or ():
        if isinstance(item, dict):
            say_schedule(item, cx)
            say_dose(item, cx)
            say_route(item, cx)
            say_rest(item, unseen, cx)


def say_schedule(dosage: dict[str, Any], cx: Context) -> None:
    """Say when it is taken."""
    timing = dosage.get("timing")
    if not isinstance(timing, dict):
        return
    words = [say_concept(timing, "code", cx)] if "code" in timing else []
    words += [
        say_primitive(timing["event"], index, cx)
        for index in range(len(timing.get("event") or ()))
    ]
    repeat = timing.get("repeat")
    if isinstance(repeat, dict):
        words += repeat_words(repeat, cx.translate)
        words += _tell_repeat(repeat, cx)
    cx.narrative.say("When", "; ".join(word for word in words if word))


def _tell_repeat(repeat: dict[str, Any], cx: Context) -> list[str]:
    """Book what a schedule says; returns what no phrase of ours says."""
    unsaid = []
    for key, value in repeat.items():
        if key in _BOUNDS:
            _BOUNDS[key](repeat, key, cx)
        elif isinstance(value, list):
            for index in range(len(value)):
                say_primitive(value, index, cx)
        else:
            words = say_primitive(repeat, key, cx)
            unsaid += [f"{key}: {words}"] if words and key not in _SAID else []
    return unsaid


_BOUNDS = {
    "boundsPeriod": say_period,
    "boundsRange": say_range,
    "boundsDuration": say_quantity,
}
_SAID = frozenset(
    {"frequency", "frequencyMax", "period", "periodMax", "periodUnit", "offset"}
    | {"count", "countMax", "duration", "durationMax", "durationUnit"}
)


def say_dose(dosage: dict[str, Any], cx: Context) -> None:
    """Say how much is taken."""
    for rate in dosage.get("doseAndRate") or ():
        for key, say in (("doseQuantity", say_quantity), ("doseRange", say_range)):
            if isinstance(rate.get(key), dict):
                cx.narrative.say("Dose", say(rate, key, cx))
        say_rate(rate, cx)


def say_rate(rate: dict[str, Any], cx: Context) -> None:
    """Say how fast it is given, and of what kind a dose is."""
    for key, say in (
        ("rateQuantity", say_quantity),
        ("rateRange", say_range),
        ("rateRatio", say_ratio),
        ("type", say_concept),
    ):
        if isinstance(rate.get(key), dict):
            label = "Kind of dose" if key == "type" else "Rate"
            cx.narrative.say(label, say(rate, key, cx))


def say_route(dosage: dict[str, Any], cx: Context) -> None:
    """Say which way it is taken."""
    if isinstance(dosage.get("route"), dict):
        cx.narrative.say("Route", say_concept(dosage, "route", cx))


_AS_NEEDED = "As needed for"
_AS_NEEDED_FOR = "asNeededCodeableConcept"
# What a patient is told to do; it stands in the entry too, as words.
_INSTRUCTIONS = frozenset(
    {
        "text",
        "patientInstruction",
        "additionalInstruction",
        _AS_NEEDED_FOR,
    }
)
_REST = (
    (_AS_NEEDED_FOR, "CodeableConcept", _AS_NEEDED),
    ("additionalInstruction", "CodeableConcept", "Instruction"),
    ("patientInstruction", "string", "Instruction"),
    ("site", "CodeableConcept", "Site"),
    ("method", "CodeableConcept", "Method"),
    ("maxDosePerPeriod", "Ratio", "At most"),
    ("maxDosePerAdministration", "Quantity", "At most at once"),
    ("maxDosePerLifetime", "Quantity", "At most in a lifetime"),
    ("sequence", "integer", "Step"),
    ("text", "string", "Dosage"),
)


def say_rest(dosage: dict[str, Any], act: CdaNode, cx: Context) -> None:
    """Say what has no code, and point an instruction at the words of the dosage."""
    if dosage.get("asNeededBoolean") is True:
        cx.tell(dosage, "asNeededBoolean")
        instruct(act, cx.narrative.say_ours("Dosage", "As needed"))
    else:
        cx.settle(dosage, "asNeededBoolean")
    for key, kind, label in _REST:
        for words in say_element(dosage, key, kind, cx):
            anchor = _say_as_needed(words, cx) if key == _AS_NEEDED_FOR else ""
            anchor = anchor or cx.narrative.say(label, words)
            if key in _INSTRUCTIONS:
                instruct(act, anchor)


def _say_as_needed(words: str, cx: Context) -> str:
    """Say for what it is taken when needed; the words stand alone in the entry."""
    return cx.narrative.say("Dosage", f"{cx.translate(_AS_NEEDED)} {words}")


def instruct(act: CdaNode, anchor: str) -> None:
    """Write that the patient is told the words that an anchor names."""
    link = act.add("entryRelationship", typeCode="SUBJ", inversionInd="true")
    node = link.add("act", classCode="ACT", moodCode="INT")
    node.add("templateId", root=expand("EH.3.12"))
    node.add("templateId", root=expand("CCD.1.49"))
    write_code(node.add("code"), PATIENT_INSTRUCTION)
    node.add("text").add("reference", value=f"#{anchor}")
    node.add("statusCode", code="completed")
