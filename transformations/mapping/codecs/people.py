"""PN, AD and TEL: names, addresses and telecommunications.

Spec: HL7 v3 PN, AD, TEL / FHIR R4 HumanName, Address, ContactPoint / eHDSI AD.EPSOS,
TEL.EPSOS (numbers without blanks).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from transformations.cda.structure import CdaNode
from transformations.findings import Severity
from transformations.hl7v3.countries import country_code
from transformations.hl7v3.uses import (
    ADDRESS_TYPE,
    ADDRESS_USE,
    FROM_ADDRESS_TYPE,
    FROM_ADDRESS_USE,
)
from transformations.mapping.codec import Unlinked
from transformations.mapping.codecs.text import ST
from transformations.mapping.context import Context
from transformations.mapping.ledger import Key

_PARTS_SAY_IT = "the parts say it"


@dataclass(frozen=True, slots=True)
class NameCodec(Unlinked):
    """A HumanName as PN; a part that eHDSI demands and the source lacks is ``UNK``."""

    fhir: tuple[str, ...] = ("HumanName",)
    cda: str = "PN"

    def to_cda(self, holder: Any, key: Key, node: CdaNode, cx: Context) -> bool:
        name = holder.get(key) if type(holder) is dict else holder[key]
        if not isinstance(name, dict):
            return False
        has_family = _write_parts(name, "family", node, cx)
        has_given = _write_parts(name, "given", node, cx)
        if has_family or has_given:
            _write_parts(name, "prefix", node, cx)
            _write_parts(name, "suffix", node, cx)
            _settle_text(name, node, cx)
        elif self._write_unparsed(name, node, cx):
            has_family = True
        else:
            return False
        for part, is_there in (("family", has_family), ("given", has_given)):
            if not is_there:
                node.add(part, nullFlavor="UNK")
        for other in ("use", "period"):
            cx.lose(name, other, "names carry no such thing", Severity.INFORMATION)
        return True

    def _write_unparsed(self, name: Any, node: CdaNode, cx: Context) -> bool:
        """Write a name that is text only whole into the family part."""
        family = CdaNode(node.kind.child("family"))
        if not ST.to_cda(name, "text", family, cx):
            return False
        node.graft(family)
        return True

    def to_fhir(self, node: CdaNode, holder: Any, key: Key, cx: Context) -> bool:
        name: dict[str, Any] = {}
        families = _read_parts(node, "family", cx)
        if families:
            name["family"] = " ".join(families)
        for part in ("given", "prefix", "suffix"):
            found = _read_parts(node, part, cx)
            if found:
                name[part] = found
        _read_whole(node, name, cx)
        if not name:
            return False
        use = _NAME_USE.get(node.attributes.get("use", ""))
        if use is not None:
            cx.attr(node, "use")
            name["use"] = use
        holder[key] = name
        return True

    def phrase(self, node: CdaNode) -> str:
        order = ("prefix", "given", "family", "suffix")
        return " ".join(
            ST.phrase(child) for part in order for child in node.elements(part)
        )


@dataclass(frozen=True, slots=True)
class AddressCodec(Unlinked):
    """An Address as AD; ``needs_country`` writes ``UNK`` where the source has none."""

    needs_country: bool = False
    fhir: tuple[str, ...] = ("Address",)
    cda: str = "AD"

    def to_cda(self, holder: Any, key: Key, node: CdaNode, cx: Context) -> bool:
        address = holder.get(key) if type(holder) is dict else holder[key]
        if not isinstance(address, dict):
            return False
        lines = address.get("line")
        if isinstance(lines, list):
            for index in range(len(lines)):
                _write_part(lines, index, "streetAddressLine", node, cx)
        for name, part in _ADDRESS_PARTS:
            _write_part(address, name, part, node, cx)
        self._write_country(address, node, cx)
        if not node.children:
            _write_part(address, "text", "streetAddressLine", node, cx)
        elif "text" in address:
            _settle_text(address, node, cx)
        if not node.children:
            return False
        if self.needs_country and node.first("country") is None:
            node.add("country", nullFlavor="UNK")
        self._write_use(address, node, cx)
        return True

    def _write_country(self, address: Any, node: CdaNode, cx: Context) -> None:
        name = address.get("country")
        if not isinstance(name, str):
            return
        code = country_code(name)
        if code is None:
            _write_part(address, "country", "country", node, cx)
            cx.find(
                Severity.WARNING,
                "country-unknown",
                "the country of an address is no ISO code and no name we know",
            )
            return
        cx.take(address, "country")
        node.add("country", code)

    def _write_use(self, address: Any, node: CdaNode, cx: Context) -> None:
        uses = []
        for name, table in (("use", ADDRESS_USE), ("type", ADDRESS_TYPE)):
            if address.get(name) in table:
                uses.append(table[cx.take(address, name)])
            else:
                reason = "CDA has no such use of an address"
                cx.lose(address, name, reason, Severity.INFORMATION)
        if uses:
            node.attributes["use"] = " ".join(uses)
        cx.lose(address, "period", "not written", Severity.INFORMATION)

    def to_fhir(self, node: CdaNode, holder: Any, key: Key, cx: Context) -> bool:
        address: dict[str, Any] = {}
        lines = _read_parts(node, "streetAddressLine", cx)
        lines += _read_street(node, cx)
        if lines:
            address["line"] = lines
        for name, part in (*_ADDRESS_PARTS, ("country", "country")):
            found = _read_parts(node, part, cx)
            if found:
                address[name] = " ".join(found)
        _read_whole(node, address, cx)
        if not address:
            return False
        self._read_use(node, address, cx)
        holder[key] = address
        return True

    def _read_use(self, node: CdaNode, address: dict[str, Any], cx: Context) -> None:
        for use in (cx.attr(node, "use") or "").split():
            if use in FROM_ADDRESS_USE:
                address.setdefault("use", FROM_ADDRESS_USE[use])
            elif use in FROM_ADDRESS_TYPE:
                address.setdefault("type", FROM_ADDRESS_TYPE[use])

    def phrase(self, node: CdaNode) -> str:
        return ", ".join(filter(None, (ST.phrase(part) for part in node.elements())))


_ADDRESS_PARTS = (
    ("postalCode", "postalCode"),
    ("city", "city"),
    ("state", "state"),
    ("district", "county"),
)

NAME = NameCodec()
ADDRESS = AddressCodec()
ORGANIZATION_ADDRESS = AddressCodec(needs_country=True)


def _write_part(holder: Any, key: Key, part: str, node: CdaNode, cx: Context) -> bool:
    child = CdaNode(node.kind.child(part))
    if not ST.to_cda(holder, key, child, cx):
        return False
    node.graft(child)
    return True


def _write_parts(name: Any, part: str, node: CdaNode, cx: Context) -> bool:
    value = name.get(part)
    if not isinstance(value, list):
        return _write_part(name, part, part, node, cx)
    written = [_write_part(value, i, part, node, cx) for i in range(len(value))]
    return any(written)


def _read_parts(node: CdaNode, part: str, cx: Context) -> list[str]:
    found = []
    for child in node.elements(part):
        text = cx.text(child)
        if text is not None:
            found.append(text.strip())
    return found


def _read_whole(node: CdaNode, value: dict[str, Any], cx: Context) -> None:
    """Read words that stand beside or instead of the parts."""
    text = (cx.text(node) or "").strip()
    if text:
        value["text"] = " ".join(text.split())


def _read_street(node: CdaNode, cx: Context) -> list[str]:
    """Read the parts that FHIR has no name for: the street in one line, then others."""
    street = [text for part in _STREET for text in _read_parts(node, part, cx)]
    others = [text for part in _OTHER_PARTS for text in _read_parts(node, part, cx)]
    return ([" ".join(street)] if street else []) + others


_STREET = (
    "streetName",
    "streetNameBase",
    "streetNameType",
    "houseNumber",
    "houseNumberNumeric",
    "buildingNumberSuffix",
)
_OTHER_PARTS = (
    "careOf",
    "additionalLocator",
    "unitType",
    "unitID",
    "postBox",
    "precinct",
    "deliveryAddressLine",
)
_NAME_USE = {"L": "official", "C": "official", "A": "nickname", "P": "nickname"}


def _settle_text(value: Any, node: CdaNode, cx: Context) -> None:
    """Book the display text: a repetition of the parts, or a loss if it says more."""
    text = value.get("text")
    if not isinstance(text, str):
        return
    said = {word for part in node.elements() for word in ST.phrase(part).split()}
    if set(text.replace(",", " ").split()) <= said:
        cx.settle(value, "text")
    else:
        cx.lose(value, "text", f"{_PARTS_SAY_IT}, in other words", Severity.INFORMATION)
