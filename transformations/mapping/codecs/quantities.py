"""PQ, IVL_PQ, RTO, INT and BL: numbers with units.

Spec: HL7 v3 PQ, IVL_PQ, RTO_PQ_PQ, INT, BL / FHIR R4 Quantity, Range, Ratio / UCUM.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from transformations.cda.structure import CdaNode
from transformations.findings import Severity
from transformations.hl7v3.numbers import from_real, to_real
from transformations.mapping.codec import Unlinked
from transformations.mapping.codecs.text import writable
from transformations.mapping.context import Context
from transformations.mapping.ledger import Key
from transformations.terminology import oid_of, uri_of

UCUM = "http://unitsofmeasure.org"
_BOUND_OF = {"<": "high", "<=": "high", ">": "low", ">=": "low"}


@dataclass(frozen=True, slots=True)
class QuantityCodec(Unlinked):
    """A Quantity as PQ.

    A unit that is not UCUM is written as ``1`` with the unit in a translation. A
    comparator needs an interval: where the element is none, the quantity is lost,
    because the bare number would say something else.
    """

    cda: str = "PQ"
    fhir: tuple[str, ...] = ("Quantity", "SimpleQuantity", "Age", "Duration", "Count")

    def to_cda(self, holder: Any, key: Key, node: CdaNode, cx: Context) -> bool:
        quantity = holder.get(key) if type(holder) is dict else holder[key]
        if not isinstance(quantity, dict):
            return False
        number = to_real(quantity.get("value"))
        if number is None:
            return False
        comparator = quantity.get("comparator")
        if comparator is not None:
            bound = self._bound(comparator, node)
            if bound is None:
                reason = "a limit cannot be written as a plain quantity"
                cx.lose(holder, key, reason, Severity.CRITICAL)
                return False
            cx.take(quantity, "comparator")
            node = bound
        cx.take(quantity, "value")
        node.attributes["value"] = number
        _write_unit(quantity, number, node, cx)
        return True

    def _bound(self, comparator: str, node: CdaNode) -> CdaNode | None:
        name = _BOUND_OF.get(comparator)
        if name is None or name not in node.kind.children:
            return None
        bound = node.add(name)
        if "=" not in comparator:
            bound.attributes["inclusive"] = "false"
        return bound

    def to_fhir(self, node: CdaNode, holder: Any, key: Key, cx: Context) -> bool:
        comparator = ""
        if "value" not in node.attributes:
            bound = _only_bound(node)
            if bound is None:
                return False
            name, node = bound
            exclusive = cx.attr(node, "inclusive") == "false"
            comparator = {"low": ">", "high": "<"}[name] + ("" if exclusive else "=")
        number = from_real(node.attributes["value"])
        if number is None:
            return False
        cx.attr(node, "value")
        quantity: dict[str, Any] = {"value": number}
        if comparator:
            quantity["comparator"] = comparator
        _read_unit(node, quantity, cx)
        holder[key] = quantity
        return True

    def phrase(self, node: CdaNode) -> str:
        if "value" not in node.attributes:
            bound = _only_bound(node)
            if bound is None:
                return ""
            sign = {"low": ">", "high": "<"}[bound[0]]
            return f"{sign} {self.phrase(bound[1])}"
        unit = node.attributes.get("unit", "")
        for translation in node.elements("translation"):
            original = translation.first("originalText")
            if original is not None and original.children:
                unit = str(original.children[0])
        return f"{node.attributes['value']} {'' if unit == '1' else unit}".strip()


PQ = QuantityCodec()


@dataclass(frozen=True, slots=True)
class RangeCodec(Unlinked):
    """A Range as IVL_PQ."""

    cda: str = "IVL_PQ"
    fhir: tuple[str, ...] = ("Range",)

    def to_cda(self, holder: Any, key: Key, node: CdaNode, cx: Context) -> bool:
        value = holder.get(key) if type(holder) is dict else holder[key]
        if not isinstance(value, dict):
            return False
        passed = False
        for name in ("low", "high"):
            bound = CdaNode(node.kind.child(name))
            if PQ.to_cda(value, name, bound, cx):
                node.graft(bound)
                passed = True
        return passed

    def to_fhir(self, node: CdaNode, holder: Any, key: Key, cx: Context) -> bool:
        found: dict[str, Any] = {}
        for name in ("low", "high"):
            bound = node.first(name)
            if bound is not None and "value" in bound.attributes:
                PQ.to_fhir(bound, found, name, cx)
        if found:
            holder[key] = found
        return bool(found)

    def phrase(self, node: CdaNode) -> str:
        return " to ".join(PQ.phrase(child) for child in node.elements())


RANGE = RangeCodec()


@dataclass(frozen=True, slots=True)
class RatioCodec(Unlinked):
    """A Ratio as RTO; a missing denominator is written as one.

    With a limit, or without a number, on either side it is lost whole: half of it would
    be another ratio.
    """

    cda: str = "RTO_PQ_PQ"
    fhir: tuple[str, ...] = ("Ratio",)

    def to_cda(self, holder: Any, key: Key, node: CdaNode, cx: Context) -> bool:
        ratio = holder.get(key) if type(holder) is dict else holder[key]
        if not isinstance(ratio, dict):
            return False
        if not self.can_write(ratio):
            reason = "a ratio with a limit or without a number has no form in CDA"
            cx.lose(holder, key, reason, Severity.CRITICAL)
            return False
        numerator = _quantity_node(node, "numerator")
        PQ.to_cda(ratio, "numerator", numerator, cx)
        denominator = _quantity_node(node, "denominator")
        if not PQ.to_cda(ratio, "denominator", denominator, cx):
            denominator.attributes.update(value="1", unit="1")
        numerator.attributes.setdefault("unit", "1")
        denominator.attributes.setdefault("unit", "1")
        node.graft(numerator)
        node.graft(denominator)
        return True

    def to_fhir(self, node: CdaNode, holder: Any, key: Key, cx: Context) -> bool:
        ratio: dict[str, Any] = {}
        for name in ("numerator", "denominator"):
            child = node.first(name)
            if child is not None and "value" in child.attributes:
                PQ.to_fhir(child, ratio, name, cx)
        if "numerator" in ratio:
            holder[key] = ratio
        return "numerator" in ratio

    def phrase(self, node: CdaNode) -> str:
        return " / ".join(PQ.phrase(child) for child in node.elements())

    @staticmethod
    def can_write(ratio: Any) -> bool:
        """Whether CDA can say all of a ratio; nothing is booked."""
        return (
            isinstance(ratio, dict)
            and _is_plain(ratio.get("numerator"))
            and (ratio.get("denominator") is None or _is_plain(ratio["denominator"]))
        )


def _is_plain(quantity: Any) -> bool:
    return (
        isinstance(quantity, dict)
        and to_real(quantity.get("value")) is not None
        and quantity.get("comparator") is None
    )


RATIO = RatioCodec()


@dataclass(frozen=True, slots=True)
class IntegerCodec(Unlinked):
    """A whole number as INT."""

    cda: str = "INT"
    fhir: tuple[str, ...] = ("integer", "positiveInt", "unsignedInt")

    def to_cda(self, holder: Any, key: Key, node: CdaNode, cx: Context) -> bool:
        value = holder.get(key) if type(holder) is dict else holder[key]
        if isinstance(value, bool) or not isinstance(value, int):
            return False
        cx.take(holder, key)
        node.attributes["value"] = str(value)
        return True

    def to_fhir(self, node: CdaNode, holder: Any, key: Key, cx: Context) -> bool:
        value = from_real(node.attributes.get("value", ""))
        if not isinstance(value, int):
            return False
        cx.attr(node, "value")
        holder[key] = value
        return True

    def phrase(self, node: CdaNode) -> str:
        return node.attributes.get("value", "")


INT = IntegerCodec()


@dataclass(frozen=True, slots=True)
class BooleanCodec(Unlinked):
    """A truth value as BL."""

    cda: str = "BL"
    fhir: tuple[str, ...] = ("boolean",)

    def to_cda(self, holder: Any, key: Key, node: CdaNode, cx: Context) -> bool:
        value = holder.get(key) if type(holder) is dict else holder[key]
        if not isinstance(value, bool):
            return False
        cx.take(holder, key)
        node.attributes["value"] = "true" if value else "false"
        return True

    def to_fhir(self, node: CdaNode, holder: Any, key: Key, cx: Context) -> bool:
        value = cx.attr(node, "value")
        if value not in {"true", "false"}:
            return False
        holder[key] = value == "true"
        return True

    def phrase(self, node: CdaNode) -> str:
        return {"true": "yes", "false": "no"}.get(node.attributes.get("value", ""), "")


BL = BooleanCodec()


def _write_unit(quantity: Any, number: str, node: CdaNode, cx: Context) -> None:
    code, system = quantity.get("code"), quantity.get("system")
    if isinstance(code, str) and system == UCUM and len(writable(code).split()) == 1:
        node.attributes["unit"] = writable(cx.take(quantity, "code")).strip()
        cx.take(quantity, "system")
        cx.settle(quantity, "unit")
        return
    if code is None and quantity.get("unit") is None:
        cx.settle(quantity, "system")
        return
    node.attributes["unit"] = "1"
    if "translation" in node.kind.children:
        _write_unit_translation(quantity, number, node.add("translation"), cx)


def _write_unit_translation(
    quantity: Any, number: str, node: CdaNode, cx: Context
) -> None:
    system = quantity.get("system")
    oid = oid_of(system) if isinstance(system, str) else None
    if oid is None:
        reason = "it is of no system of units that CDA could name"
        cx.lose(quantity, "system", reason, Severity.INFORMATION)
    elif isinstance(quantity.get("code"), str) and len(quantity["code"].split()) == 1:
        node.attributes["code"] = cx.take(quantity, "code").strip()
        node.attributes["codeSystem"] = oid
        cx.take(quantity, "system")
    else:
        # Of a unit that has a name only: a system without a code states nothing.
        cx.settle(quantity, "system")
    words = cx.take(quantity, "unit")
    if "code" in node.attributes:
        node.attributes["value"] = number
    else:
        # A number without its unit is another number: the code stands for the name.
        # Beside a nullFlavor the rules allow words, and no number.
        node.attributes["nullFlavor"] = "OTH"
        if words is None:
            words = cx.take(quantity, "code")
        else:
            cx.lose(quantity, "code", "its name is written", Severity.INFORMATION)
    if isinstance(words, str):
        node.add("originalText", writable(words))


def _read_unit(node: CdaNode, quantity: dict[str, Any], cx: Context) -> None:
    translation = node.first("translation")
    if translation is not None and _counts_the_same(node, translation):
        _read_unit_translation(translation, quantity, cx)
        cx.derive(node, "@unit")
        return
    unit = cx.attr(node, "unit")
    if unit is not None:
        quantity.update(unit=unit, system=UCUM, code=unit)


def _counts_the_same(node: CdaNode, translation: CdaNode) -> bool:
    """Whether a translation names what is counted; another one is another amount."""
    value = node.attributes["value"]
    return (
        node.attributes.get("unit", "1") == "1"
        and translation.attributes.get("value", value) == value
    )


def _read_unit_translation(
    node: CdaNode, quantity: dict[str, Any], cx: Context
) -> None:
    cx.derive(node, "@value")
    cx.settle(node, "@nullFlavor")
    original = node.first("originalText")
    text = None if original is None else cx.text(original)
    if text is not None:
        quantity["unit"] = text
    code, system = cx.attr(node, "code"), cx.attr(node, "codeSystem")
    if code is not None and system is not None:
        quantity.update(system=uri_of(system), code=code)


def _quantity_node(node: CdaNode, name: str) -> CdaNode:
    rule = node.kind.child(name)
    child = CdaNode(rule)
    if rule.needs_type:
        child.set_type("PQ")
    return child


def _only_bound(node: CdaNode) -> tuple[str, CdaNode] | None:
    for name in ("low", "high"):
        if name in node.kind.children:
            bound = node.first(name)
            if bound is not None and "value" in bound.attributes:
                return name, bound
    return None
