"""Values, times and reference ranges of an Observation or one of its components.

Spec: eHDSI Result Observation EH.3.43 (Wave 8): one value of any type, reference
ranges for what is normal / FHIR R4 Observation.value[x], referenceRange.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from transformations.cda.structure import CdaNode
from transformations.mapping import (
    BL,
    INT,
    PQ,
    RANGE,
    RATIO,
    ST,
    TS,
    Context,
    Each,
    Pair,
    PeriodCodec,
    Table,
)
from transformations.mapping.codec import Codec
from transformations.mapping.codecs.quantities import QuantityCodec
from transformations.patient_summary.codes import NORMAL_RANGE, NORMAL_RANGES
from transformations.sections.concepts import (
    OpenConcept,
    find_coding,
    lose_codings,
    take_coding,
    tell_concept,
    write_code,
)
from transformations.sections.words import Told, say_element
from transformations.terminology import DATA_ABSENT_REASON_SYSTEM, null_flavor_of

_CODED = OpenConcept("CD")
_LIMIT = QuantityCodec("IVL_PQ")
_PERIOD = PeriodCodec()


class _Kind(NamedTuple):
    """One choice of ``value[x]``: the element, its type, its codec."""

    element: str
    type: str
    codec: Codec


_KINDS = (
    _Kind("valueQuantity", "Quantity", PQ),
    _Kind("valueCodeableConcept", "CodeableConcept", _CODED),
    _Kind("valueString", "string", ST),
    _Kind("valueInteger", "integer", INT),
    _Kind("valueBoolean", "boolean", BL),
    _Kind("valueRange", "Range", RANGE),
    _Kind("valueRatio", "Ratio", RATIO),
    _Kind("valueDateTime", "dateTime", TS),
    _Kind("valuePeriod", "Period", _PERIOD),
    _Kind("valueTime", "time", ST),
)
VALUES = frozenset({*(kind.element for kind in _KINDS), "valueSampledData"})


def has_value(holder: Any) -> bool:
    """Whether there is a value, or the reason why there is none."""
    return "dataAbsentReason" in holder or not VALUES.isdisjoint(holder)


def value_to_cda(holder: Any, observation: CdaNode, cx: Context) -> bool:
    """Write the value; what no datatype of CDA can hold is told, the value unknown."""
    node = observation.add("value")
    for kind in _KINDS:
        if kind.element in holder:
            before = cx.savepoint()
            if _write(holder, kind, node, cx):
                return True
            node.clear()
            cx.rollback(before)
            for words in say_element(holder, kind.element, kind.type, cx):
                cx.narrative.say("Value", words)
    _write_absence(holder, node, cx)
    return False


def _write(holder: Any, kind: _Kind, node: CdaNode, cx: Context) -> bool:
    codec = kind.codec
    if kind.type == "Quantity" and "comparator" in (holder[kind.element] or ()):
        codec = _LIMIT
    node.set_type(codec.cda)
    if not codec.to_cda(holder, kind.element, node, cx):
        return False
    phrase = codec.phrase(node)
    if phrase:
        codec.link(node, cx.narrative.say("Value", phrase))
    return True


def _write_absence(holder: Any, node: CdaNode, cx: Context) -> None:
    """Write why there is no value, as far as the source says."""
    node.set_type("CD")
    flavor = "UNK"
    for coding in (holder.get("dataAbsentReason") or {}).get("coding") or []:
        if coding.get("system") == DATA_ABSENT_REASON_SYSTEM:
            flavor = null_flavor_of(str(coding.get("code")))
    node.attributes["nullFlavor"] = flavor
    for words in say_element(holder, "dataAbsentReason", "CodeableConcept", cx):
        cx.narrative.say("No value because", words)


def time_to_cda(resource: Any, observation: CdaNode, cx: Context) -> bool:
    """Write when it was observed; the template wants the element always."""
    node = observation.add("effectiveTime")
    for element in ("effectiveDateTime", "effectiveInstant"):
        if TS.to_cda(resource, element, node, cx):
            cx.narrative.say("Date", TS.phrase(node))
            return False
    if _PERIOD.to_cda(resource, "effectivePeriod", node, cx):
        cx.narrative.say("Date", _PERIOD.phrase(node))
        return False
    node.clear()
    node.attributes["nullFlavor"] = "UNK"
    return False


def range_to_cda(reference: Any, observation: CdaNode, cx: Context) -> bool:
    """Write what is normal; a range of another kind, or for some people, is told.

    CDA reads every reference range as "normal": written as one, a treatment range or
    that of another age would be taken for this patient's.
    """
    found = find_coding(reference.get("type"), NORMAL_RANGES)
    is_normal = "type" not in reference or found is not None
    is_plain = "age" not in reference and "appliesTo" not in reference
    if not (is_normal and is_plain):
        _RANGE_IN_WORDS.write(reference, observation, cx)
        return False
    link = CdaNode(observation.kind.child("referenceRange"), None, {"typeCode": "REFV"})
    node = link.add("observationRange", classCode="OBS", moodCode="EVN.CRT")
    value = node.add("value")
    value.set_type("IVL_PQ")
    if RANGE.to_cda((reference,), 0, value, cx):
        cx.narrative.say("Normal range", _range_words(value))
        write_code(node.add("interpretationCode"), NORMAL_RANGE)
        observation.graft(link)
    _book_type(reference, found, cx)
    _TEXT_OF_RANGE.write(reference, observation, cx)
    return False


def _book_type(reference: Any, found: Any, cx: Context) -> None:
    concept = reference.get("type")
    if found is not None:
        take_coding(concept["coding"][found[0]], cx)
        lose_codings(concept, cx, "another coding says it", skip=(found[0],))
        tell_concept(concept, "Kind of range", cx, unless="Normal Range")


def _range_words(value: CdaNode) -> str:
    """Say a range of which one end may be missing."""
    low, high = value.first("low"), value.first("high")
    if low is not None and high is not None:
        return RANGE.phrase(value)
    return f"from {PQ.phrase(low)}" if low is not None else f"to {RANGE.phrase(value)}"


RANGES = Each(
    "referenceRange[]", ".", Pair("referenceRange <-> normal range", range_to_cda)
)
_RANGE_IN_WORDS = Table(
    "reference range in words",
    "ObservationReferenceRange",
    "Observation",
    Told("type", "Kind of range"),
    Told("appliesTo[]", "Range applies to"),
    Told("age", "Range applies at the age of"),
    Told("low", "Range from"),
    Told("high", "Range to"),
    Told("text", "Range"),
)
_TEXT_OF_RANGE = Table(
    "reference range",
    "ObservationReferenceRange",
    "Observation",
    Told("text", "Normal range"),
)
