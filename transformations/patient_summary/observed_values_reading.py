"""Values and reference ranges read from an observation of CDA.

Spec: HL7 v3 ``ANY`` with ``xsi:type`` / FHIR R4 Observation.value[x], dataAbsentReason,
referenceRange.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.namespaces import XSI_TYPE
from transformations.cda.structure import CdaNode, class_of
from transformations.hl7v3.numbers import from_real
from transformations.mapping import (
    BL,
    CD,
    INT,
    PQ,
    RANGE,
    RATIO,
    ST,
    TS,
    Context,
    PeriodCodec,
    Severity,
)
from transformations.mapping.cda_path import parse_cda_path
from transformations.mapping.codec import Codec
from transformations.mapping.codecs.coded import read_names
from transformations.mapping.codecs.quantities import QuantityCodec
from transformations.patient_summary.codes import NORMAL_RANGE
from transformations.terminology import (
    DATA_ABSENT_REASON_SYSTEM,
    absent_reason_of,
    is_null_flavor,
)

_CODECS: dict[str, tuple[str, Codec]] = {
    "PQ": ("valueQuantity", PQ),
    "INT": ("valueInteger", INT),
    "BL": ("valueBoolean", BL),
    "ST": ("valueString", ST),
    "ED": ("valueString", ST),
    "TS": ("valueDateTime", TS),
    "IVL_TS": ("valuePeriod", PeriodCodec()),
    "RTO": ("valueRatio", RATIO),
    "RTO_PQ_PQ": ("valueRatio", RATIO),
    **dict.fromkeys(("CD", "CE", "CV", "CO", "CS"), ("valueCodeableConcept", CD)),
}
_LIMIT = QuantityCodec("IVL_PQ")
_BOUNDS = ("low", "high")
_RANGES = parse_cda_path("referenceRange/observationRange", class_of("Observation"))


def value_to_fhir(observation: CdaNode, resource: Any, cx: Context) -> bool:
    """Read the value by its type, or why there is none.

    FHIR has room for one value: a second stays unread, and so does one of a type that
    FHIR has no choice for.
    """
    value = observation.first("value")
    if value is None or not _read(value, resource, cx):
        return False
    if "dataAbsentReason" not in resource:
        cx.derive(value, f"@{XSI_TYPE}")
    return True


def _read(value: CdaNode, resource: Any, cx: Context) -> bool:
    kind = value.kind.name
    if "nullFlavor" in value.attributes and not _says_more(value):
        return _absence_to_fhir(value, resource, cx)
    if kind == "IVL_PQ":
        return _interval_to_fhir(value, resource, cx)
    if kind == "REAL":
        return _number_to_fhir(value, resource, cx)
    if kind not in _CODECS:
        return False
    element, codec = _CODECS[kind]
    return codec.to_fhir(value, resource, element, cx)


def _says_more(value: CdaNode) -> bool:
    """Whether a value says something beside that it is absent, in words or a code."""
    return any(value.elements()) or "displayName" in value.attributes


def _absence_to_fhir(value: CdaNode, resource: Any, cx: Context) -> bool:
    flavor = value.attributes["nullFlavor"]
    if not is_null_flavor(flavor):
        return False
    cx.derive(value, "@nullFlavor")
    reason = absent_reason_of(flavor)
    coding = {"system": DATA_ABSENT_REASON_SYSTEM, "code": reason}
    resource["dataAbsentReason"] = {"coding": [coding]}
    return True


def _interval_to_fhir(value: CdaNode, resource: Any, cx: Context) -> bool:
    """Read an interval as a range, one with a single end as a limit."""
    bounds = [name for name in _BOUNDS if _is_bound(value, name)]
    if len(bounds) == len(_BOUNDS):
        return RANGE.to_fhir(value, resource, "valueRange", cx)
    return _LIMIT.to_fhir(value, resource, "valueQuantity", cx)


def _is_bound(value: CdaNode, name: str) -> bool:
    bound = value.first(name)
    return bound is not None and "value" in bound.attributes


def _number_to_fhir(value: CdaNode, resource: Any, cx: Context) -> bool:
    number = from_real(value.attributes.get("value", ""))
    if number is None:
        return False
    cx.attr(value, "value")
    resource["valueQuantity"] = {"value": number}
    return True


def ranges_to_fhir(observation: CdaNode, resource: Any, cx: Context) -> bool:
    """Read the reference ranges; CDA means what is normal unless it says otherwise."""
    found = []
    for chain in _RANGES.find_chains(observation):
        reference: dict[str, Any] = {}
        if _range_to_fhir(chain[-1], reference, cx):
            cx.book_chain(chain, _RANGES.steps)
            found.append(reference)
    if found:
        resource["referenceRange"] = found
    return bool(found)


def _range_to_fhir(node: CdaNode, reference: dict[str, Any], cx: Context) -> bool:
    """Read one range; one that is not of what is normal has no place that is safe."""
    code = node.first("interpretationCode")
    if code is not None and not _is_normal(code):
        reason = "the range is not of what is normal, and FHIR has no such kind"
        cx.lose(node, ".", reason, Severity.WARNING)
        return False
    if code is not None:
        read_names(code, cx)
    value = node.first("value")
    if value is not None:
        cx.derive(value, f"@{XSI_TYPE}")
        bounds: dict[str, Any] = {}
        if value.kind.name == "IVL_PQ" and RANGE.to_fhir(value, bounds, "x", cx):
            reference.update(bounds["x"])
        elif value.kind.name in {"ST", "ED"}:
            ST.to_fhir(value, reference, "text", cx)
    text = node.first("text")
    if text is not None and "text" not in reference:
        ST.to_fhir(text, reference, "text", cx)
    return bool(reference)


def _is_normal(code: CdaNode) -> bool:
    written = (code.attributes.get("code"), code.attributes.get("codeSystem"))
    return written == (NORMAL_RANGE.code, NORMAL_RANGE.system)
