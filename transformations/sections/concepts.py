"""The codecs of concepts: closed lists by table, open lists code by code.

What a list has no code for is lost with its reason, never guessed; words that stand
beside the code are kept in the narrative.

Spec: FHIR R4 §2.24.0.7 CodeableConcept / HL7 v3 Data Types CE /
eHDSI value sets as cited in :mod:`.codes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from transformations.cda.structure import CdaNode
from transformations.mapping import CodedCodec, CodeMeaning, Context, Severity
from transformations.mapping.codecs.coded import read_names
from transformations.mapping.codecs.text import writable
from transformations.mapping.ledger import Key
from transformations.sections.codes import FhirCode
from transformations.terminology import system_name

_OTHER_LANGUAGE = "the names of codes in other languages have no place in CDA"
_NO_CODE = "the value set of this element has no such code"


def write_code(node: CdaNode, code: CodeMeaning) -> None:
    """Write a code of ours with everything the rules want beside it."""
    node.attributes["code"] = code.code
    node.attributes["codeSystem"] = code.system
    name = system_name(code.system)
    if name is not None:
        node.attributes["codeSystemName"] = name
    node.attributes["displayName"] = code.display


@dataclass(frozen=True, slots=True)
class Concept:
    """A CodeableConcept of a closed list as a CDA code; the first known coding wins.

    Parameters
    ----------
    table
        System and code of FHIR to CDA code.
    label
        How the narrative calls the element, for words that stand beside the code.
    severity
        How much it matters that a concept has no line.
    """

    table: Mapping[FhirCode, CodeMeaning]
    label: str
    severity: Severity = Severity.WARNING
    cda: str = "CE"
    is_ours: ClassVar[bool] = True

    @property
    def fhir(self) -> tuple[str, ...]:
        return ("CodeableConcept",)

    def to_cda(self, holder: Any, key: Key, node: CdaNode, cx: Context) -> bool:
        concept = holder[key]
        chosen = find_coding(concept, self.table)
        if chosen is None:
            tell_concept(concept, self.label, cx)
            lose_codings(concept, cx, _NO_CODE, self.severity)
            return False
        index, code = chosen
        write_code(node, code)
        take_coding(concept["coding"][index], cx)
        lose_codings(concept, cx, "the same is said by another coding", skip=(index,))
        tell_concept(concept, self.label, cx, unless=code.display)
        return True

    def to_fhir(self, node: CdaNode, holder: Any, key: Key, cx: Context) -> bool:
        written = (node.attributes.get("code"), node.attributes.get("codeSystem"))
        for fhir, code in self.table.items():
            if (code.code, code.system) == written:
                read_names(node, cx)
                holder[key] = {"coding": [_coding(fhir, code)]}
                return True
        return False

    def phrase(self, node: CdaNode) -> str:
        return node.attributes.get("displayName", "")

    def link(self, node: CdaNode, anchor: str) -> None:
        """Leave the code alone: a closed list needs no original text."""


@dataclass(frozen=True, slots=True)
class OpenConcept(CodedCodec):
    """A CodeableConcept of an open list, with a name beside every code.

    The rules want a ``displayName`` everywhere. Where the source has none, the words of
    the concept stand for it, and without words the code itself.
    """

    def to_cda(self, holder: Any, key: Key, node: CdaNode, cx: Context) -> bool:
        passed = CodedCodec.to_cda(self, holder, key, node, cx)
        concept = holder.get(key) if isinstance(holder, dict) else holder[key]
        if isinstance(concept, dict):
            _book_residue(concept, cx)
            _name_codes(node, concept)
        return passed


def _book_residue(concept: dict[str, Any], cx: Context) -> None:
    """Book what a concept carries besides codes and words."""
    if concept.get("text") == "":
        cx.lose(concept, "text", "an empty text", Severity.INFORMATION)
    for coding in concept.get("coding") or ():
        cx.lose(coding, "_display", _OTHER_LANGUAGE, Severity.INFORMATION)
    cx.lose(concept, "_text", _OTHER_LANGUAGE, Severity.INFORMATION)


def _name_codes(node: CdaNode, concept: dict[str, Any]) -> None:
    text = concept.get("text")
    for part in (node, *node.elements("translation")):
        code = part.attributes.get("code")
        if code is not None and not part.attributes.get("displayName"):
            words = writable(text).strip() if isinstance(text, str) else ""
            part.attributes["displayName"] = words or code


CODE_OF_ANY_SYSTEM = OpenConcept("CE")


def find_coding(
    concept: Any, table: Mapping[FhirCode, CodeMeaning]
) -> tuple[int, CodeMeaning] | None:
    """Find the first coding that has a line; nothing is booked."""
    codings = concept.get("coding") if isinstance(concept, dict) else None
    for index, coding in enumerate(codings or ()):
        code = table.get(FhirCode(coding.get("system", ""), coding.get("code", "")))
        if code is not None:
            return index, code
    return None


def fhir_codes(concept: Any, system: str) -> tuple[str, ...]:
    """Return the codes of one system in a concept, to decide by; nothing is booked."""
    codings = concept.get("coding") if isinstance(concept, dict) else None
    return tuple(
        coding["code"]
        for coding in codings or ()
        if coding.get("system") == system and isinstance(coding.get("code"), str)
    )


def take_coding(coding: dict[str, Any], cx: Context) -> None:
    """Book the coding that became the code; its display repeats what the code says."""
    cx.take(coding, "system")
    cx.take(coding, "code")
    for key in ("display", "_display", "version", "userSelected", "id"):
        cx.settle(coding, key)


def lose_codings(
    concept: Any,
    cx: Context,
    reason: str,
    severity: Severity = Severity.INFORMATION,
    *,
    skip: tuple[int, ...] = (),
) -> None:
    """Book the codings that have no place."""
    codings = concept.get("coding")
    for index in range(len(codings or ())):
        if index not in skip:
            cx.lose(codings, index, reason, severity)


def tell_concept(concept: Any, label: str, cx: Context, *, unless: str = "") -> None:
    """Keep the words of a concept in the narrative, unless they repeat the code."""
    text = concept.get("text")
    if not isinstance(text, str) or not text or text.casefold() == unless.casefold():
        cx.settle(concept, "text")
    else:
        cx.tell(concept, "text")
        cx.narrative.say(label, text)


def _coding(fhir: FhirCode, code: CodeMeaning) -> dict[str, str]:
    """Make a coding; a code that both worlds share has our display."""
    coding = {"system": fhir.system, "code": fhir.code}
    return {**coding, "display": code.display} if fhir.code == code.code else coding
