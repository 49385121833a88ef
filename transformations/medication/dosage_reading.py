"""How a medicine is taken, read from CDA: treatment period, schedule, dose, route.

A schedule becomes a Timing only when a Timing can say all of it. Any other is lost
aloud, and the text of the section says it: an approximated schedule is a wrong one.

Spec: eHDSI Medication Item EH.3.4: exactly two ``effectiveTime`` (Wave 8) /
HL7 v3 IVL_TS, PIVL_TS, EIVL_TS, SXPR_TS / FHIR R4 Dosage, Timing.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from transformations.cda.namespaces import XSI_TYPE
from transformations.cda.structure import CdaNode, class_of
from transformations.hl7v3.numbers import from_real
from transformations.mapping import (
    PQ,
    RANGE,
    RATIO,
    TS,
    Back,
    Const,
    Context,
    IgnoreCda,
    Row,
    Severity,
    Table,
)
from transformations.mapping.absence import SAYS_NOTHING, write_absent_reason
from transformations.mapping.cda_path import parse_cda_path
from transformations.medication.codes import PATIENT_INSTRUCTION
from transformations.medication.dosage import ROUTE
from transformations.medication.schedules_reading import (
    POINTS,
    says_nothing,
    timing_to_fhir,
)
from transformations.sections.codes import UCUM_URI
from transformations.sections.concepts import CODE_OF_ANY_SYSTEM
from transformations.sections.statements import words_of_act

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAYS = {"d": 1, "wk": 7}
_UNITS_OF_TIME = frozenset({"a", "mo", "wk", "d", "h", "min", "s"})
_LONGEST = 40_000  # days of a life
_NO_START = SAYS_NOTHING | {"UNK"}


def treatment_to_fhir(act: CdaNode, statement: Any, cx: Context) -> bool:
    """Read how long it is taken: the interval, else the first time of all."""
    node = _treatment(act)
    if node is None:
        return False
    if "nullFlavor" in node.attributes:
        return _why_unknown(node, statement, cx)
    passed = TS.to_fhir(node, statement, "effectiveDateTime", cx) or _period_to_fhir(
        node, statement, cx
    )
    if passed:
        cx.derive(node, f"@{XSI_TYPE}")
    return passed


def _treatment(act: CdaNode) -> CdaNode | None:
    times = list(act.elements("effectiveTime"))
    interval = next((time for time in times if time.kind.name == "IVL_TS"), None)
    if interval is None and times and times[0].kind.name in POINTS:
        return times[0]
    return interval


def _why_unknown(node: CdaNode, statement: Any, cx: Context) -> bool:
    """Read why the time is not known; that it is not, FHIR says anyway."""
    if node.attributes["nullFlavor"] in _NO_START:
        cx.derive(node, "@nullFlavor")
        return False
    return write_absent_reason(node, statement, "effectiveDateTime", cx)


def _period_to_fhir(interval: CdaNode, statement: Any, cx: Context) -> bool:
    """Read both bounds; a bound that nobody knows of says no more than none.

    The template wants both always: an open end is ``NA`` while it is taken, ``UNK``
    afterwards.
    """
    is_open = statement.get("status") == "active"
    no_end = SAYS_NOTHING if is_open else _NO_START
    period: dict[str, Any] = {}
    has_start = _bound(interval, "low", period, "start", _NO_START, cx)
    has_end = _bound(interval, "high", period, "end", no_end, cx)
    has_end = has_end or _end_from_width(interval, period, cx)
    if has_start and "_start" in period and not has_end:
        statement["_effectiveDateTime"] = period["_start"]
    elif has_start or has_end:
        statement["effectivePeriod"] = period
    return has_start or has_end


def _end_from_width(interval: CdaNode, period: dict[str, Any], cx: Context) -> bool:
    """Read how many days or weeks it lasts as the day it ends, from a day it begins."""
    width = interval.first("width")
    days = None if width is None else _DAYS.get(width.attributes.get("unit", ""))
    start = _DATE.fullmatch(period.get("start", ""))
    if width is None or days is None or start is None:
        return False
    number = from_real(width.attributes.get("value", ""))
    if not isinstance(number, int) or not 0 < number < _LONGEST:
        return False
    cx.derive(width, "@value")
    cx.derive(width, "@unit")
    end = date.fromisoformat(start[0]) + timedelta(days=number * days)
    period["end"] = end.isoformat()
    return True


def _bound(
    interval: CdaNode,
    name: str,
    period: dict[str, Any],
    key: str,
    says_nothing: frozenset[str],
    cx: Context,
) -> bool:
    bound = interval.first(name)
    if bound is None:
        return False
    if TS.to_fhir(bound, period, key, cx):
        return True
    if bound.attributes.get("nullFlavor") in says_nothing:
        cx.derive(bound, "@nullFlavor")
        return False
    return write_absent_reason(bound, period, key, cx)


def dosage_to_fhir(act: CdaNode, statement: Any, cx: Context) -> bool:
    """Read schedule, dose, route and instructions as the one dosage of a statement."""
    dosage: dict[str, Any] = {}
    _schedule_to_fhir(act, dosage, cx)
    _duration_to_fhir(_treatment(act), dosage, cx)
    _DOSAGE.read(act, dosage, cx)
    _dose_to_fhir(act, dosage, cx)
    if dosage:
        statement["dosage"] = [dosage]
    return bool(dosage)


def _duration_to_fhir(
    treatment: CdaNode | None, dosage: dict[str, Any], cx: Context
) -> None:
    """Read how long it is taken, where from which day is not told."""
    width = None if treatment is None else treatment.first("width")
    unit = "" if width is None else width.attributes.get("unit", "")
    if width is None or unit not in _UNITS_OF_TIME:
        return
    if cx.is_booked(width, "@value"):
        return
    repeat = dosage.get("timing", {}).get("repeat", {})
    if PQ.to_fhir(width, repeat, "boundsDuration", cx):
        dosage.setdefault("timing", {})["repeat"] = repeat


def _schedule_to_fhir(act: CdaNode, dosage: dict[str, Any], cx: Context) -> None:
    treatment = _treatment(act)
    times = [time for time in act.elements("effectiveTime") if time is not treatment]
    said = [time for time in times if not says_nothing(time)]
    for time in times:
        if time not in said:
            _settle_silent(time, cx)
    timing: dict[str, Any] = {}
    if len(said) == 1 and timing_to_fhir(said[0], timing, cx):
        dosage["timing"] = timing
        return
    for time in said:
        _lose_schedule(time, cx)


def _settle_silent(time: CdaNode, cx: Context) -> None:
    cx.settle(time, ".")


def _lose_schedule(time: CdaNode, cx: Context) -> None:
    reason = "a schedule of this form has no place in FHIR; the text says it"
    cx.find(Severity.CRITICAL, "schedule-not-read", reason)
    cx.lose(time, ".", reason, Severity.CRITICAL)


def _dose_to_fhir(act: CdaNode, dosage: dict[str, Any], cx: Context) -> None:
    """Read dose and rate; bounds that are equal are one dose."""
    rate: dict[str, Any] = {}
    for tag, name in (("doseQuantity", "dose"), ("rateQuantity", "rate")):
        for node in act.elements(tag):
            _amount_to_fhir(node, rate, name, cx)
    if rate:
        dosage["doseAndRate"] = [rate]


def _amount_to_fhir(
    node: CdaNode, rate: dict[str, Any], name: str, cx: Context
) -> None:
    if "value" in node.attributes:
        if PQ.to_fhir(node, rate, f"{name}Quantity", cx):
            _name_unit(rate[f"{name}Quantity"])
        return
    limits: dict[str, Any] = {}
    if not RANGE.to_fhir(node, limits, "range", cx):
        return
    bounds = limits["range"]
    for quantity in bounds.values():
        _name_unit(quantity)
    if bounds.get("low") == bounds.get("high"):
        rate[f"{name}Quantity"] = bounds["low"]
    else:
        rate[f"{name}Range"] = bounds


def _name_unit(quantity: dict[str, Any]) -> None:
    """Call a unit that is an annotation, ``{tablet}``, by the word inside."""
    code = quantity.get("code")
    if isinstance(code, str) and quantity.get("system") == UCUM_URI:
        bare = code.removeprefix("{").removesuffix("}")
        if code == f"{{{bare}}}":
            quantity["unit"] = bare


_ACT = class_of("SubstanceAdministration")
_INSTRUCTIONS = parse_cda_path("entryRelationship[typeCode=SUBJ]/act<EH.3.12>", _ACT)


def kind_to_fhir(act: CdaNode, _: Any, cx: Context) -> bool:
    """Book the code of an instruction, whatever system it names."""
    for code in act.elements("code"):
        if code.attributes.get("code") == PATIENT_INSTRUCTION.code:
            cx.settle(code, ".")
    return False


_INSTRUCTION = Table(
    "instruction",
    "Dosage",
    "Act",
    Back("code", kind_to_fhir),
    Const("statusCode", code="completed"),
    IgnoreCda("id", "an instruction of FHIR has no identifier"),
)


def instructions_to_fhir(act: CdaNode, dosage: Any, cx: Context) -> bool:
    """Read what the patient is told about the dosage; several as one text."""
    told = []
    for chain in _INSTRUCTIONS.find_chains(act):
        words = words_of_act(chain[-1], cx)
        if words:
            cx.book_chain(chain, _INSTRUCTIONS.steps)
            _INSTRUCTION.read(chain[-1], dosage, cx)
            told.append(words)
    if told:
        dosage["patientInstruction"] = "; ".join(told)
    return bool(told)


_DOSAGE = Table(
    "dosage",
    "Dosage",
    "SubstanceAdministration",
    Row("route", "routeCode", ROUTE),
    Row("site", "approachSiteCode", CODE_OF_ANY_SYSTEM),
    Row("maxDosePerPeriod", "maxDoseQuantity", RATIO),
    Back("instructions -> patientInstruction", instructions_to_fhir),
)
TREATMENT_READ = Back("first effectiveTime -> effective[x]", treatment_to_fhir)
DOSAGE_READ = Back("schedule, dose, route, instructions -> dosage", dosage_to_fhir)
