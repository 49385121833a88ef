"""Facts read from a CDA of any wave and namespace, without a table.

For the few questions that decide what becomes of a document; a translation reads by
tables (``transformations.mapping``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from transformations.cda.namespaces import CDA
from trust.xml import DOCUMENT_LIMITS, XmlRefused, parse_xml

_ROOT = f"{{{CDA}}}ClinicalDocument"
_COUNT = re.compile(r"0*([1-9][0-9]{0,5})(?:\.0+)?")


@dataclass(frozen=True, slots=True)
class Code:
    """A code as its document has it; ``system`` is an OID."""

    system: str
    code: str
    display: str = ""


def open_cda(content: bytes) -> etree._Element | None:
    """Return the root of a CDA; None for anything else, or what may not be read."""
    try:
        root = parse_xml(content, DOCUMENT_LIMITS)
    except XmlRefused:
        return None
    return root if root.tag == _ROOT else None


def ids_of(holder: etree._Element, path: str) -> list[str]:
    """Return the ids at a path, as ``root^extension`` or the root alone."""
    found = []
    for node in every(holder, path):
        root, extension = node.get("root", "").strip(), node.get("extension")
        if root and "nullFlavor" not in node.attrib:
            found.append(f"{root}^{extension}" if extension else root)
    return found


def code_of(node: etree._Element | None) -> Code | None:
    """Return the code of a node; None where it has none."""
    value, system = attribute(node, "code"), attribute(node, "codeSystem")
    display = attribute(node, "displayName")
    return Code(system, value, display) if value else None


def attribute(node: etree._Element | None, name: str) -> str:
    """Return an attribute, trimmed; empty where it is absent."""
    return "" if node is None else (node.get(name) or "").strip()


def text_of(node: etree._Element | None) -> str:
    """Return all text of a node on one line."""
    return "" if node is None else " ".join("".join(node.itertext()).split())


def count_of(quantity: etree._Element | None) -> int | None:
    """Return how many things are counted; None for any but a whole number above 0.

    The unit is for the caller to judge.
    """
    match = _COUNT.fullmatch(attribute(quantity, "value"))
    return None if match is None else int(match[1])


def name_of(name: etree._Element | None) -> str:
    """Return a person's name, given names first; as it stands where it has no parts."""
    if name is None:
        return ""
    parts = (
        text_of(each) for part in ("given", "family") for each in every(name, part)
    )
    return " ".join(filter(None, parts)) or text_of(name)


def first(holder: etree._Element, path: str) -> etree._Element | None:
    """Return the first node at a path, in any namespace."""
    return holder.find(_anywhere(path))


def every(holder: etree._Element, path: str) -> list[etree._Element]:
    """Return every node at a path, in any namespace."""
    return holder.findall(_anywhere(path))


def _anywhere(path: str) -> str:
    """Write a path in any namespace: the extension had another one before Wave 6."""
    return "/".join(f"{{*}}{step}" if step != "*" else step for step in path.split("/"))
