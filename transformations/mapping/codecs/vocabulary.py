"""Closed vocabularies: FHIR codes of one system to codes of CDA, by table.

Spec: HL7 v3 CE / FHIR R4 code, CodeableConcept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from transformations.cda.structure import CdaNode
from transformations.findings import Severity
from transformations.mapping.codecs.coded import CE, read_names, set_code
from transformations.mapping.context import Context
from transformations.mapping.ledger import Key


@dataclass(frozen=True, slots=True)
class CodeMeaning:
    """One code of CDA with its display, or a ``nullFlavor`` where CDA has no code."""

    code: str
    display: str
    system: str
    null_flavor: str = ""


@dataclass(frozen=True, slots=True)
class StatusCodec:
    """A closed vocabulary by table: FHIR codes of one system to codes of CDA.

    Parameters
    ----------
    table
        FHIR code to :class:`CodeMeaning`. Where two FHIR codes share one meaning, the
        later is the coarser: reading gives the first, and writing it says so.
    uri
        FHIR system of the codes; empty for elements of type ``code``.
    """

    table: Mapping[str, CodeMeaning]
    uri: str = ""
    cda: str = "CE"
    fhir: tuple[str, ...] = ("CodeableConcept", "code")
    is_ours: ClassVar[bool] = True
    _reverse: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for code, meaning in self.table.items():
            self._reverse.setdefault((meaning.system, meaning.code), code)

    def to_cda(self, holder: Any, key: Key, node: CdaNode, cx: Context) -> bool:
        value = holder.get(key) if type(holder) is dict else holder[key]
        if isinstance(value, str):
            return self._write(holder, key, value, node, cx)
        if not isinstance(value, dict):
            return False
        for coding in value.get("coding") or ():
            if coding.get("system") == self.uri and coding.get("code") in self.table:
                self._write(coding, "code", coding["code"], node, cx)
                cx.derive(coding, "system")
                cx.settle(coding, "display")
                cx.settle(coding, "version")
                cx.lose(value, "text", "the code says it", Severity.INFORMATION)
                return True
        return False

    def _write(
        self, holder: Any, key: Key, code: str, node: CdaNode, cx: Context
    ) -> bool:
        meaning = self.table.get(code)
        if meaning is None:
            cx.lose(holder, key, "the code is not in the vocabulary of this place")
            return False
        cx.take(holder, key)
        if meaning.null_flavor:
            node.attributes["nullFlavor"] = meaning.null_flavor
        else:
            set_code(node, meaning.code, meaning.system, meaning.display)
        return True

    def to_fhir(self, node: CdaNode, holder: Any, key: Key, cx: Context) -> bool:
        attributes = node.attributes
        name = (attributes.get("codeSystem", ""), attributes.get("code", ""))
        code = self._reverse.get(name)
        if code is None:
            return False
        read_names(node, cx)
        cx.derive(node, "@nullFlavor")
        if self.uri:
            holder[key] = {"coding": [{"system": self.uri, "code": code}]}
        else:
            holder[key] = code
        return True

    def phrase(self, node: CdaNode) -> str:
        return node.attributes.get("displayName", "")

    def link(self, node: CdaNode, anchor: str) -> None:
        CE.link(node, anchor)
