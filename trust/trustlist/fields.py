"""Reads the fields of a trust list by name; a refusal names the element.

Spec: ETSI TS 119 612 §5.1.4 (languages), §5.2 (fields), Annex C (schema).
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Final

from lxml import etree

from trust.assertions.times import parse_instant
from trust.trustlist.namespaces import TSL
from trust.trustlist.refused import unreadable
from trust.xml.writer import XML_NAMESPACE

_BLANKS: Final = " \t\r\n"
_LANGUAGE: Final = f"{{{XML_NAMESPACE}}}lang"
LONGEST_TEXT: Final = 8_192


def tsl(name: str) -> str:
    """Return the Clark name of an element of trust lists."""
    return f"{{{TSL}}}{name}"


def children(parent: etree._Element | None, name: str) -> list[etree._Element]:
    """Return the children of a name; none of an absent parent."""
    return [] if parent is None else list(parent.iterchildren(tsl(name)))


def only(parent: etree._Element | None, name: str) -> etree._Element | None:
    """Return the one child of a name, or None.

    Raises
    ------
    TrustListRefused
        It stands more than once: which one counts would be open.
    """
    found = children(parent, name)
    if len(found) > 1:
        raise unreadable(f"more than one {name} where one may stand")
    return found[0] if found else None


def required(parent: etree._Element, name: str) -> etree._Element:
    """Return the one child of a name, which must be there."""
    found = only(parent, name)
    if found is None:
        raise unreadable(f"no {name} in {local(parent)}")
    return found


def text(element: etree._Element | None) -> str | None:
    """Return the text of a leaf without outer blanks; None where absent or blank."""
    if element is None:
        return None
    if len(element):
        raise unreadable(f"elements inside {local(element)}, which holds a value")
    value = (element.text or "").strip(_BLANKS)
    if len(value) > LONGEST_TEXT:
        raise unreadable(f"a text of more than {LONGEST_TEXT} characters")
    return value or None


def required_text(parent: etree._Element, name: str) -> str:
    """Return the text of the one child of a name, which must have one."""
    value = text(required(parent, name))
    if value is None:
        raise unreadable(f"an empty {name}")
    return value


def required_instant(parent: etree._Element, name: str) -> datetime:
    """Return the moment that a child names."""
    return instant(required_text(parent, name), name)


def instant(value: str, name: str) -> datetime:
    """Read a moment, which needs a zone."""
    try:
        return parse_instant(value)
    except ValueError:
        raise unreadable(f"no date and time with zone in {name}") from None


def in_english(parent: etree._Element | None, name: str) -> str | None:
    """Return the text that is in English, or else the first one."""
    found = children(parent, name)
    english = [
        each for each in found if each.get(_LANGUAGE, "").lower().startswith("en")
    ]
    return text((english or found)[0]) if found else None


def base64_bytes(element: etree._Element) -> bytes:
    """Return what a leaf holds in base64."""
    value = "".join((element.text or "").split())
    if len(element) or not value:
        raise unreadable(f"no value in {local(element)}")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise unreadable(f"no base64 in {local(element)}") from None


def local(element: etree._Element) -> str:
    """Return the name of an element without its namespace."""
    return etree.QName(element).localname
