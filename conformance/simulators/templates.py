"""Message templates with slots: XML files, filled as trees and written escaped.

In a text or an attribute ``{name}`` is a slot. ``<slot:put name="..."/>`` stands for
nodes. An element with ``slot:if="name"`` is left out where that value is empty; an
attribute that is one slot is left out where its value is None. Blanks between elements
are the template's own and do not go out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Final, TypeAlias

from lxml import etree

from trust.xml import DOCUMENT_LIMITS, Element, Node, parse_xml, write_xml

SLOTS: Final = "urn:conformance:slots"
_PUT: Final = f"{{{SLOTS}}}put"
_IF: Final = f"{{{SLOTS}}}if"
_SLOT: Final = re.compile(r"\{([a-z_]+)\}")
_COMMON: Final = "common"

Value: TypeAlias = str | Sequence[Node] | None
Values: TypeAlias = Mapping[str, Value]


class SlotError(ValueError):
    """A template and its values do not fit together; the text names both."""


@dataclass(frozen=True, slots=True)
class Template:
    """One message, or a part of one, that still has slots."""

    name: str
    root: etree._Element = field(repr=False)
    prefixes: Mapping[str, str]

    def fill(self, values: Values) -> Element:
        """Return it with its slots filled.

        Raises
        ------
        SlotError
            A slot has no value, or nodes stand where a text belongs.
        """
        return _Filling(self.name, values).element(self.root)


@cache
def template(folder: str, name: str) -> Template:
    """Read a template of a family, or the common one of that name."""
    home = resources.files(__package__) / "templates"
    own = home / folder / f"{name}.xml"
    file = own if own.is_file() else home / _COMMON / f"{name}.xml"
    root = parse_xml(file.read_bytes(), DOCUMENT_LIMITS)
    return Template(name, root, _prefixes(root))


def write_filled(root: Element, *used: Template) -> bytes:
    """Write a filled message; ``used`` are all templates that went into it."""
    prefixes: dict[str, str] = {}
    for each in used:
        prefixes |= each.prefixes
    return write_xml(root, prefixes)


def nodes_of(source: etree._Element) -> Element:
    """Copy a parsed element to nodes that can be put into a slot."""
    copied = Element(str(source.tag), {str(k): str(v) for k, v in source.items()})
    _add_text(copied, source.text)
    for part in source.iterchildren("*"):
        copied.children.append(nodes_of(part))
        _add_text(copied, part.tail)
    return copied


def _add_text(target: Element, text: str | None) -> None:
    if text and text.strip():
        target.children.append(text)


def _prefixes(root: etree._Element) -> dict[str, str]:
    return {
        uri: prefix or ""
        for element in root.iter("*")
        for prefix, uri in element.nsmap.items()
        if uri != SLOTS
    }


class _Filling:
    """Fills one template with one set of values."""

    def __init__(self, name: str, values: Values) -> None:
        self._name = name
        self._values = values

    def element(self, source: etree._Element) -> Element:
        filled = Element(str(source.tag))
        for name, value in source.items():
            self._attribute(filled, str(name), str(value))
        if source.text and source.text.strip():
            filled.children.append(self._text(source.text.strip()))
        for part in source.iterchildren("*"):
            filled.children += self._part(part)
        return filled

    def _attribute(self, filled: Element, name: str, value: str) -> None:
        if name == _IF:
            return
        whole = _SLOT.fullmatch(value)
        if whole is not None and self._value(whole[1]) is None:
            return
        filled.attributes[name] = self._text(value)

    def _part(self, part: etree._Element) -> Sequence[Node]:
        condition = part.get(_IF)
        if condition is not None and not self._value(condition):
            return ()
        if part.tag != _PUT:
            return (self.element(part),)
        nodes = self._value(part.get("name", ""))
        if isinstance(nodes, str) or nodes is None:
            raise SlotError(f"{self._name}: {part.get('name')!r} needs nodes")
        return nodes

    def _text(self, text: str) -> str:
        return _SLOT.sub(lambda found: self._string(found[1]), text)

    def _string(self, name: str) -> str:
        value = self._value(name)
        if not isinstance(value, str):
            raise SlotError(f"{self._name}: {name!r} needs a text")
        return value

    def _value(self, name: str) -> Value:
        try:
            return self._values[name]
        except KeyError:
            raise SlotError(f"{self._name}: {name!r} has no value") from None
