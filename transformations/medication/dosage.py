"""How a medicine is taken: schedule, dose and route, or the words that say it.

A schedule is written in code only when CDA can say all of it. Anything else (several
dosages, as needed, a count, days of the week) becomes words, and the schedule unknown:
an approximated schedule is a wrong one.

Spec: eHDSI Medication Item EH.3.4: exactly two ``effectiveTime`` (Wave 8) /
HL7 v3 PIVL_TS, EIVL_TS, SXPR_TS / FHIR R4 Dosage, Timing.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from transformations.cda.structure import CdaNode
from transformations.hl7v3.numbers import to_real
from transformations.mapping import TS, Context, PeriodCodec
from transformations.medication.codes import (
    DOSE_UNIT_ANNOTATION,
    ROUTE_SYSTEMS,
    TIMING_EVENT,
    TIMING_EVENTS,
    UNIT_ANNOTATION,
)
from transformations.medication.dosage_words import (
    say_dose,
    say_rate,
    say_rest,
    say_route,
    say_schedule,
)
from transformations.sections.codes import UCUM_URI
from transformations.sections.concepts import OpenConcept
from transformations.sections.words import say_period, say_quantity
from transformations.terminology import oid_of

ROUTE = OpenConcept("CE", ROUTE_SYSTEMS)

# What a Timing may have so that PIVL_TS or EIVL_TS says all of it.
_PERIODIC = frozenset({"frequency", "period", "periodUnit", "boundsPeriod"})
_EVENTFUL = frozenset({"when", "boundsPeriod"})
_UNITS = ("a", "mo", "wk", "d", "h", "min", "s")
# Smaller unit and how many of them make one, where that is exact.
_SMALLER = {"wk": ("d", 7), "d": ("h", 24), "h": ("min", 60), "min": ("s", 60)}
_FOUR_DECIMALS = Decimal("0.0001")


def write_dosages(
    dosages: Any, act: CdaNode, cx: Context, *, treatment: CdaNode | None
) -> None:
    """Write all dosages of a medicine: the second ``effectiveTime``, dose and route.

    Parameters
    ----------
    dosages
        The list of FHIR Dosage; anything else counts as none.
    act
        The substanceAdministration.
    treatment
        The first ``effectiveTime`` if it is still empty: a dosage may bound it.
    """
    items = [item for item in dosages or () if isinstance(item, dict)]
    if len(items) == 1 and is_expressible(items[0]):
        _write_coded(items[0], act, cx, treatment)
    else:
        for item in items:
            say_schedule(item, cx)
            say_dose(item, cx)
            say_route(item, cx)
    if not any(True for _ in _frequencies(act)):
        _write_unknown_frequency(act)
    for item in items:
        say_rest(item, act, cx)


def is_expressible(dosage: dict[str, Any]) -> bool:
    """Whether codes can say this dosage without leaving out what changes it."""
    if dosage.get("asNeededBoolean") is True or "asNeededCodeableConcept" in dosage:
        return False
    timing = dosage.get("timing")
    if timing is None:
        return True
    if not isinstance(timing, dict):
        return False
    if timing.get("code") is not None:
        return _is_coded_event(timing)
    return _is_one_event(timing) or _is_repeat(timing.get("repeat"), timing)


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


def _is_repeat(repeat: Any, timing: dict[str, Any]) -> bool:
    if not isinstance(repeat, dict) or "event" in timing:
        return False
    keys = frozenset(repeat)
    if keys <= _EVENTFUL and isinstance(repeat.get("when"), list):
        return all(event in TIMING_EVENTS for event in repeat["when"])
    return keys <= _PERIODIC and period_of(repeat) is not None


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


def _write_coded(
    dosage: dict[str, Any], act: CdaNode, cx: Context, treatment: CdaNode | None
) -> None:
    timing = dosage.get("timing")
    if isinstance(timing, dict):
        _write_timing(timing, act, cx, treatment)
    _write_dose(dosage, act, cx)
    if isinstance(dosage.get("route"), dict):
        route = act.add("routeCode")
        if ROUTE.to_cda(dosage, "route", route, cx):
            ROUTE.link(route, cx.narrative.say("Route", ROUTE.phrase(route)))
        else:
            act.children.remove(route)


def _write_timing(
    timing: dict[str, Any], act: CdaNode, cx: Context, treatment: CdaNode | None
) -> None:
    if "event" in timing:
        moment = act.add("effectiveTime")
        TS.to_cda(timing["event"], 0, moment, cx)
        cx.narrative.say("When", TS.phrase(moment))
        return
    if "code" in timing:
        _write_coded_event(timing["code"], act, cx)
        return
    repeat = timing["repeat"]
    bounds = repeat.get("boundsPeriod")
    if isinstance(bounds, dict):
        _write_bounds(repeat, cx, treatment)
    if "when" in repeat:
        _write_events(repeat["when"], act, cx)
        return
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
    if treatment is None:
        cx.narrative.say("Dosage applies", say_period(repeat, "boundsPeriod", cx))
        return
    PeriodCodec(open_start="UNK", open_end="NA").to_cda(
        repeat, "boundsPeriod", treatment, cx
    )
    cx.narrative.say("Taken", PeriodCodec().phrase(treatment))


def _write_period(repeat: dict[str, Any], act: CdaNode, cx: Context) -> None:
    value, unit = period_of(repeat) or ("", "")
    frequency = cx.take(repeat, "frequency") or 1
    cx.narrative.say("When", _times_words(repeat, frequency))
    cx.take(repeat, "period")
    cx.take(repeat, "periodUnit")
    node = act.add("effectiveTime", operator="A")
    node.set_type("PIVL_TS")
    if frequency > 1:
        node.attributes["institutionSpecified"] = "true"
    node.add("period", value=value, unit=unit)


def _times_words(repeat: dict[str, Any], frequency: int) -> str:
    times = "once" if frequency == 1 else f"{frequency} times"
    return f"{times} every {to_real(repeat.get('period'))} {repeat.get('periodUnit')}"


def _write_events(events: list[str], act: CdaNode, cx: Context) -> None:
    node = act.add("effectiveTime", operator="A")
    if len(events) == 1:
        node.set_type("EIVL_TS")
        _write_event(events, 0, node, cx)
    else:
        node.set_type("SXPR_TS")
        for index in range(len(events)):
            part = node.add("comp")
            part.set_type("EIVL_TS")
            _write_event(events, index, part, cx)
    cx.narrative.say("When", ", ".join(events))


def _write_event(events: list[str], index: int, node: CdaNode, cx: Context) -> None:
    node.add("event", code=cx.take(events, index), codeSystem=TIMING_EVENT)


def _frequencies(act: CdaNode) -> Any:
    times = list(act.elements("effectiveTime"))
    return times[1:]


def _write_unknown_frequency(act: CdaNode) -> None:
    """Write that the frequency is unknown, in the form that all judges accept."""
    node = act.add("effectiveTime", operator="A")
    node.set_type("PIVL_TS")
    node.add("period", nullFlavor="UNK")


def _write_dose(dosage: dict[str, Any], act: CdaNode, cx: Context) -> None:
    rates = dosage.get("doseAndRate")
    if not isinstance(rates, list) or len(rates) != 1:
        say_dose(dosage, cx)
        return
    rate = rates[0]
    if isinstance(rate.get("doseQuantity"), dict):
        _write_quantity(rate, "doseQuantity", act, cx)
    elif isinstance(rate.get("doseRange"), dict):
        _write_range(rate["doseRange"], act, cx)
    say_rate(rate, cx)


def _write_quantity(rate: dict[str, Any], key: str, act: CdaNode, cx: Context) -> None:
    quantity = rate[key]
    if to_real(quantity.get("value")) is None or "comparator" in quantity:
        cx.narrative.say("Dose", say_quantity(rate, key, cx))
        return
    node = act.add("doseQuantity")
    words = _bound(quantity, node.add("low"), cx)
    high = node.add("high")
    high.attributes.update(node.elements("low").__next__().attributes)
    cx.narrative.say("Dose", words)


def _write_range(limits: dict[str, Any], act: CdaNode, cx: Context) -> None:
    node = act.add("doseQuantity")
    words = [
        _bound(limits[name], node.add(name), cx)
        for name in ("low", "high")
        if isinstance(limits.get(name), dict)
        and to_real(limits[name].get("value")) is not None
    ]
    if not words:
        act.children.remove(node)
        return
    cx.narrative.say("Dose", " to ".join(words))


def _bound(quantity: dict[str, Any], node: CdaNode, cx: Context) -> str:
    """Write one bound of a dose; a unit outside UCUM becomes an annotation."""
    number = to_real(cx.take(quantity, "value")) or ""
    node.attributes["value"] = number
    words = quantity.get("unit") or quantity.get("code") or ""
    node.attributes["unit"] = _unit(quantity, cx)
    return f"{number} {words}".strip()


def _unit(quantity: dict[str, Any], cx: Context) -> str:
    code, system = quantity.get("code"), quantity.get("system")
    if isinstance(code, str) and system == UCUM_URI:
        cx.take(quantity, "system")
        cx.tell(quantity, "unit")
        return str(cx.take(quantity, "code"))
    cx.lose(quantity, "system", "it is no system of units that CDA could name")
    cx.tell(quantity, "unit")
    name = cx.take(quantity, "code") or quantity.get("unit") or ""
    bare = name.strip("{}")
    return DOSE_UNIT_ANNOTATION.format(bare) if UNIT_ANNOTATION.fullmatch(bare) else "1"
