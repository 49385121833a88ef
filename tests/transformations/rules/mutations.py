"""Named ways to spoil a CDA document, applied to one element of each kind.

A mutant is named after its document, its mutation and the element it touches, so that a
disagreement can be found again.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

CDA = "urn:hl7-org:v3"
PHARM = "urn:hl7-org:pharm"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
Spoil = Callable[[etree._Element], bool]

# Where these templates are, an element is of another kind than elsewhere.
_TEMPLATE_ARCS = ("1.3.6.1.4.1.12559.11.10.1.3.1.", "1.3.6.1.4.1.19376.1.5.3.1.")


@dataclass(frozen=True)
class Mutant:
    """A spoilt document."""

    name: str
    document: bytes


def drop(element: etree._Element) -> bool:
    parent = element.getparent()
    if parent is None:
        return False
    parent.remove(element)
    return True


def repeat(element: etree._Element) -> bool:
    if element.getparent() is None:
        return False
    element.addnext(copy.deepcopy(element))
    return True


def repeat_otherwise(element: etree._Element) -> bool:
    """Put another of its name beside it, with an extension or value of its own."""
    if element.getparent() is None:
        return False
    other = copy.deepcopy(element)
    for name in ("extension", "value"):
        if other.get(name):
            other.set(name, f"{other.get(name)}9")
    element.addnext(other)
    return True


def null_alone(element: etree._Element) -> bool:
    kind = element.get(XSI_TYPE)
    tail = element.tail
    element.clear()
    element.tail = tail
    element.set("nullFlavor", "UNK")
    if kind:
        element.set(XSI_TYPE, kind)
    return True


def null_beside_content(element: etree._Element) -> bool:
    if element.get("nullFlavor"):
        return False
    element.set("nullFlavor", "NI")
    return True


def null_other(element: etree._Element) -> bool:
    if element.get("nullFlavor"):
        return False
    element.set("nullFlavor", "OTH")
    element.attrib.pop("code", None)
    element.attrib.pop("displayName", None)
    return True


def no_attributes(element: etree._Element) -> bool:
    if not element.attrib:
        return False
    element.attrib.clear()
    return True


def empty(element: etree._Element) -> bool:
    if not len(element) and not (element.text or "").strip():
        return False
    for child in list(element):
        element.remove(child)
    element.text = None
    return True


def text_beside(element: etree._Element) -> bool:
    element.text = f"{element.text or ''}words"
    return True


def _attribute(name: str, value: str | None) -> Spoil:
    def spoil(element: etree._Element) -> bool:
        if element.get(name) in {None, value}:
            return False
        if value is None:
            del element.attrib[name]
        else:
            element.set(name, value)
        return True

    return spoil


def _child(name: str, **attributes: str) -> Spoil:
    def spoil(element: etree._Element) -> bool:
        if element.tag.startswith(f"{{{PHARM}}}"):
            return False
        etree.SubElement(element, f"{{{CDA}}}{name}", attributes)
        return True

    return spoil


def _typed(element: etree._Element) -> bool:
    return XSI_TYPE in element.attrib or "value" in element.attrib


def other_type(element: etree._Element) -> bool:
    if not _typed(element):
        return False
    element.set(XSI_TYPE, "ST")
    return True


def no_type(element: etree._Element) -> bool:
    return element.attrib.pop(XSI_TYPE, None) is not None


MUTATIONS: dict[str, Spoil] = {
    "drop": drop,
    "repeat": repeat,
    "repeat-otherwise": repeat_otherwise,
    "null-alone": null_alone,
    "null-beside-content": null_beside_content,
    "null-other": null_other,
    "no-attributes": no_attributes,
    "empty": empty,
    "text-beside": text_beside,
    "other-code": _attribute("code", "no-such-code"),
    "no-code": _attribute("code", None),
    "other-system": _attribute("codeSystem", "1.2.3"),
    "no-system": _attribute("codeSystem", None),
    "no-display": _attribute("displayName", None),
    "other-class": _attribute("classCode", "OTHER"),
    "no-class": _attribute("classCode", None),
    "other-mood": _attribute("moodCode", "DEF"),
    "no-mood": _attribute("moodCode", None),
    "other-kind": _attribute("typeCode", "OTHER"),
    "no-kind": _attribute("typeCode", None),
    "other-determiner": _attribute("determinerCode", "OTHER"),
    "other-inversion": _attribute("inversionInd", "maybe"),
    "root-no-oid": _attribute("root", "no oid"),
    "root-long": _attribute("root", "1.2." + "3" * 80),
    "no-root": _attribute("root", None),
    "time-with-z": _attribute("value", "20200101120000Z"),
    "time-without-offset": _attribute("value", "202001011200"),
    "time-of-no-calendar": _attribute("value", "20201399"),
    "time-of-year": _attribute("value", "2020"),
    "no-number": _attribute("value", "many"),
    "telephone-with-blanks": _attribute("value", "tel:+352 12 34 56"),
    "no-value": _attribute("value", None),
    "other-unit": _attribute("unit", "spoonfuls"),
    "no-unit": _attribute("unit", None),
    "other-use": _attribute("use", "SOMEWHERE"),
    "other-media-type": _attribute("mediaType", "text/html"),
    "other-type": other_type,
    "no-type": no_type,
    "with-translation": _child("translation", code="a", codeSystem="1.2.3"),
    "with-null-translation": _child("translation", nullFlavor="UNK"),
    "with-qualifier": _child("qualifier"),
    "with-reference": _child("reference", value="#nowhere"),
    "with-low": _child("low", value="20200101"),
    "with-high-before-low": _child("high", value="19000101"),
    "with-family": _child("family"),
    "with-interpretation": _child("interpretationCode", code="N"),
}


def shortened(document: bytes) -> bytes:
    """Keep of each section its first entries, one of each kind: mutants are many."""
    root = etree.fromstring(document)
    for section in root.iter(f"{{{CDA}}}section"):
        seen: set[str] = set()
        for entry in section.findall(f"{{{CDA}}}entry"):
            kind = "+".join(sorted(each.get("root", "") for each in _ids(entry)))
            if kind in seen:
                section.remove(entry)
            seen.add(kind)
    for text in root.iterfind(f".//{{{CDA}}}nonXMLBody/{{{CDA}}}text"):
        text.text = "JVBERi0="
    return etree.tostring(root)


def _ids(entry: etree._Element) -> list[etree._Element]:
    return entry.findall(f"*/{{{CDA}}}templateId")


def chosen(name: str, document: bytes, number: int) -> list[Mutant]:
    """Spoil a document in so many ways, always the same ones.

    Each way spoils one element of a kind; they are taken as their hashes fall.
    """
    root = etree.fromstring(document)
    ways = {
        f"{name}:{mutation}:{kind}": (place, spoil)
        for kind, place in _kinds(root).items()
        for mutation, spoil in MUTATIONS.items()
    }
    found: list[Mutant] = []
    for way in sorted(ways, key=lambda one: hashlib.sha256(one.encode()).digest()):
        place, spoil = ways[way]
        spoilt = copy.deepcopy(root)
        if spoil(_at(spoilt, place)):
            found.append(Mutant(way, etree.tostring(spoilt)))
        if len(found) == number:
            break
    return found


def _at(root: etree._Element, place: tuple[int, ...]) -> etree._Element:
    for step in place:
        root = root[step]
    return root


def _place(element: etree._Element) -> tuple[int, ...]:
    parent = element.getparent()
    return () if parent is None else (*_place(parent), parent.index(element))


def _kinds(root: etree._Element) -> dict[str, tuple[int, ...]]:
    """Find one element of each kind: its names below the nearest template."""
    kinds: dict[str, tuple[int, ...]] = {}
    for element in root.iter(etree.Element):
        name = etree.QName(element).localname
        is_told = any(up.tag == f"{{{CDA}}}text" for up in element.iterancestors())
        if is_told and name != "reference":
            continue
        kinds.setdefault(_kind(element), _place(element))
    return kinds


def _kind(element: etree._Element) -> str:
    steps: list[str] = []
    each: etree._Element | None = element
    while each is not None:
        steps.append(etree.QName(each).localname + _marks(each))
        template = _template(each)
        if template and each is not element:
            steps.append(template)
            break
        each = each.getparent()
    return "/".join(reversed(steps))


def _marks(element: etree._Element) -> str:
    kind = element.get(XSI_TYPE) or element.get("typeCode")
    root = (
        element.get("root") if etree.QName(element).localname == "templateId" else None
    )
    return f"({kind or root})" if kind or root else ""


def _template(element: etree._Element) -> str | None:
    for each in element.findall(f"{{{CDA}}}templateId"):
        root = each.get("root") or ""
        for arc in _TEMPLATE_ARCS:
            if root.startswith(arc):
                return root[len(arc) :]
    return None
