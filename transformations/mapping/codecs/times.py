"""TS and IVL_TS: dates and periods with their precision and zone.

Spec: HL7 v3 TS, IVL_TS / FHIR R4 date, dateTime, instant, Period.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from transformations.cda.structure import CdaNode
from transformations.findings import Severity
from transformations.hl7v3.timestamps import from_ts, to_ts
from transformations.mapping.absence import (
    SAYS_NOTHING,
    absent_flavor,
    write_absent_reason,
)
from transformations.mapping.codec import Unlinked
from transformations.mapping.context import Context
from transformations.mapping.ledger import Key


@dataclass(frozen=True, slots=True)
class TimeCodec(Unlinked):
    """A date, dateTime or instant as TS."""

    fhir: tuple[str, ...] = ("date", "dateTime", "instant")
    cda: str = "TS"

    def to_cda(self, holder: Any, key: Key, node: CdaNode, cx: Context) -> bool:
        value = holder.get(key) if type(holder) is dict else holder[key]
        ts = to_ts(value) if isinstance(value, str) else None
        if ts is None:
            if value is not None:
                cx.lose(holder, key, "not a date FHIR allows", Severity.CRITICAL)
            return False
        cx.take(holder, key)
        node.attributes["value"] = ts
        return True

    def to_fhir(self, node: CdaNode, holder: Any, key: Key, cx: Context) -> bool:
        value = node.attributes.get("value")
        read = None if value is None else from_ts(value)
        if read is None:
            return False
        cx.attr(node, "value")
        holder[key] = read
        return True

    def phrase(self, node: CdaNode) -> str:
        return from_ts(node.attributes.get("value", "")) or ""


TS = TimeCodec()


@dataclass(frozen=True, slots=True)
class PeriodCodec(Unlinked):
    """A Period as IVL_TS; ``open_end`` is the nullFlavor of an end not given."""

    open_start: str = ""
    open_end: str = ""
    fhir: tuple[str, ...] = ("Period",)
    cda: str = "IVL_TS"

    def to_cda(self, holder: Any, key: Key, node: CdaNode, cx: Context) -> bool:
        period = holder.get(key) if type(holder) is dict else holder[key]
        if not isinstance(period, dict):
            return False
        start = self._bound(period, "start", node.add("low"), self.open_start, cx)
        end = self._bound(period, "end", node.add("high"), self.open_end, cx)
        self._drop_empty(node)
        return start or end

    def _bound(
        self, period: Any, key: str, bound: CdaNode, absent: str, cx: Context
    ) -> bool:
        if TS.to_cda(period, key, bound, cx):
            return True
        flavor = absent_flavor(period, key, cx)
        if flavor or absent:
            bound.attributes["nullFlavor"] = flavor or absent
        return bool(flavor)

    def _drop_empty(self, node: CdaNode) -> None:
        low, high = node.first("low"), node.first("high")
        if low is not None and high is not None and low.attributes == high.attributes:
            # The rules refuse an interval whose bounds are equal: a point is a value.
            if "value" in low.attributes:
                node.attributes["value"] = low.attributes["value"]
            node.children.clear()
        node.children[:] = [
            child
            for child in node.children
            if not isinstance(child, CdaNode) or child.attributes
        ]

    def to_fhir(self, node: CdaNode, holder: Any, key: Key, cx: Context) -> bool:
        period: dict[str, Any] = {}
        passed = False
        if TS.to_fhir(node, period, "start", cx):
            period["end"] = period["start"]
            passed = True
        for name, bound in (("start", "low"), ("end", "high")):
            child = node.first(bound)
            if child is not None and _read_bound(child, period, name, cx):
                passed = True
        if passed:
            holder[key] = period
        return passed

    def phrase(self, node: CdaNode) -> str:
        point = TS.phrase(node)
        if point:
            return point
        low, high = node.first("low"), node.first("high")
        start = "" if low is None else TS.phrase(low)
        end = "" if high is None else TS.phrase(high)
        return f"{start} to {end}" if start or end else ""


PERIOD = PeriodCodec()


def _read_bound(bound: CdaNode, period: dict[str, Any], name: str, cx: Context) -> bool:
    """Read a bound, or why it is not known; a flavor may say no more than nothing."""
    if TS.to_fhir(bound, period, name, cx):
        return True
    if bound.attributes.get("nullFlavor") in SAYS_NOTHING:
        cx.derive(bound, "@nullFlavor")
        return False
    return write_absent_reason(bound, period, name, cx)
