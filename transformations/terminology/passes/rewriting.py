"""Rewrites a coded element of CDA; what stood there before is kept as ``translation``.

The translations form a chain: the newest holds the one before it, so that it stays
visible which code was made from which.

Spec: HL7 v3 CD.translation / eHDSI pivot documents: the national code stays beside.
Seen: OpenNCP 9 (nesting of the first translation, new one as last child).
"""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from transformations.terminology.passes.cda_places import (
    EVENT,
    ORIGINAL_TEXT,
    TRANSLATION,
)
from transformations.terminology.port import Concept
from transformations.terminology.systems import system_name

CODE_ATTRIBUTES = ("code", "codeSystem", "codeSystemName", "codeSystemVersion")


def rename(element: etree._Element, text: str) -> None:
    """Give a code another display; the one it had stays beside it.

    The event of a schedule has none, for the rules of the pivot.
    """
    old = element.get("displayName")
    if old == text or element.tag == EVENT:
        return
    if old is not None:
        keep_name(element, element.get("code", ""), element.get("codeSystem", ""), old)
    element.set("displayName", text)


def keep_name(
    element: etree._Element, code: str, code_system: str, display: str
) -> None:
    """Hang a display beside its code, unless it stands there or nothing can."""
    beside = list(element.iter(TRANSLATION)) if len(element) else ()
    if _holds(beside, code, code_system, display) or element.tag == EVENT:
        return
    # Name and version of the system stand in the element itself: it is the same system.
    kept = {"code": code, "codeSystem": code_system, "displayName": display}
    _hang(element, kept, beside)


def recode(element: etree._Element, concept: Concept, display: str | None) -> None:
    """Let another code stand there, and hang the old one beside it.

    An element that had no code becomes one; its ``nullFlavor`` goes.
    """
    _keep_code(element, _taken(element))
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
    _keep_code(element, _taken(element))
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


def _holds(
    beside: Sequence[etree._Element], code: str, code_system: str, display: str | None
) -> bool:
    """Whether a code already stands among translations, in the same words."""
    for one in beside:
        if (
            one.get("code") == code
            and one.get("codeSystem") == code_system
            and one.get("displayName") in {display, None}
        ):
            return True
    return False


def _keep_code(element: etree._Element, old: dict[str, str]) -> None:
    """Hang the code that stood in an element beside it, unless it is there already."""
    code, system = old.get("code"), old.get("codeSystem", "")
    beside = list(element.iter(TRANSLATION))
    if code is not None and not _holds(beside, code, system, old.get("displayName")):
        _hang(element, old, beside)


def _hang(
    element: etree._Element,
    attributes: dict[str, str],
    beside: Sequence[etree._Element],
) -> None:
    """Add a translation as last child; the first that was there goes into it."""
    new = etree.SubElement(element, TRANSLATION, attributes)
    for first in beside:
        if first.getparent() is element:
            new.append(first)
            return


def keep_unit(element: etree._Element, unit: str, text: str) -> None:
    """Write another unit, and the words of the old one beside it."""
    kept = etree.SubElement(element, TRANSLATION, {"value": element.get("value", "")})
    etree.SubElement(kept, ORIGINAL_TEXT).text = text
    element.set("unit", unit)


def name_unit(
    element: etree._Element, code: str, code_system: str, display: str
) -> None:
    """Write the name of a unit beside the quantity, which stays as it is."""
    for one in element.iterchildren(TRANSLATION) if len(element) else ():
        if one.get("code") == code and one.get("codeSystem") == code_system:
            one.set("displayName", display)
            return
    named = {"value": element.get("value", ""), "code": code}
    named |= {"codeSystem": code_system, "displayName": display}
    etree.SubElement(element, TRANSLATION, named)
