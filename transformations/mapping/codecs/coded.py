"""CD, CE, CV and CS: coded values with translations, text and reasons of absence.

Spec: HL7 v3 CD / FHIR R4 CodeableConcept, Coding / eHDSI coded elements: a
``displayName`` beside every code, ``nullFlavor="OTH"`` with translation where no code
is bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from transformations.cda.namespaces import CDA
from transformations.cda.structure import CdaNode
from transformations.findings import Severity
from transformations.mapping.absence import flavor_in
from transformations.mapping.codecs.text import writable
from transformations.mapping.context import Context
from transformations.mapping.ledger import Key
from transformations.terminology import (
    DATA_ABSENT_REASON_SYSTEM,
    null_flavor_of,
    oid_of,
    uri_of,
)

_TRANSLATION = f"{{{CDA}}}translation"
SNOMED_CT_URI = "http://snomed.info/sct"


@dataclass(frozen=True, slots=True)
class CodedCodec:
    """A CodeableConcept or Coding as a coded value.

    Parameters
    ----------
    cda
        ``CD``, ``CE`` or ``CV``.
    systems
        OIDs of the code systems the place is bound to, best first. The first coding of
        one of them becomes the code, the others become translations; without any, the
        code is ``nullFlavor="OTH"``. Empty: the first coding whose system has an OID.
    """

    cda: str = "CD"
    systems: tuple[str, ...] = ()
    fhir: tuple[str, ...] = ("CodeableConcept", "Coding")
    is_ours: ClassVar[bool] = False

    def to_cda(self, holder: Any, key: Key, node: CdaNode, cx: Context) -> bool:
        value = holder.get(key) if type(holder) is dict else holder[key]
        if not isinstance(value, dict):
            return False
        is_coding = "code" in value and "coding" not in value
        codings = [value] if is_coding else value.get("coding") or []
        text = None if is_coding else value.get("text")
        root = self._write_codes(codings, node, cx)
        if isinstance(text, str) and writable(text).strip():
            self._write_text(value, node, cx, has_code=root)
            return True
        if root or node.children:
            return True
        return self._write_absence(value, codings, node, cx)

    def _write_codes(
        self, codings: list[dict[str, Any]], node: CdaNode, cx: Context
    ) -> bool:
        known = []
        for coding in codings:
            oid = _usable(coding, cx)
            if oid:
                known.append((oid, coding))
        root = self._choose(known)
        written = set()
        if root is not None:
            _write_coding(root[1], root[0], node, cx)
            written.add((root[0], root[1]["code"]))
        for oid, coding in known:
            if root is not None and coding is root[1]:
                continue
            if (oid, coding["code"]) in written:
                _lose_repeated(coding, cx)
                continue
            written.add((oid, coding["code"]))
            _write_coding(coding, oid, node.add("translation"), cx)
        if root is None and known:
            node.attributes["nullFlavor"] = "OTH"
        return root is not None

    def _choose(
        self, known: list[tuple[str, dict[str, Any]]]
    ) -> tuple[str, dict[str, Any]] | None:
        if not self.systems:
            return known[0] if known else None
        for system in self.systems:
            for oid, coding in known:
                if oid == system:
                    return oid, coding
        return None

    def _write_text(
        self, concept: dict[str, Any], node: CdaNode, cx: Context, *, has_code: bool
    ) -> None:
        text = writable(cx.take(concept, "text")).strip()
        node.add("originalText", text)
        if not has_code:
            # With any other nullFlavor the rules forbid the text beside it.
            node.attributes["nullFlavor"] = "OTH"

    def _write_absence(
        self,
        concept: dict[str, Any],
        codings: list[dict[str, Any]],
        node: CdaNode,
        cx: Context,
    ) -> bool:
        flavor = flavor_in(concept, cx)
        for coding in codings:
            if not flavor and coding.get("system") == DATA_ABSENT_REASON_SYSTEM:
                cx.derive(coding, "system")
                cx.settle(coding, "display")
                flavor = null_flavor_of(str(cx.take(coding, "code")))
        if flavor:
            node.attributes["nullFlavor"] = flavor
        return bool(flavor)

    def to_fhir(self, node: CdaNode, holder: Any, key: Key, cx: Context) -> bool:
        parts = _flattened(node)
        codings = [_read_coding(part, cx) for part in parts]
        if node.children:
            codings += _read_qualified(node, codings[0], cx)
        concept: dict[str, Any] = {}
        if any(codings):
            concept["coding"] = [coding for coding in codings if coding]
        text = _read_text(node, parts, concept, cx)
        if text:
            concept["text"] = text
        if not concept:
            return False
        for part in parts:
            if "nullFlavor" in part.attributes:
                cx.settle(part, "@nullFlavor")
        holder[key] = concept
        return True

    def phrase(self, node: CdaNode) -> str:
        original = node.first("originalText")
        if original is not None and original.children:
            first = original.children[0]
            if isinstance(first, str):
                return first
        for part in _flattened(node):
            said = part.attributes.get("displayName") or part.attributes.get("code")
            if said:
                return said
        return ""

    def link(self, node: CdaNode, anchor: str) -> None:
        """Let ``originalText`` point at the phrase instead of repeating it."""
        flavor = node.attributes.get("nullFlavor", "")
        if flavor not in {"", "OTH", "NA", "UNC"}:
            return
        original = node.first("originalText")
        if original is None:
            original = node.add("originalText")
        original.children.clear()
        original.add("reference", value=f"#{anchor}")


CD = CodedCodec("CD")
CE = CodedCodec("CE")


def _usable(coding: Any, cx: Context) -> str:
    """Return the OID of a coding's system; a coding without one is lost, visibly."""
    if not isinstance(coding, dict):
        return ""
    code, system = coding.get("code"), coding.get("system")
    if not isinstance(code, str) or system == DATA_ABSENT_REASON_SYSTEM:
        return ""
    if len(writable(code).split()) != 1:
        cx.lose_rest(coding, "a code of CDA is one word")
        return ""
    oid = oid_of(system) if isinstance(system, str) else None
    if oid is None:
        reason = "its code system has no OID that CDA could name"
        cx.lose_rest(coding, reason)
        return ""
    return oid


