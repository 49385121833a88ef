"""The smallest steps of reading an assertion; each refuses what is not expected.

Spec: SAML 2.0 Core §1.3 (strings, instants).
"""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime
from typing import Final

from lxml import etree

from trust.assertions.refused import invalid, missing
from trust.assertions.times import parse_instant

BLANKS: Final = " \t\r\n"


def allowed(parent: etree._Element, tags: Container[str]) -> list[etree._Element]:
    """Return the children, which must all be of these names."""
    children = list(parent)
    for child in children:
        if child.tag not in tags:
            raise invalid(f"an element that may not stand in {_name(parent)}")
    return children


def only(parent: etree._Element, tag: str) -> etree._Element:
    """Return the one child of this name."""
    found = optional(parent, tag)
    if found is None:
        raise missing(f"{etree.QName(tag).localname} in {_name(parent)}")
    return found


def optional(parent: etree._Element, tag: str) -> etree._Element | None:
    """Return the one child of this name, None where there is none."""
    found = list(parent.iterchildren(tag))
    if len(found) > 1:
        raise invalid(f"{etree.QName(tag).localname} twice in {_name(parent)}")
    return found[0] if found else None


def attribute_of(element: etree._Element, name: str) -> str:
    """Return an attribute that must be there and not be empty."""
    value = element.get(name)
    if not value:
        raise missing(f"{name} on {_name(element)}")
    return value


def instant_of(element: etree._Element, name: str) -> datetime:
    """Return an attribute that must be a date and time with zone."""
    text = attribute_of(element, name)
    try:
        return parse_instant(text.strip(BLANKS))
    except ValueError:
        raise invalid(
            f"a {name} on {_name(element)} that is no date and time with zone"
        ) from None


def text_of(element: etree._Element) -> str:
    """Return the text of an element, which must have some."""
    text = plain_text_of(element)
    if not text:
        raise missing(f"text in {_name(element)}")
    return text


def plain_text_of(element: etree._Element) -> str:
    """Return the text of an element without outer blanks; it may be empty."""
    # With a child in between, `.text` would end early and read half a value.
    if len(element):
        raise invalid(f"elements inside the text of {_name(element)}")
    return (element.text or "").strip(BLANKS)


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname
