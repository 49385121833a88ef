"""II and Identifier.

Spec: HL7 v3 II / FHIR R4 Identifier.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from transformations.cda.structure import CdaNode
from transformations.findings import Severity
from transformations.hl7v3.identifiers import from_ii, to_ii
from transformations.mapping.codec import Unlinked
from transformations.mapping.codecs.text import writable
from transformations.mapping.context import Context
from transformations.mapping.ledger import Key


@dataclass(frozen=True, slots=True)
class IdentifierCodec(Unlinked):
    """An Identifier as II; what has no root is lost with the reason."""

    fhir: tuple[str, ...] = ("Identifier",)
    cda: str = "II"

    def to_cda(self, holder: Any, key: Key, node: CdaNode, cx: Context) -> bool:
        source = holder.get(key) if type(holder) is dict else holder[key]
        if not isinstance(source, dict):
            return False
        value = source.get("value")
        if not isinstance(value, str) or not writable(value).strip():
            return False
        system = source.get("system")
        ii = to_ii(system, writable(value).strip())
        if ii is None:
            cx.lose(holder, key, "the identifier has no system that CDA can name")
            return False
        cx.take(source, "value")
        cx.take(source, "system")
        node.attributes["root"] = ii.root
        if ii.extension:
            node.attributes["extension"] = ii.extension
        self._rest(source, node, cx)
        return True

    def _rest(self, source: dict[str, Any], node: CdaNode, cx: Context) -> None:
        assigner = source.get("assigner")
        name = assigner.get("display") if isinstance(assigner, dict) else None
        if isinstance(name, str) and writable(name).strip():
            cx.take(assigner, "display")
            node.attributes["assigningAuthorityName"] = writable(name).strip()
        reason = "an identifier of CDA has no place for it"
        for name in ("use", "type", "period"):
            cx.lose(source, name, reason, Severity.INFORMATION)

    def to_fhir(self, node: CdaNode, holder: Any, key: Key, cx: Context) -> bool:
        root = node.attributes.get("root")
        read = (
            None
            if root is None
            else from_ii(root, node.attributes.get("extension", ""))
        )
        if read is None:
            return False
        cx.attr(node, "root")
        cx.attr(node, "extension")
        identifier: dict[str, Any] = {"system": read[0], "value": read[1]}
        authority = cx.attr(node, "assigningAuthorityName")
        if authority is not None:
            identifier["assigner"] = {"display": authority}
        holder[key] = identifier
        return True

    def phrase(self, node: CdaNode) -> str:
        return node.attributes.get("extension") or node.attributes.get("root", "")


IDENTIFIER = IdentifierCodec()
