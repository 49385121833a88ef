"""When a medicine is taken: the second ``effectiveTime``, where code can say it whole.

A schedule is written in code only when CDA can say all of it: an approximated schedule
is a wrong one.

Spec: HL7 v3 PIVL_TS, EIVL_TS, SXPR_TS / FHIR R4 Timing / eHDSITimingEvent 42.41.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from transformations.cda.structure import CdaNode
from transformations.hl7v3.numbers import to_real
from transformations.mapping import PQ, TS, Context, PeriodCodec
from transformations.mapping.codecs.quantities import UCUM
from transformations.medication.clock_times import clocks_of, write_clocks
from transformations.medication.codes import TIMING_EVENT, TIMING_EVENTS
from transformations.medication.schedule_words import events_words
from transformations.sections.words import say_period, say_primitive, say_quantity
from transformations.terminology import oid_of

_BOUNDS = frozenset({"boundsPeriod", "boundsDuration"})
# What a Timing may have so that PIVL_TS or EIVL_TS says all of it.
_PERIODIC = frozenset({"frequency", "period", "periodUnit"}) | _BOUNDS
_EVENTFUL = frozenset({"when", "offset", "frequency", "period", "periodUnit"}) | _BOUNDS
_UNITS = ("a", "mo", "wk", "d", "h", "min", "s")
# Smaller unit and how many of them make one, where that is exact.
_SMALLER = {"wk": ("d", 7), "d": ("h", 24), "h": ("min", 60), "min": ("s", 60)}
_FOUR_DECIMALS = Decimal("0.0001")


def is_expressible(dosage: dict[str, Any], anchor: str = "") -> bool:
    """Whether codes can say this schedule without leaving out what changes it.

    Parameters
    ----------
    anchor
        The date of FHIR from which times of day are counted; without one they are not
        written.
    """
    if dosage.get("asNeededBoolean") is True or "asNeededCodeableConcept" in dosage:
        return False
    timing = dosage.get("timing")
    if timing is None:
        return True
    if not isinstance(timing, dict):
        return False
    if timing.get("code") is not None:
        return _is_coded_event(timing)
    return _is_one_event(timing) or _is_repeat(timing.get("repeat"), timing, anchor)


def _is_coded_event(timing: dict[str, Any]) -> bool:
    """Whether a timing is nothing but between meals, for which FHIR has no event."""
    codings = timing["code"].get("coding") or [{}]
    return (
        timing.keys() == {"code"}
        and len(codings) == 1
        and oid_of(codings[0].get("system") or "") == TIMING_EVENT
        and codings[0].get("code") in TIMING_EVENTS
    )


def _is_one_event(timing: dict[str, Any]) -> bool:
    events = timing.get("event")
    return isinstance(events, list) and len(events) == 1 and "repeat" not in timing


def _is_repeat(repeat: Any, timing: dict[str, Any], anchor: str) -> bool:
    if not isinstance(repeat, dict) or "event" in timing or _has_two_bounds(repeat):
        return False
    if "boundsDuration" in repeat and not _is_plain(repeat["boundsDuration"]):
        return False
    if isinstance(repeat.get("when"), list):
        return _are_events(repeat)
    if frozenset(repeat) <= _PERIODIC:
        return period_of(repeat) is not None
    return bool(clocks_of(repeat, anchor))


def _has_two_bounds(repeat: dict[str, Any]) -> bool:
    return frozenset(repeat) >= _BOUNDS


def _is_plain(duration: Any) -> bool:
    return (
        isinstance(duration, dict)
        and to_real(duration.get("value")) is not None
        and duration.get("comparator") is None
        and duration.get("system") == UCUM
        and duration.get("code") in _UNITS
    )


def _are_events(repeat: dict[str, Any]) -> bool:
    """Whether events of the day say all; a frequency beside them may only repeat it."""
    events = repeat["when"]
    if not frozenset(repeat) <= _EVENTFUL or not set(events) <= TIMING_EVENTS:
        return False
    often = (repeat.get("frequency"), repeat.get("period"), repeat.get("periodUnit"))
    is_daily = often in {(None, None, None), (len(events), 1, "d"), (None, 1, "d")}
    offset = repeat.get("offset", 0)
    signs = {event[0] for event in events} <= {"A", "P"}
    return is_daily and (not offset or (isinstance(offset, int) and signs))


def period_of(repeat: dict[str, Any]) -> tuple[str, str] | None:
    """Return value and unit of the period between two intakes, or ``None``.

    ``frequency`` times per ``period``: the quotient must be exact in four decimals, if
    need be in a smaller unit; a quotient that is rounded would drift.
    """
    unit, frequency = repeat.get("periodUnit"), repeat.get("frequency", 1)
    number = to_real(repeat.get("period"))
    if unit not in _UNITS or number is None or not isinstance(frequency, int):
        return None
    if frequency < 1:
        return None
    period = Decimal(number)
    while True:
        quotient = period / frequency
        if quotient > 0 and quotient == quotient.quantize(_FOUR_DECIMALS):
            return to_real(quotient.normalize()) or "", unit
        if unit not in _SMALLER:
            return None
        unit, factor = _SMALLER[unit]
        period *= factor


def write_timing(
    timing: dict[str, Any],
    act: CdaNode,
    cx: Context,
    *,
    treatment: CdaNode | None,
    anchor: str,
) -> None:
    """Write a schedule that is expressible, and what bounds it.

    Parameters
    ----------
    treatment
        The first ``effectiveTime`` if it is still empty: a schedule may bound it.
    """
    if "event" in timing:
        moment = act.add("effectiveTime")
        TS.to_cda(timing["event"], 0, moment, cx)
        cx.narrative.say("When", TS.phrase(moment))
        return
    if "code" in timing:
        _write_coded_event(timing["code"], act, cx)
        return
    repeat = timing["repeat"]
    _write_bounds(repeat, cx, treatment)
    if "when" in repeat:
        _write_events(repeat, act, cx)
    elif {"timeOfDay", "dayOfWeek"} & repeat.keys():
        _write_clocks(repeat, act, cx, anchor)
    else:
        _write_period(repeat, act, cx)


def _write_coded_event(concept: dict[str, Any], act: CdaNode, cx: Context) -> None:
    node = act.add("effectiveTime", operator="A")
    node.set_type("EIVL_TS")
    (coding,) = concept["coding"]
    cx.take(coding, "system")
    # The datatype of an event has no displayName, for the rules at least.
    node.add("event", code=cx.take(coding, "code"), codeSystem=TIMING_EVENT)
    words = cx.tell(concept, "text")
    if isinstance(words, str):
        cx.settle(coding, "display")
    else:
        words = cx.tell(coding, "display")
    cx.settle(coding, "version")
    cx.narrative.say("When", words or coding["code"])


def _write_bounds(
    repeat: dict[str, Any], cx: Context, treatment: CdaNode | None
) -> None:
    if isinstance(repeat.get("boundsPeriod"), dict):
        _write_bounds_period(repeat, cx, treatment)
    elif treatment is None and isinstance(repeat.get("boundsDuration"), dict):
        words = say_quantity(repeat, "boundsDuration", cx)
        cx.narrative.say("Dosage applies for", words)
    elif treatment is not None and isinstance(repeat.get("boundsDuration"), dict):
        treatment.add("low", nullFlavor="UNK")
        width = treatment.add("width")
        PQ.to_cda(repeat, "boundsDuration", width, cx)
        cx.narrative.say("Dosage applies for", PQ.phrase(width))


def _write_bounds_period(
    repeat: dict[str, Any], cx: Context, treatment: CdaNode | None
) -> None:
    if treatment is None:
        cx.narrative.say("Dosage applies", say_period(repeat, "boundsPeriod", cx))
        return
    PeriodCodec(open_start="UNK", open_end="NA").to_cda(
        repeat, "boundsPeriod", treatment, cx
    )
    cx.narrative.say("Taken", PeriodCodec().phrase(treatment))


def _write_clocks(
    repeat: dict[str, Any], act: CdaNode, cx: Context, anchor: str
) -> None:
    write_clocks(clocks_of(repeat, anchor), act)
    words = []
    for name in ("dayOfWeek", "timeOfDay"):
        values = repeat.get(name) or []
        said = [cx.take(values, index) for index in range(len(values))]
        words += [", ".join(_clock_word(name, one, cx) for one in said)]
    for name in ("frequency", "period", "periodUnit"):
        cx.derive(repeat, name)
    cx.narrative.say("When", " ".join(word for word in words if word))


def _clock_word(name: str, value: str, cx: Context) -> str:
    return cx.translate(value) if name == "dayOfWeek" else value.removesuffix(":00")


def _write_period(repeat: dict[str, Any], act: CdaNode, cx: Context) -> None:
    value, unit = period_of(repeat) or ("", "")
    frequency = cx.take(repeat, "frequency") or 1
    cx.narrative.say("When", _times_words(repeat, frequency, cx))
    cx.take(repeat, "period")
    cx.take(repeat, "periodUnit")
    node = act.add("effectiveTime", operator="A")
    node.set_type("PIVL_TS")
    if frequency > 1:
        node.attributes["institutionSpecified"] = "true"
    node.add("period", value=value, unit=unit)


def _times_words(repeat: dict[str, Any], frequency: int, cx: Context) -> str:
    times = cx.translate("once")
    if frequency != 1:
        times = f"{frequency} {cx.translate('times')}"
    every = f"{cx.translate('every')} {to_real(repeat.get('period'))}"
    return f"{times} {every} {repeat.get('periodUnit')}"


def _write_events(repeat: dict[str, Any], act: CdaNode, cx: Context) -> None:
    events = repeat["when"]
    node = act.add("effectiveTime", operator="A")
    if len(events) == 1:
        node.set_type("EIVL_TS")
        _write_event(repeat, 0, node, cx)
    else:
        node.set_type("SXPR_TS")
        for index in range(len(events)):
            part = node.add("comp")
            part.set_type("EIVL_TS")
            _write_event(repeat, index, part, cx)
    cx.narrative.say("When", events_words(events, cx.translate))
    for name in ("frequency", "period", "periodUnit"):
        cx.derive(repeat, name)
    if repeat.get("offset"):
        minutes = say_primitive(repeat, "offset", cx)
        cx.narrative.say("Minutes before or after", minutes)


def _write_event(
    repeat: dict[str, Any], index: int, node: CdaNode, cx: Context
) -> None:
    code = cx.take(repeat["when"], index)
    node.add("event", code=code, codeSystem=TIMING_EVENT)
    if repeat.get("offset"):
        sign = "-" if code[0] == "A" else ""
        value = f"{sign}{repeat['offset']}"
        node.add("offset").add("low", value=value, unit="min")
