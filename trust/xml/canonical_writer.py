"""Writes light nodes in their exclusive canonical form.

What is to be signed is then signed as it is written: nothing is parsed or put in
canonical form again. Each prefix stands for one namespace in the whole document, which
makes canonical form simple: a declaration stands where its prefix is first needed.

Spec: Exclusive XML Canonicalization 1.0 §3 / Canonical XML 1.0 §2.3 (order of
declarations and attributes, escaping, no empty-element tags).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Final, NamedTuple, TypeVar

from trust.xml.writer import (
    XML_NAMESPACE,
    Element,
    is_plain,
    refuse_forbidden,
    split_name,
)

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

_NOTHING: Final[frozenset[str]] = frozenset()
_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"})
_VALUE: Final = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        '"': "&quot;",
        "\t": "&#x9;",
        "\n": "&#xA;",
        "\r": "&#xD;",
    }
)


def write_canonical(root: Element, prefixes: Mapping[str, str]) -> bytes:
    """Serialise a tree of light nodes in exclusive canonical form.

    Parameters
    ----------
    root
        The apex; nothing but elements and text may be in it.
    prefixes
        Namespace to prefix, each prefix once; the empty one makes a default namespace.

    Raises
    ------
    ValueError
        A name has no prefix or is no name, a text holds a character XML 1.0 forbids, or
        verbatim bytes stand in the tree. The message never repeats the text.
    """
    names = _names(tuple(prefixes.items()))
    writer = _Writer(names)
    writer.write(root, frozenset())
    if not is_plain("".join(writer.values)):
        writer = _CarefulWriter(names)
        writer.write(root, frozenset())
    return "".join(writer.out).encode()


class _Row(NamedTuple):
    """The attributes of an element in canonical order, without their values."""

    form: str
    pick: Callable[[Mapping[str, str]], str | tuple[str, ...]]
    needed: frozenset[str]


class _Known(dict[_Key, _Value]):
    """Answers that are found out once each."""

    def __init__(self, find_out: Callable[[_Key], _Value]) -> None:
        super().__init__()
        self._find_out = find_out

    def __missing__(self, key: _Key) -> _Value:
        value = self[key] = self._find_out(key)
        return value


class _Names:
    """The names of one vocabulary as they are written, each resolved once.

    ``tags`` gives an element's namespace, empty where there is none, and its name;
    ``rows`` what the names of its attributes make.
    """

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        if len(set(prefixes.values())) != len(prefixes):
            raise ValueError("one prefix stands for two namespaces")
        self._prefixes = prefixes
        self.tags = _Known(self._tag)
        self.rows = _Known(self._row)

    def declarations(self, uris: frozenset[str]) -> str:
        """Return the declarations of namespaces, in canonical order."""
        pairs = sorted((self._prefixes[uri], uri) for uri in uris)
        return "".join(
            f' xmlns{":" if prefix else ""}{prefix}="{_value(uri, "xmlns")}"'
            for prefix, uri in pairs
        )

    def _tag(self, clark: str) -> tuple[str, str]:
        uri, local = split_name(clark)
        if uri is None and "" in self._prefixes.values():
            raise ValueError(
                f"element {local!r} has no namespace but the document has a default one"
            )
        return uri or "", local if uri is None else self._prefixed(uri, local)

    def _row(self, names: tuple[str, ...]) -> _Row:
        # By namespace and then name; those without a namespace come first.
        split = [(*split_name(clark), clark) for clark in names]
        order = sorted((uri or "", local, clark) for uri, local, clark in split)
        needed = {uri for uri, _, _ in order} - {"", XML_NAMESPACE}
        written = [self._attribute(uri, local) for uri, local, _ in order]
        return _Row(
            "".join(f' {name}="%s"' for name in written),
            itemgetter(*(clark for _, _, clark in order)),
            frozenset(needed),
        )

    def _attribute(self, uri: str, local: str) -> str:
        if not uri:
            return local
        if uri == XML_NAMESPACE:
            return f"xml:{local}"
        if not self._prefixes.get(uri):
            raise _unnamed(uri, local)
        return self._prefixed(uri, local)

    def _prefixed(self, uri: str, local: str) -> str:
        prefix = self._prefixes.get(uri)
        if prefix is None:
            raise _unnamed(uri, local)
        return f"{prefix}:{local}" if prefix else local


@lru_cache(maxsize=16)  # the vocabularies of the formats
def _names(prefixes: tuple[tuple[str, str], ...]) -> _Names:
    return _Names(dict(prefixes))


class _Writer:
    """Writes as if no value needed escaping, and gathers them all to be looked at."""

    def __init__(self, names: _Names) -> None:
        self._names = names
        self.out: list[str] = []
        self.values: list[str] = []

    def write(self, element: Element, in_scope: frozenset[str]) -> None:
        uri, name = self._names.tags[element.tag]
        attributes, needed = "", _NOTHING
        if element.attributes:
            row = self._names.rows[tuple(element.attributes)]
            attributes = row.form % self._picked(element.attributes, row, name)
            needed = row.needed
        declared = ""
        if (uri and uri not in in_scope) or needed:
            new = (needed | {uri} if uri else needed) - in_scope
            declared, in_scope = self._names.declarations(new), in_scope | new
        self.out.append(f"<{name}{declared}{attributes}>")
        for child in element.children:
            if isinstance(child, str):
                self._text(child, name)
            elif isinstance(child, Element):
                self.write(child, in_scope)
            else:
                raise _foreign(name)
        self.out.append(f"</{name}>")

    def _text(self, text: str, _where: str) -> None:
        self.values.append(text)
        self.out.append(text)

    def _picked(
        self, attributes: Mapping[str, str], row: _Row, _where: str
    ) -> str | tuple[str, ...]:
        self.values += attributes.values()
        return row.pick(attributes)


class _CarefulWriter(_Writer):
    """Looks at every value and escapes it."""

    def _text(self, text: str, where: str) -> None:
        refuse_forbidden(text, where)
        self.out.append(text.translate(_TEXT))

    def _picked(
        self, attributes: Mapping[str, str], row: _Row, where: str
    ) -> str | tuple[str, ...]:
        escaped = {name: _value(value, where) for name, value in attributes.items()}
        return row.pick(escaped)


def _unnamed(uri: str, local: str) -> ValueError:
    return ValueError(f"no prefix for the namespace {uri!r} of {local!r}")


def _foreign(where: str) -> ValueError:
    return ValueError(f"bytes written by others stand in {where!r}")


def _value(value: str, where: str) -> str:
    refuse_forbidden(value, where)
    return value.translate(_VALUE)
