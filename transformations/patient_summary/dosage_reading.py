"""How a medicine is taken, read from CDA: treatment period, schedule, dose, route.

A schedule becomes a Timing only when a Timing can say all of it. Any other is lost
aloud, and the text of the section says it: an approximated schedule is a wrong one.

Spec: eHDSI Medication Item EH.3.4: exactly two ``effectiveTime`` (Wave 8) /
HL7 v3 IVL_TS, PIVL_TS, EIVL_TS, SXPR_TS / FHIR R4 Dosage, Timing.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
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
from transformations.patient_summary.codes import (
    PATIENT_INSTRUCTION,
    TIMING_EVENT,
    TIMING_EVENTS,
    UCUM_URI,
)
from transformations.patient_summary.concepts import CODE_OF_ANY_SYSTEM
from transformations.patient_summary.dosage import ROUTE
from transformations.patient_summary.statements import fixed_code, words_of_act

_POINTS = frozenset({"TS", "SXCM_TS"})
_UNITS = frozenset({"a", "mo", "wk", "d", "h", "min", "s"})
# What FHIR may count times by, in minutes.
_DAY, _WEEK = Decimal(1440), Decimal(10080)
_MINUTES = {
    "s": Fraction(1, 60),
    "min": Fraction(1),
    "h": Fraction(60),
}
# What intersects, or is joined, says when; what is excluded says when not.
_OPERATORS = frozenset({None, "A", "I"})
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
    if interval is None and times and times[0].kind.name in _POINTS:
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
    if has_start and "_start" in period and not has_end:
        statement["_effectiveDateTime"] = period["_start"]
    elif has_start or has_end:
        statement["effectivePeriod"] = period
    return has_start or has_end


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
    _DOSAGE.read(act, dosage, cx)
    _dose_to_fhir(act, dosage, cx)
    if dosage:
        statement["dosage"] = [dosage]
    return bool(dosage)


def _schedule_to_fhir(act: CdaNode, dosage: dict[str, Any], cx: Context) -> None:
    treatment = _treatment(act)
    times = [time for time in act.elements("effectiveTime") if time is not treatment]
    said = [time for time in times if not _says_nothing(time)]
    for time in times:
        if time not in said:
            _settle_silent(time, cx)
    timing: dict[str, Any] = {}
    if len(said) == 1 and _timing_to_fhir(said[0], timing, cx):
        dosage["timing"] = timing
        return
    for time in said:
        _lose_schedule(time, cx)


def _says_nothing(time: CdaNode) -> bool:
    """Whether a schedule says only that it is not known."""
    if "value" in time.attributes:
        return False
    parts = list(time.elements())
    return all("nullFlavor" in part.attributes for part in parts) and (
        bool(parts) or "nullFlavor" in time.attributes
    )


def _settle_silent(time: CdaNode, cx: Context) -> None:
    cx.settle(time, ".")


def _lose_schedule(time: CdaNode, cx: Context) -> None:
    reason = "a schedule of this form has no place in FHIR; the text says it"
    cx.find(Severity.CRITICAL, "schedule-not-read", reason)
    cx.lose(time, ".", reason, Severity.CRITICAL)


def _timing_to_fhir(time: CdaNode, timing: dict[str, Any], cx: Context) -> bool:
    """Read one schedule by its type."""
    if time.attributes.get("operator") not in _OPERATORS:
        return False
    kind = time.kind.name
    if kind in _POINTS:
        passed = _moments_to_fhir([time], timing, cx)
    elif kind == "PIVL_TS":
        passed = _periodic_to_fhir(time, timing, cx)
    elif kind == "EIVL_TS":
        passed = _events_to_fhir([time], timing, cx)
    elif kind == "SXPR_TS":
        passed = _several_to_fhir(time, timing, cx)
    else:
        passed = False
    if passed:
        _book_frame(time, cx)
    return passed


def _book_frame(time: CdaNode, cx: Context) -> None:
    cx.derive(time, "@operator")
    cx.derive(time, f"@{XSI_TYPE}")


def _moments_to_fhir(times: list[CdaNode], timing: dict[str, Any], cx: Context) -> bool:
    moments: dict[int, str] = {}
    if not all(_is_moment(time) for time in times):
        return False
    for index, time in enumerate(times):
        TS.to_fhir(time, moments, index, cx)
    timing["event"] = list(moments.values())
    return bool(moments)


def _is_moment(time: CdaNode) -> bool:
    return TS.phrase(time) != "" and not any(time.elements())


def _several_to_fhir(time: CdaNode, timing: dict[str, Any], cx: Context) -> bool:
    """Read a set of events of the day, or of moments; a mixed one has no form."""
    parts = list(time.elements("comp"))
    if not parts or any(part.attributes.get("operator", "I") != "I" for part in parts):
        return False
    kinds = {part.kind.name for part in parts}
    if kinds == {"EIVL_TS"}:
        passed = _events_to_fhir(parts, timing, cx)
    elif kinds <= _POINTS:
        passed = _moments_to_fhir(parts, timing, cx)
    else:
        passed = False
    if passed:
        for part in parts:
            _book_frame(part, cx)
    return passed


def _events_to_fhir(times: list[CdaNode], timing: dict[str, Any], cx: Context) -> bool:
    """Read events of the day; how long before or after one, FHIR would read anew."""
    events = [event for time in times for event in time.elements("event")]
    if len(events) != len(times) or not all(_is_event(event) for event in events):
        return False
    if any(_is_offset(time) for time in times):
        return False
    for event in events:
        cx.derive(event, "@codeSystem")
        for name in ("codeSystemName", "displayName"):
            cx.settle(event, f"@{name}")
    timing["repeat"] = {"when": [cx.attr(event, "code") for event in events]}
    return True


def _is_event(event: CdaNode) -> bool:
    return (
        event.attributes.get("code") in TIMING_EVENTS
        and event.attributes.get("codeSystem", TIMING_EVENT) == TIMING_EVENT
    )


def _is_offset(time: CdaNode) -> bool:
    return any("nullFlavor" not in node.attributes for node in time.elements("offset"))


def _periodic_to_fhir(time: CdaNode, timing: dict[str, Any], cx: Context) -> bool:
    """Read a period between intakes; times a day where an institution sets hours."""
    period = time.first("period")
    number = None if period is None else from_real(period.attributes.get("value", ""))
    if period is None or number is None or number <= 0:
        return False
    if period.attributes.get("unit") not in _UNITS or _is_phased(time):
        return False
    unit = str(cx.attr(period, "unit"))
    cx.attr(period, "value")
    repeat: dict[str, Any] = {"frequency": 1, "period": number, "periodUnit": unit}
    often = None
    if time.attributes.get("institutionSpecified") == "true":
        often = times_of(Decimal(number), unit)
    if often is None:
        reason = "that an institution sets the hours has no place in FHIR"
        cx.lose(time, "@institutionSpecified", reason, Severity.INFORMATION)
    else:
        cx.derive(time, "@institutionSpecified")
        repeat = dict(zip(("frequency", "period", "periodUnit"), often, strict=True))
    timing["repeat"] = repeat
    return True


def _is_phased(time: CdaNode) -> bool:
    """Whether it says at which hour or date; a bare nullFlavor does not."""
    phase = time.first("phase")
    return phase is not None and (
        "value" in phase.attributes
        or any("value" in part.attributes for part in phase.elements())
    )


def times_of(period: Decimal, unit: str) -> tuple[int, int, str] | None:
    """Return how often in how many of a unit: every 8 h is 3 times in 1 d.

    ``None`` where only once in the period says it. The rate stays exact.
    """
    if unit not in _MINUTES:
        often = Fraction(period)
        if often.denominator == 1:
            return None
        return often.denominator, often.numerator, unit
    minutes = Fraction(period) * _MINUTES[unit]
    for whole, name in ((_DAY, "d"), (_WEEK, "wk")):
        times = Fraction(whole) / minutes
        if times.denominator == 1 and times > 1:
            return int(times), 1, name
    return None


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
_INSTRUCTION = Table(
    "instruction",
    "Dosage",
    "Act",
    fixed_code(PATIENT_INSTRUCTION),
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