def _write_coding(coding: dict[str, Any], oid: str, node: CdaNode, cx: Context) -> None:
    cx.take(coding, "system")
    code = writable(cx.take(coding, "code")).strip()
    display = cx.take(coding, "display")
    set_code(node, code, oid, display if isinstance(display, str) else "")
    version = cx.take(coding, "version")
    if isinstance(version, str):
        node.attributes["codeSystemVersion"] = writable(version)
    cx.settle(coding, "userSelected")


def set_code(node: CdaNode, code: str, system: str, display: str) -> None:
    """Write a code, its system, and its name where it has one."""
    node.attributes["code"] = code
    node.attributes["codeSystem"] = system
    if display:
        node.attributes["displayName"] = writable(display)


def _lose_repeated(coding: dict[str, Any], cx: Context) -> None:
    cx.lose_rest(coding, "the same code is there already", Severity.INFORMATION)


def _flattened(node: CdaNode) -> list[CdaNode]:
    """Return the code and its translations, however deep, in order."""
    found = [node]
    if node.children:
        for child in node.all_tagged(_TRANSLATION):
            found += _flattened(child)
    return found


def read_names(node: CdaNode, cx: Context) -> None:
    """Book a code of a closed list with what it is called.

    FHIR has a code of its own for it, so the words beside it repeat the code.
    """
    cx.derive(node, "@code")
    cx.derive(node, "@codeSystem")
    for name in ("displayName", "codeSystemName", "codeSystemVersion"):
        cx.settle(node, f"@{name}")
    for original in node.elements("originalText"):
        cx.settle(original, ".")


def _read_qualified(
    node: CdaNode, coding: dict[str, Any], cx: Context
) -> list[dict[str, Any]]:
    """Read qualifiers, such as a side of the body, as a code that says them too.

    SNOMED CT writes a refined concept ``code:attribute=value``; it stands beside the
    plain code.
    """
    refinements, words = [], []
    for qualifier in node.elements("qualifier"):
        name, value = qualifier.first("name"), qualifier.first("value")
        if name is None or value is None or coding.get("system") != SNOMED_CT_URI:
            continue
        attribute, refined = cx.attr(name, "code"), _read_coding(value, cx)
        cx.settle(name, ".")
        if attribute and refined:
            refinements.append(f"{attribute}={refined['code']}")
            words += [refined["display"]] if "display" in refined else []
    if not refinements:
        return []
    code = f"{coding['code']}:{','.join(refinements)}"
    whole = ", ".join(filter(None, [coding.get("display", ""), *words]))
    made = {"system": SNOMED_CT_URI, "code": code}
    return [{**made, "display": whole} if whole else made]


def _read_text(
    node: CdaNode, parts: list[CdaNode], concept: dict[str, Any], cx: Context
) -> str:
    """Read what the code is called in its document, unless a display repeats it."""
    original = node.first("originalText") if node.children else None
    if original is None:
        return _display_without_code(parts, cx)
    cx.settle(original, "@mediaType")
    text = (cx.text(original) or "").strip()
    displays = {coding.get("display") for coding in concept.get("coding", ())}
    for pointer in original.elements("reference"):
        words = cx.words_at(pointer.attributes.get("value", ""))
        if not words:
            cx.lose(pointer, "@value", "it points at no words of the narrative")
        elif text or words in displays:
            cx.settle(pointer, "@value")
        else:
            cx.derive(pointer, "@value")
            text = words
    return text


def _display_without_code(parts: list[CdaNode], cx: Context) -> str:
    """Read a display that stands without a code: the words of another language."""
    for part in parts:
        if "code" not in part.attributes:
            words = (cx.attr(part, "displayName") or "").strip()
            if words:
                return words
    return ""


def _read_coding(node: CdaNode, cx: Context) -> dict[str, Any]:
    attributes = node.attributes
    code = " ".join((cx.attr(node, "code") or "").split())
    if not code:
        return {}
    coding = {"code": code}
    system = cx.attr(node, "codeSystem")
    if system:
        coding = {"system": uri_of(system.strip()), **coding}
        if "codeSystemName" in attributes:
            cx.settle(node, "@codeSystemName")
    for name, attribute in _BESIDE_A_CODE:
        if attribute in attributes:
            value = (cx.attr(node, attribute) or "").strip()
            if value:
                coding[name] = value
    return coding


_BESIDE_A_CODE = (("display", "displayName"), ("version", "codeSystemVersion"))
