"""Bends messages: as trees with a structure, as bytes without one.

What is bent is drawn by hypothesis, so that a failure shrinks to its least.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hypothesis import strategies as st
from lxml import etree

from conformance.attacks.sealing import resealed
from ncp.exchange import HttpPayload
from ncp.ihe import namespaces as ns
from tests.fuzz.hostile import BYTES, VALUES
from trust.certificates import SigningKey
from trust.namespaces import DS, SAML

MOST: Final = 4
_WSA_ID: Final = f"{{{ns.SOAP}}}Header/{{{ns.WSA}}}MessageID"
_ASSERTIONS: Final = f"{{{ns.SOAP}}}Header/{{{ns.WSSE}}}Security/{{{SAML}}}Assertion"
_NAMES: Final = (
    f"{{{ns.HL7}}}value",
    f"{{{ns.HL7}}}id",
    f"{{{ns.RIM}}}Slot",
    f"{{{ns.RIM}}}Value",
    f"{{{ns.XDSB}}}Document",
    f"{{{ns.XOP}}}Include",
    f"{{{ns.WSSE}}}Security",
    f"{{{ns.SOAP}}}Header",
    "{urn:example}foreign",
    "bare",
)


@dataclass(frozen=True)
class Bend:
    """One change of a tree: what is done, where, and with what."""

    operation: str
    place: int
    other: int
    value: str

    def apply(self, elements: list[etree._Element]) -> None:
        element = elements[self.place % len(elements)]
        other = elements[self.other % len(elements)]
        _OPERATIONS[self.operation](element, other, self.value)


def _drop(element: etree._Element, _other: etree._Element, _value: str) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _twice(element: etree._Element, _other: etree._Element, _value: str) -> None:
    if element.getparent() is not None:
        element.addnext(_copy(element))


def _text(element: etree._Element, _other: etree._Element, value: str) -> None:
    element.text = value


def _tail(element: etree._Element, _other: etree._Element, value: str) -> None:
    if element.getparent() is not None:
        element.tail = value


def _attribute(element: etree._Element, other: etree._Element, value: str) -> None:
    names = list(element.attrib) or list(other.attrib) or ["code"]
    element.set(names[len(value) % len(names)], value)


def _strip(element: etree._Element, _other: etree._Element, value: str) -> None:
    names = list(element.attrib)
    if names:
        del element.attrib[names[len(value) % len(names)]]


def _move(element: etree._Element, other: etree._Element, _value: str) -> None:
    other.append(_copy(element))


def _replace(element: etree._Element, other: etree._Element, _value: str) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.replace(element, _copy(other))


def _rename(element: etree._Element, _other: etree._Element, value: str) -> None:
    element.tag = _NAMES[len(value) % len(_NAMES)]


def _wrap(element: etree._Element, _other: etree._Element, value: str) -> None:
    inner = element
    for _ in range(1 + len(value) % 90):
        inner = etree.SubElement(inner, _NAMES[len(value) % len(_NAMES)])
    inner.text = value


def _many(element: etree._Element, _other: etree._Element, value: str) -> None:
    parent = element.getparent()
    if parent is not None and len(element.xpath("descendant::*")) < 20:
        for _ in range(20 + len(value) % 200):
            element.addnext(_copy(element))


def _comment(element: etree._Element, _other: etree._Element, _value: str) -> None:
    element.insert(0, etree.Comment("x"))


def _copy(element: etree._Element) -> etree._Element:
    return etree.fromstring(etree.tostring(element, with_tail=False))


_OPERATIONS: Final[dict[str, Callable[[etree._Element, etree._Element, str], None]]] = {
    "drop": _drop,
    "twice": _twice,
    "text": _text,
    "tail": _tail,
    "attribute": _attribute,
    "strip": _strip,
    "move": _move,
    "replace": _replace,
    "rename": _rename,
    "wrap": _wrap,
    "many": _many,
    "comment": _comment,
}


def bends() -> st.SearchStrategy[list[Bend]]:
    """Draw a few changes of a tree."""
    one = st.builds(
        Bend,
        st.sampled_from(sorted(_OPERATIONS)),
        st.integers(0, 400),
        st.integers(0, 400),
        st.sampled_from(VALUES) | st.text(_IN_XML, max_size=12),
    )
    return st.lists(one, min_size=1, max_size=MOST)


_IN_XML: Final = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"])


@dataclass(frozen=True)
class Cut:
    """One change of bytes: what is put in place of a few of them."""

    place: int
    length: int
    content: bytes

    def apply(self, data: bytes) -> bytes:
        place = self.place % (len(data) + 1)
        return data[:place] + self.content + data[place + self.length :]


def cuts() -> st.SearchStrategy[list[Cut]]:
    """Draw a few changes of bytes."""
    content = st.sampled_from(BYTES) | st.binary(max_size=6)
    lengths = st.sampled_from((0, 0, 1, 1, 2, 8, 64, 1_000, 100_000))
    one = st.builds(Cut, st.integers(0, 1 << 20), lengths, content)
    return st.lists(one, min_size=1, max_size=MOST)


def bent(
    payload: HttpPayload, changes: list[Bend], within: str = ".//*"
) -> HttpPayload | None:
    """Return a message with its envelope bent; None where nothing can be bent.

    ``within`` is the path of the elements that changes may fall on.
    """
    start, end = span(payload.body)
    root = etree.fromstring(payload.body[start:end])
    for change in changes:
        elements = root.findall(within)
        if not elements:
            return None
        try:
            change.apply(elements)
        except ValueError:  # lxml refuses to make what is no XML
            return None
    envelope = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    body = payload.body[:start] + envelope + payload.body[end:]
    return HttpPayload(payload.content_type, body)


def span(body: bytes) -> tuple[int, int]:
    """Return where the envelope begins and ends."""
    return body.index(b"<?xml"), body.rindex(b"Envelope>") + len(b"Envelope>")


def fresh(payload: HttpPayload) -> HttpPayload:
    """Return the message under another message id: it is not one sent again."""
    start, end = span(payload.body)
    told = etree.fromstring(payload.body[start:end]).findtext(_WSA_ID)
    assert told is not None
    body = payload.body.replace(told.encode(), uuid.uuid4().urn.encode())
    return HttpPayload(payload.content_type, body)


def with_bent_assertion(
    seal: SigningKey, payload: HttpPayload, which: int, changes: list[Bend]
) -> HttpPayload | None:
    """Bend what an assertion says, and seal it with the key that may."""
    start, end = span(payload.body)
    root = etree.fromstring(payload.body[start:end])
    found = root.findall(_ASSERTIONS)
    old = found[which % len(found)]

    def change(assertion: etree._Element) -> None:
        for each in changes:
            each.apply(list(assertion.iter(etree.Element)))

    bare = etree.tostring(old, with_tail=False)
    try:
        new = etree.fromstring(resealed(bare, seal, change))
    except (ValueError, AssertionError, IndexError):
        return None  # bent until it could not be sealed any more
    if new.find(f"{{{DS}}}Signature") is None:
        return None
    old.getparent().replace(old, new)
    envelope = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return HttpPayload(
        payload.content_type, payload.body[:start] + envelope + payload.body[end:]
    )
