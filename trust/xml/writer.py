"""The one escaping writer: light nodes to XML bytes.

Names are in Clark notation (``{namespace}local``). Prefixes are chosen once, for the
whole document, and declared on its root. Bytes that others signed are embedded as they
are (:class:`Verbatim`); nothing else gets into the output unescaped.

Spec: XML 1.0 §2.2 (characters), §2.4, §3.3.3 / Namespaces in XML 1.0 §3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, TypeAlias

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The ampersand first: the others bring one along.
_TEXT_ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;"))
_ATTRIBUTE_ESCAPES = (
    ("&", "&amp;"),
    ("<", "&lt;"),
    ('"', "&quot;"),
    ("\t", "&#9;"),
    ("\n", "&#10;"),
    ("\r", "&#13;"),
)
_PLAIN_ASCII = bytes(c for c in range(0x20, 0x7F) if chr(c) not in '&<>"')
_CLARK = re.compile(r"(?:\{([^{}]*)\})?([A-Za-z_][\w.\-]*)")

# Bytes of others that are no UTF-8 pass through text unchanged; in texts of ours lone
# surrogates, by which this is done, are refused.
_AS_IT_IS = "surrogateescape"

XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"


@dataclass(frozen=True, slots=True)
class Verbatim:
    """An element already serialised by whoever signed it, embedded byte for byte."""

    data: bytes


class Written(NamedTuple):
    """Elements written already, for any document with the same prefixes.

    ``names`` are the namespaces that stand in it, each with its prefix.
    """

    markup: str
    names: frozenset[tuple[str, str]]


def written_together(parts: Iterable[Written]) -> Written | None:
    """Return what was written piece by piece as one; None where there is none."""
    told = list(parts)
    if len(told) < 2:
        return told[0] if told else None
    names = frozenset().union(*(each.names for each in told))
    return Written("".join(each.markup for each in told), names)


def written_verbatim(parts: Iterable[bytes]) -> Written | None:
    """Return elements that others serialised and signed as one, byte for byte.

    They declare their namespaces themselves. None where there is none.
    """
    markup = "".join([part.decode(errors=_AS_IT_IS) for part in parts])
    return Written(markup, frozenset()) if markup else None


@dataclass(slots=True)
class Element:
    """An element to be written: Clark tag, attributes, children in order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)


Node: TypeAlias = Element | str | Verbatim | Written


class PrefixMissing(ValueError):  # noqa: N818 - a finding about a name
    """A name is of a namespace that has no prefix."""


def write_xml(
    root: Element,
    prefixes: Mapping[str, str],
    *,
    declaration: bool = True,
    only_used: bool = False,
) -> bytes:
    """Serialise a tree of light nodes to UTF-8.

    Parameters
    ----------
    root
        The element to write.
    prefixes
        Namespace to prefix; the empty prefix makes a default namespace. All are
        declared on the root, so that prefixes inside values (``xsi:type``) resolve.
    declaration
        Whether to begin with the XML declaration.
    only_used
        Whether to declare, in the order of their namespaces, only those that names use.

    Raises
    ------
    PrefixMissing
        A name has no prefix.
    ValueError
        A name is no name, or a text holds a character XML 1.0
        forbids. The message names the element and never repeats the text.
    """
    names = _Names(prefixes)
    out = ["", "", ""]
    _write_element(root, names, out)
    # Which namespaces are used is known only now: they go behind the root's name.
    begun = 1 + len(names.tags[root.tag])
    out[0] = '<?xml version="1.0" encoding="UTF-8"?>' if declaration else ""
    out[1], out[3] = out[3][:begun], out[3][begun:]
    out[2] = names.declarations(only_used=only_used)
    return "".join(out).encode(errors=_AS_IT_IS)


def write_fragment(elements: Iterable[Element], prefixes: Mapping[str, str]) -> Written:
    """Write elements of which no document is made yet, undeclared.

    Raises
    ------
    PrefixMissing, ValueError
        As with :func:`write_xml`; also where a name has no namespace, as another
        document could have a default one.
    """
    names = _Names(prefixes)
    out: list[str] = []
    for element in elements:
        _write_element(element, names, out)
    if not all(clark.startswith("{") for clark in names.tags):
        raise ValueError("an element written apart has no namespace")
    return Written("".join(out), names.used())


@lru_cache(maxsize=2048)  # the vocabulary of the formats, not of their content
def split_name(clark: str) -> tuple[str | None, str]:
    """Return the namespace, None where there is none, and the local name.

    Raises
    ------
    ValueError
        It is not a name in Clark notation.
    """
    match = _CLARK.fullmatch(clark)
    if match is None:
        raise ValueError(f"not an XML name in Clark notation: {clark[:80]!r}")
    return match[1], match[2]


