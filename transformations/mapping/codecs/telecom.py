"""TEL: telephone, fax, mail and web addresses.

Spec: HL7 v3 TEL / FHIR R4 ContactPoint / eHDSI TEL.EPSOS: numbers without blanks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from transformations.cda.structure import CdaNode
from transformations.findings import Severity
from transformations.hl7v3.uses import (
    FROM_SCHEME,
    FROM_TELECOM_USE,
    SCHEME,
    TELECOM_USE,
)
from transformations.mapping.codec import Unlinked
from transformations.mapping.codecs.text import writable
from transformations.mapping.context import Context
from transformations.mapping.ledger import Key

_NUMBERS = frozenset({"tel", "fax", "sms"})


@dataclass(frozen=True, slots=True)
class TelecomCodec(Unlinked):
    """A ContactPoint as TEL."""

    fhir: tuple[str, ...] = ("ContactPoint",)
    cda: str = "TEL"

    def to_cda(self, holder: Any, key: Key, node: CdaNode, cx: Context) -> bool:
        point = holder.get(key) if type(holder) is dict else holder[key]
        if not isinstance(point, dict):
            return False
        value = point.get("value")
        if not isinstance(value, str) or not writable(value).strip():
            return False
        cx.take(point, "value")
        node.attributes["value"] = self._write_value(writable(value).strip(), point, cx)
        self._write_use(point, node, cx)
        for name in ("rank", "period"):
            cx.lose(point, name, "TEL carries no such thing", Severity.INFORMATION)
        return True

    def _write_value(self, value: str, point: Any, cx: Context) -> str:
        system = point.get("system")
        scheme = SCHEME.get(system, "tel" if system == "pager" else "")
        if not scheme:
            # A URL carries its scheme; `other` is written as it stands.
            cx.lose(
                point, "system", "the value is written as it is", Severity.INFORMATION
            )
            return value
        cx.take(point, "system")
        bare = value.removeprefix(f"{scheme}:")
        return f"{scheme}:{_without_blanks(bare) if scheme in _NUMBERS else bare}"

    def _write_use(self, point: Any, node: CdaNode, cx: Context) -> None:
        uses = ["PG"] if point.get("system") == "pager" else []
        if point.get("use") in TELECOM_USE:
            uses.append(TELECOM_USE[cx.take(point, "use")])
        if uses:
            node.attributes["use"] = " ".join(uses)

    def to_fhir(self, node: CdaNode, holder: Any, key: Key, cx: Context) -> bool:
        value = cx.attr(node, "value")
        if not value:
            return False
        scheme, colon, rest = value.partition(":")
        uses = (cx.attr(node, "use") or "").split()
        if colon and scheme in FROM_SCHEME:
            system = "pager" if "PG" in uses else FROM_SCHEME[scheme]
            point: dict[str, Any] = {"system": system, "value": rest}
        else:
            is_url = scheme in {"http", "https"}
            point = {"system": "url" if is_url else "other", "value": value}
        use = next(
            (FROM_TELECOM_USE[use] for use in uses if use in FROM_TELECOM_USE), None
        )
        if use is not None:
            point["use"] = use
        holder[key] = point
        return True

    def phrase(self, node: CdaNode) -> str:
        return node.attributes.get("value", "").partition(":")[2]


TEL = TelecomCodec()


def _without_blanks(number: str) -> str:
    return "".join(number.split())
