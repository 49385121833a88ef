"""One text for each message: what means the same is written the same.

Prefixes are fixed, attributes sorted, each element has a line of its own, and a name in
a value is told by its namespace. Values and elements that a test gives a name, such as
what an answer repeats of its question, stand as that name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

PREFIXES = {
    "http://www.w3.org/2003/05/soap-envelope": "s",
    "http://www.w3.org/2005/08/addressing": "a",
    "http://docs.oasis-open.org/wss/2004/01/"
    "oasis-200401-wss-wssecurity-secext-1.0.xsd": "wsse",
    "http://www.w3.org/2004/08/xop/include": "xop",
    "http://www.w3.org/2001/XMLSchema-instance": "xsi",
    "http://www.w3.org/XML/1998/namespace": "xml",
    "urn:hl7-org:v3": "hl7",
    "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0": "rim",
    "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0": "rs",
    "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0": "query",
    "urn:ihe:iti:xds-b:2007": "xds",
}
_SOAP = "{http://www.w3.org/2003/05/soap-envelope}"
_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_SLOT = "{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}Slot"
# What a document on demand is made of changes with the writer; other tests look at it.
_OF_THE_DOCUMENT = ("size", "hash")


def canonical(message: bytes, names: Mapping[str, str]) -> str:
    """Write a message; ``names`` are of values and of elements in canonical form."""
    return canonical_element(etree.fromstring(message), names)


def canonical_element(
    element: etree._Element, names: Mapping[str, str] | None = None
) -> str:
    """Write an element and what is in it."""
    return "\n".join(_lines(element, names or {}, "")) + "\n"


def _lines(
    element: etree._Element, names: Mapping[str, str], indent: str
) -> Iterator[str]:
    name = _name(str(element.tag))
    whole = names.get(canonical_element(element)) if names else None
    if whole is not None:
        yield f"{indent}<{name}>{whole}</{name}>"
        return
    start = " ".join([name, *_attributes(element, names)])
    text = _text(element, names)
    inside = list(element)
    if not inside:
        yield f"{indent}<{start}>{text}</{name}>" if text else f"{indent}<{start}/>"
        return
    assert not text, f"{name} has text beside elements"
    yield f"{indent}<{start}>"
    for each in inside:
        assert not (each.tail or "").strip()
        yield from _lines(each, names, f"{indent} ")
    yield f"{indent}</{name}>"


def _attributes(element: etree._Element, names: Mapping[str, str]) -> list[str]:
    told = {}
    for key, value in element.attrib.items():
        said = names.get(str(value), str(value))
        if key == _XSI_TYPE:
            said = _qualified(element, said)
        told[_name(str(key))] = said
    return [f"{key}={quoteattr(told[key])}" for key in sorted(told)]


def _text(element: etree._Element, names: Mapping[str, str]) -> str:
    text = (element.text or "").strip()
    if element.tag == f"{_SOAP}Value":
        text = _qualified(element, text)
    holder = element.getparent()
    slot = None if holder is None else holder.getparent()
    if slot is not None and slot.tag == _SLOT and slot.get("name") in _OF_THE_DOCUMENT:
        return f"{{{slot.get('name')}}}"
    return escape(names.get(text, text))


def _qualified(element: etree._Element, value: str) -> str:
    prefix, colon, local = value.rpartition(":")
    namespace = element.nsmap.get(prefix or None)
    if namespace is None:
        return value
    return f"{_prefix(namespace)}:{local}" if colon or prefix == "" else value


def _name(clark: str) -> str:
    namespace, brace, local = clark.rpartition("}")
    return f"{_prefix(namespace[1:])}:{local}" if brace else local


def _prefix(namespace: str) -> str:
    return PREFIXES.get(namespace, f"{{{namespace}}}")