class _Names:
    """Turns Clark names to prefixed names.

    What was written once is remembered: ``tags`` with their prefixes, and ``known``
    attributes as a whole, as most repeat one of the document.
    """

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._prefixes = prefixes
        self.known: dict[tuple[str, str], str] = {}
        self.tags: dict[str, str] = {}
        self._attributes: dict[str, str] = {}
        self._used: set[tuple[str, str]] = set()

    def declarations(self, *, only_used: bool) -> str:
        if only_used:
            return _sorted_declarations(self.used())
        return "".join(map(_declaration, self._prefixes, self._prefixes.values()))

    def used(self) -> frozenset[tuple[str, str]]:
        return frozenset(self._used)

    def embed(self, written: Written) -> str:
        """Return what was written with prefixes that are this document's too."""
        if not written.names <= self._prefixes.items():
            raise PrefixMissing("a namespace was written with another prefix")
        self._used |= written.names
        return written.markup

    def tag(self, clark: str) -> str:
        uri, local = split_name(clark)
        prefix = self._prefixes.get(uri or "")
        if uri and prefix:
            self._used.add((uri, prefix))
            name = f"{prefix}:{local}"
        else:
            name = self._resolve(clark, is_attribute=False)
        self.tags[clark] = name
        return name

    def attribute(self, attribute: tuple[str, str], where: str) -> str:
        clark, value = attribute
        name = self._attributes.get(clark)
        if name is None:
            name = self._attributes[clark] = self._resolve(clark, is_attribute=True)
        plain = value if is_plain(value) else escape_attribute(value, where)
        written = f' {name}="{plain}"'
        self.known[attribute] = written
        return written

    def _resolve(self, clark: str, *, is_attribute: bool) -> str:
        uri, local = split_name(clark)
        if uri is None:
            return self._without_namespace(local, is_attribute=is_attribute)
        if uri == XML_NAMESPACE:
            return f"xml:{local}"
        prefix = self._prefixes.get(uri)
        if prefix is None or (is_attribute and not prefix):
            raise PrefixMissing(f"no prefix for the namespace {uri!r} of {local!r}")
        self._used.add((uri, prefix))
        return f"{prefix}:{local}" if prefix else local

    def _without_namespace(self, local: str, *, is_attribute: bool) -> str:
        if not is_attribute and "" in self._prefixes.values():
            raise ValueError(
                f"element {local!r} has no namespace but the document has a default one"
            )
        return local


@lru_cache(maxsize=64)  # the namespaces of the formats
def _declaration(uri: str, prefix: str) -> str:
    colon = ":" if prefix else ""
    return f' xmlns{colon}{prefix}="{escape_attribute(uri, "xmlns")}"'


@lru_cache(maxsize=64)  # what documents of the formats use together
def _sorted_declarations(names: frozenset[tuple[str, str]]) -> str:
    return "".join(_declaration(uri, prefix) for uri, prefix in sorted(names))


def _write_element(element: Element, names: _Names, out: list[str]) -> None:
    name = names.tags.get(element.tag) or names.tag(element.tag)
    head = f"<{name}"
    if element.attributes:
        known = names.known
        for attribute in element.attributes.items():
            head += known.get(attribute) or names.attribute(attribute, name)
    if not element.children:
        out.append(f"{head}/>")
        return
    first = element.children[0]
    if len(element.children) == 1 and isinstance(first, str):
        out.append(f"{head}>{escape_text(first, name)}</{name}>")
        return
    out.append(f"{head}>")
    for child in element.children:
        if isinstance(child, Element):
            _write_element(child, names, out)
        elif isinstance(child, str):
            out.append(escape_text(child, name))
        elif isinstance(child, Written):
            out.append(names.embed(child))
        else:
            out.append(child.data.decode(errors=_AS_IT_IS))
    out.append(f"</{name}>")


def is_plain(text: str) -> bool:
    """Tell whether a text needs no second look in any place; quick, and never wrong.

    What is printable is allowed in XML: no control characters, surrogates, unassigned.
    """
    if text.isascii():
        return not text.encode().translate(None, _PLAIN_ASCII)
    return (
        text.isprintable()
        and "&" not in text
        and "<" not in text
        and ">" not in text
        and '"' not in text
    )


def escape_text(text: str, where: str) -> str:
    """Return a text as it stands between tags; see :func:`refuse_forbidden`."""
    # Lines and indents are no printable characters; between tags they need nothing.
    if is_plain(text) or is_plain(text.replace("\n", " ").replace("\t", " ")):
        return text
    refuse_forbidden(text, where)
    return _escaped(text, _TEXT_ESCAPES)


def escape_attribute(value: str, where: str) -> str:
    """Return a value as it stands between quotes; see :func:`refuse_forbidden`."""
    if is_plain(value):
        return value
    refuse_forbidden(value, where)
    return _escaped(value, _ATTRIBUTE_ESCAPES)


def _escaped(text: str, escapes: tuple[tuple[str, str], ...]) -> str:
    # Character by character takes longer than once through for each that is special.
    for special, escape in escapes:
        text = text.replace(special, escape)
    return text


def refuse_forbidden(text: str, where: str) -> None:
    """Refuse a character that XML 1.0 forbids, naming the element and never the text.

    Raises
    ------
    ValueError
        There is one.
    """
    match = _FORBIDDEN.search(text)
    if match is not None:
        raise ValueError(
            f"character U+{ord(match[0]):04X} in <{where}> is not allowed in XML"
        )
