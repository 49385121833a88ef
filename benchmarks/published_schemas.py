"""HL7's own schemas of patient discovery, as zeep can be given them.

They may not be shipped; ``NCP_WIRE_SCHEMAS`` names a folder that holds them anywhere
below. zeep (4.3) does not take them as they are, and does not do all that they ask:

- a union of unions (most lists of codes are) has no value in it, so that what names a
  code becomes any code here;
- it knows no mixed content, of which HL7's texts are: it neither writes nor reads a
  name, a line of an address, or the semantics of a parameter, and is faster for it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

ADDRESS = "https://schemas.example/"
_MESSAGES = ("PRPA_IN201305UV02.xsd", "PRPA_IN201306UV02.xsd")
_UNION = re.compile(
    rb"<xs:union\b[^>]*/>|<xs:union\b[^>]*[^/]>.*?</xs:union>", re.DOTALL
)
# What stands in a choice that repeats; zeep wants such a choice as a list of its own.
_PARTS = frozenset({"family", "given", "streetName", "city", "postalCode", "country"})


@cache
def folder() -> Path | None:
    """Return where the schemas are; None where none were named.

    Raises
    ------
    FileNotFoundError
        A folder was named and does not hold them.
    """
    named = os.environ.get("NCP_WIRE_SCHEMAS")
    if not named:
        return None
    for found in sorted(Path(named).rglob(_MESSAGES[0])):
        if (found.parent / _MESSAGES[1]).is_file():
            return found.parent
    raise FileNotFoundError(
        f"NCP_WIRE_SCHEMAS names no folder with {' and '.join(_MESSAGES)}"
    )


def both_messages() -> bytes:
    """Return a schema that includes those of question and answer."""
    includes = "".join(
        f'<xs:include schemaLocation="{ADDRESS}{name}"/>' for name in _MESSAGES
    )
    return (
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:hl7-org:v3"'
        ' targetNamespace="urn:hl7-org:v3" elementFormDefault="qualified">'
        f"{includes}</xs:schema>"
    ).encode()


def published(url: str) -> bytes:
    """Return a schema by its address, its unions replaced."""
    place = folder()
    if place is None:
        raise FileNotFoundError("no schemas were named")
    data = (place / url.rpartition("/")[2]).read_bytes()
    return _UNION.sub(b'<xs:restriction base="cs"/>', data)


def arguments(source: etree._Element) -> dict[str, Any]:
    """Return an element as zeep's arguments, without what zeep cannot write."""
    value: dict[str, Any] = {str(name): told for name, told in source.attrib.items()}
    parts = list(_parts(source))
    if any(name in _PARTS for name, _ in parts):
        value["_value_1"] = [{name: part} for name, part in parts]
        return value
    groups: dict[str, list[dict[str, Any]]] = {}
    for name, part in parts:
        groups.setdefault(name, []).append(part)
    for name, group in groups.items():
        value[name] = group if len(group) > 1 else group[0]
    return value


def _parts(source: etree._Element) -> Iterator[tuple[str, dict[str, Any]]]:
    for child in source.iterchildren("*"):
        yield etree.QName(child).localname, arguments(child)
