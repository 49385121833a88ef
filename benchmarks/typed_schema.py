"""A schema made from messages: whatever stands in them, and nothing else.

Each element becomes a sequence of the children it was seen with, each any number of
times, and of the attributes it was seen with, all text. It is what a library that works
from schemas needs at least to hand out values, where the true schemas cannot be here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lxml import etree
from lxml.builder import ElementMaker

XS = "http://www.w3.org/2001/XMLSchema"
_MAKE = ElementMaker(namespace=XS, nsmap={"xs": XS})


def schema_of(roots: Sequence[etree._Element], namespace: str) -> bytes:
    """Describe some messages of one namespace."""
    schema = _MAKE.schema(
        *(_element([root]) for root in roots),
        targetNamespace=namespace,
        elementFormDefault="qualified",
    )
    return etree.tostring(schema)


def _element(seen: Sequence[etree._Element], **occurs: str) -> etree._Element:
    name = etree.QName(seen[0]).localname
    attributes = {key for each in seen for key in each.attrib if "}" not in key}
    told = [_MAKE.attribute(name=key, type="xs:string") for key in sorted(attributes)]
    below = _grouped(child for each in seen for child in each.iterchildren("*"))
    if not below and not told:
        return _MAKE.element(name=name, type="xs:string", **occurs)
    many = {"minOccurs": "0", "maxOccurs": "unbounded"}
    sequence = _MAKE.sequence(*(_element(group, **many) for group in below))
    return _MAKE.element(_MAKE.complexType(sequence, *told), name=name, **occurs)


def _grouped(children: Iterable[etree._Element]) -> list[list[etree._Element]]:
    groups: dict[str, list[etree._Element]] = {}
    for child in children:
        groups.setdefault(str(child.tag), []).append(child)
    return list(groups.values())
