"""Small changes of a tree, to be put together to attacks.

Spec: SAML 2.0 Core §2.3.3 (where things stand in an assertion).
"""

from __future__ import annotations

from copy import deepcopy
from typing import Final

from lxml import etree

from conformance.attacks.message import Change
from trust.namespaces import DS, HL7, SAML, SOAP_12, WSSE, WSU
from trust.xml import SOAP_LIMITS, parse_xml

WSA: Final = "http://www.w3.org/2005/08/addressing"
XI: Final = "http://www.w3.org/2001/XInclude"
NAMESPACES: Final = {
    "s": SAML,
    "ds": DS,
    "hl7": HL7,
    "soap": SOAP_12,
    "wsse": WSSE,
    "wsu": WSU,
    "wsa": WSA,
}


def at(root: etree._Element, path: str) -> etree._Element:
    """Find the first element of a path."""
    found = root.find(path, NAMESPACES)
    if found is None:
        raise ValueError(f"the message has no {path}")
    return found


def set_text(path: str, text: str) -> Change:
    """Replace the text of an element."""
    return lambda root: setattr(at(root, path), "text", text)


def set_attribute(path: str, name: str, value: str) -> Change:
    """Set an attribute; ``.`` is the root itself."""
    return lambda root: at(root, path).set(name, value)


def drop_attribute(path: str, name: str) -> Change:
    """Take an attribute away."""
    return lambda root: at(root, path).attrib.pop(name)


def drop(path: str) -> Change:
    """Take an element away, and what it holds."""
    return lambda root: remove(at(root, path))


def remove(element: etree._Element) -> None:
    """Take an element out of its tree."""
    parent = element.getparent()
    if parent is None:
        raise ValueError("a root cannot be taken away")
    parent.remove(element)


def twice(path: str) -> Change:
    """Let an element follow itself."""

    def change(root: etree._Element) -> None:
        found = at(root, path)
        found.addnext(deepcopy(found))

    return change


def append(path: str, tag: str, text: str | None = None, **attributes: str) -> Change:
    """Put a new last child into an element; the tag is a prefixed name."""

    def change(root: etree._Element) -> None:
        added = etree.SubElement(at(root, path), clark(tag), attributes)
        added.text = text

    return change


def insert(path: str, index: int, tag: str, text: str | None = None) -> Change:
    """Put a new child into an element, at a place."""

    def change(root: etree._Element) -> None:
        added = etree.Element(clark(tag))
        added.text = text
        at(root, path).insert(index, added)

    return change


def together(*changes: Change) -> Change:
    """Make several changes of one tree."""

    def change(root: etree._Element) -> None:
        for each in changes:
            each(root)

    return change


def clark(name: str) -> str:
    """Return a prefixed name in Clark notation; a name in it, or in none, stays."""
    if name.startswith("{"):
        return name
    prefix, colon, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}" if colon else name


def attribute_value(name: str) -> str:
    """Return the path of the value of an assertion's attribute."""
    return f"s:AttributeStatement/s:Attribute[@Name='{name}']/s:AttributeValue"


def attribute(name: str) -> str:
    """Return the path of an assertion's attribute."""
    return f"s:AttributeStatement/s:Attribute[@Name='{name}']"


def parsed(data: bytes) -> etree._Element:
    """Parse one of our own assertions, to be moved about."""
    return parse_xml(data, SOAP_LIMITS)
