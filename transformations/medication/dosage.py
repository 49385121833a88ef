"""How a medicine is taken: schedule, dose and route, or the words that say it.

Several dosages, and a schedule that CDA cannot say whole (as needed, a count), become
words, and the schedule unknown.

Spec: eHDSI Medication Item EH.3.4: exactly two ``effectiveTime`` (Wave 8) /
HL7 v3 PIVL_TS, EIVL_TS, SXPR_TS / FHIR R4 Dosage, Timing.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.hl7v3.numbers import to_real
from transformations.mapping import Context
from transformations.medication.codes import (
    DOSE_UNIT_ANNOTATION,
    ROUTE_SYSTEMS,
    UNIT_ANNOTATION,
)
from transformations.medication.dosage_words import (
    say_dose,
    say_rate,
    say_rest,
    say_route,
    say_schedule,
)
from transformations.medication.schedules import is_expressible, write_timing
from transformations.sections.codes import UCUM_URI
from transformations.sections.concepts import OpenConcept
from transformations.sections.words import say_quantity

ROUTE = OpenConcept("CE", ROUTE_SYSTEMS)


def write_dosages(
    dosages: Any,
    act: CdaNode,
    cx: Context,
    *,
    treatment: CdaNode | None,
    anchor: str = "",
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
    anchor
        The date of FHIR from which times of day are counted.
    """
    items = [item for item in dosages or () if isinstance(item, dict)]
    if len(items) == 1:
        _write_one(items[0], act, cx, treatment, anchor)
    else:
        for item in items:
            say_schedule(item, cx)
            say_dose(item, cx)
            say_route(item, cx)
    if not any(True for _ in _frequencies(act)):
        _write_unknown_frequency(act)
    for item in items:
        say_rest(item, act, cx)


def _write_one(
    dosage: dict[str, Any],
    act: CdaNode,
    cx: Context,
    treatment: CdaNode | None,
    anchor: str,
) -> None:
    """Write the only dosage; dose and route are so whatever the schedule."""
    timing = dosage.get("timing")
    if not is_expressible(dosage, anchor):
        say_schedule(dosage, cx)
    elif isinstance(timing, dict):
        write_timing(timing, act, cx, treatment=treatment, anchor=anchor)
    _write_dose(dosage, act, cx)
    if isinstance(dosage.get("route"), dict):
        route = act.add("routeCode")
        if ROUTE.to_cda(dosage, "route", route, cx):
            ROUTE.link(route, cx.narrative.say("Route", ROUTE.phrase(route)))
        else:
            act.children.remove(route)


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
    if not _write_rate(rate, act, cx):
        say_rate(rate, cx)


def _write_rate(rate: dict[str, Any], act: CdaNode, cx: Context) -> bool:
    """Write how fast it is given, where that is one rate in units of UCUM."""
    quantity = rate.get("rateQuantity")
    if (
        not isinstance(quantity, dict)
        or quantity.get("system") != UCUM_URI
        or to_real(quantity.get("value")) is None
        or "comparator" in quantity
        or "type" in rate
    ):
        return False
    node = act.add("rateQuantity")
    words = _bound(quantity, node.add("low"), cx)
    node.add("high", **node.elements("low").__next__().attributes)
    cx.narrative.say("Rate", words)
    return True


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
    if isinstance(code, str) and system == UCUM_URI and len(code.split()) == 1:
        cx.take(quantity, "system")
        cx.tell(quantity, "unit")
        return str(cx.take(quantity, "code"))
    cx.lose(quantity, "system", "it is no system of units that CDA could name")
    cx.tell(quantity, "unit")
    name = cx.take(quantity, "code") or quantity.get("unit") or ""
    bare = name.strip("{}")
    return DOSE_UNIT_ANNOTATION.format(bare) if UNIT_ANNOTATION.fullmatch(bare) else "1"
