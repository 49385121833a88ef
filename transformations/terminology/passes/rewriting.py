"""Rewrites a coded element of CDA; what stood there before is kept as ``translation``.

The translations form a chain: the newest holds the one before it, so that it stays
visible which code was made from which.

Spec: HL7 v3 CD.translation / eHDSI pivot documents: the national code stays beside.
Seen: OpenNCP 9 (nesting of the first translation, new one as last child).
"""

from __future__ import annotations

from lxml import etree

from transformations.terminology.passes.cda_places import (
    EVENT,
    ORIGINAL_TEXT,
    TRANSLATION,
)
from transformations.terminology.port import Concept
from transformations.terminology.systems import system_name

CODE_ATTRIBUTES = ("code", "codeSystem", "codeSystemName", "codeSystemVersion")
_KEPT_ATTRIBUTES = {*CODE_ATTRIBUTES, "displayName"}


def rename(element: etree._Element, text: str) -> None:
    """Give a code another display; the one it had stays beside it."""
    old = element.get("displayName")
    if old == text:
        return
    if old is not None and can_hold(element, old):
        kept = dict(element.attrib)
        for name in kept.keys() - _KEPT_ATTRIBUTES:
            del kept[name]
        _hang(element, kept)
    element.set("displayName", text)


def can_hold(element: etree._Element, display: str) -> bool:
    """Whether a display is to be hung beside a code: not twice, and not everywhere."""
    return element.tag != EVENT and not _has_translation(element, element, display)


def recode(element: etree._Element, concept: Concept, display: str | None) -> None:
    """Let another code stand there, and hang the old one beside it.

    An element that had no code becomes one; its ``nullFlavor`` goes.
    """
    old = _taken(element)
    if "code" in old and not _has_translation(element, old, old.get("displayName")):
        _hang(element, old)
    element.set("code", concept.code)
    element.set("codeSystem", concept.code_system)
    name = system_name(concept.code_system)
    if name is not None:
        element.set("codeSystemName", name)
    if concept.version:
        element.set("codeSystemVersion", concept.version)
    if display is not None:
        element.set("displayName", display)


def uncode(element: etree._Element) -> None:
    """Take a code out that cannot stand there: ``OTH``, and the code as translation."""
    old = _taken(element)
    if "code" in old and not _has_translation(element, old, old.get("displayName")):
        _hang(element, old)
    element.set("nullFlavor", "OTH")


def _taken(element: etree._Element) -> dict[str, str]:
    """Take the attributes of a code off an element."""
    attributes = element.attrib
    old = {}
    for name in (*CODE_ATTRIBUTES, "displayName"):
        value = attributes.pop(name, None)
        if value is not None:
            old[name] = str(value)
    attributes.pop("nullFlavor", None)
    return old


def _has_translation(
    element: etree._Element,
    code: etree._Element | dict[str, str],
    display: str | None,
) -> bool:
    """Whether the code already stands beside, in the same words."""
    if not len(element):
        return False
    return any(
        one.get("code") == code.get("code")
        and one.get("codeSystem") == code.get("codeSystem")
        and one.get("displayName") in {display, None}
        for one in element.iter(TRANSLATION)
    )


def _hang(element: etree._Element, attributes: dict[str, str]) -> None:
    """Add a translation as last child; the first that was there goes into it."""
    first = next(element.iterchildren(TRANSLATION), None)
    new = etree.SubElement(element, TRANSLATION, attributes)
    if first is not None:
        new.append(first)


def keep_unit(element: etree._Element, unit: str, text: str) -> None:
    """Write another unit, and the words of the old one beside it."""
    kept = etree.SubElement(element, TRANSLATION, {"value": element.get("value", "")})
    etree.SubElement(kept, ORIGINAL_TEXT).text = text
    element.set("unit", unit)


def name_unit(
    element: etree._Element, code: str, code_system: str, display: str
) -> None:
    """Write the name of a unit beside the quantity, which stays as it is."""
    for one in element.iterfind(TRANSLATION):
        if one.get("code") == code and one.get("codeSystem") == code_system:
            one.set("displayName", display)
            return
    named = {"value": element.get("value", ""), "code": code}
    named |= {"codeSystem": code_system, "displayName": display}
    etree.SubElement(element, TRANSLATION, named)
