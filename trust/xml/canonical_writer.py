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
from typing import Final, NamedTuple, TypeAlias, TypeVar

from trust.xml.writer import (
    XML_NAMESPACE,
    Element,
    Node,
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
    out, values = _written(root, names)
    if not is_plain("".join(values)):
        out, _ = _written(_escaped(root, names), names)
    return "".join(out).encode()


class _Row(NamedTuple):
    """The attributes of an element in canonical order, without their values."""

    form: str
    pick: Callable[[Mapping[str, str]], str | tuple[str, ...]] | None
    needed: frozenset[str]


class _Tags(NamedTuple):
    """What stands around the content of an element.

    ``start`` has a place for each attribute's value where there is something to pick.
    ``in_scope`` are the namespaces that its children need not declare.
    """

    start: str
    pick: Callable[[Mapping[str, str]], str | tuple[str, ...]] | None
    end: str
    in_scope: frozenset[str]


_Kind: TypeAlias = tuple[str, tuple[str, ...], frozenset[str]]


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

    ``tags`` gives what stands around an element of this name, with attributes of these
    names, where these namespaces are in scope; ``names`` gives an element's namespace,
    empty where there is none, and its name.
    """

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        if len(set(prefixes.values())) != len(prefixes):
            raise ValueError("one prefix stands for two namespaces")
        self._prefixes = prefixes
        self.names = _Known(self._name)
        self.tags = _Known(self._tags)

    def _tags(self, kind: _Kind) -> _Tags:
        clark, attributes, in_scope = kind
        uri, name = self.names[clark]
        row = self._row(attributes)
        new = (row.needed | {uri} if uri else row.needed) - in_scope
        declared = self._declarations(new)
        if row.pick is not None:
            declared = declared.replace("%", "%%")
        start = f"<{name}{declared}{row.form}>"
        return _Tags(start, row.pick, f"</{name}>", in_scope | new)

    def _declarations(self, uris: frozenset[str]) -> str:
        """Return the declarations of namespaces, in canonical order."""
        pairs = sorted((self._prefixes[uri], uri) for uri in uris)
        return "".join(
            f' xmlns{":" if prefix else ""}{prefix}="{_value(uri, "xmlns")}"'
            for prefix, uri in pairs
        )

    def _name(self, clark: str) -> tuple[str, str]:
        uri, local = split_name(clark)
        if uri is None and "" in self._prefixes.values():
            raise ValueError(
                f"element {local!r} has no namespace but the document has a default one"
            )
        return uri or "", local if uri is None else self._prefixed(uri, local)

    def _row(self, names: tuple[str, ...]) -> _Row:
        if not names:
            return _Row("", None, _NOTHING)
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


def _written(root: Element, names: _Names) -> tuple[list[str], list[str]]:
    """Write as if no value needed escaping; return the parts, and all the values."""
    out: list[str] = []
    values: list[str] = []
    tags = names.tags

    def write(element: Element, in_scope: frozenset[str]) -> None:
        attributes = element.attributes
        start, pick, end, inner = tags[element.tag, tuple(attributes), in_scope]
        if pick is None:
            out.append(start)
        else:
            values.extend(attributes.values())
            out.append(start % pick(attributes))
        for child in element.children:
            if isinstance(child, str):
                values.append(child)
                out.append(child)
            elif isinstance(child, Element):
                write(child, inner)
            else:
                raise _foreign(names.names[element.tag][1])
        out.append(end)

    write(root, _NOTHING)
    return out, values


def _escaped(element: Element, names: _Names) -> Element:
    """Return a copy in which every value is looked at and escaped."""
    where = names.names[element.tag][1]
    attributes = {
        name: _value(value, where) for name, value in element.attributes.items()
    }
    children: list[Node] = []
    for child in element.children:
        if isinstance(child, str):
            refuse_forbidden(child, where)
            children.append(child.translate(_TEXT))
        elif isinstance(child, Element):
            children.append(_escaped(child, names))
    return Element(element.tag, attributes, children)


def _unnamed(uri: str, local: str) -> ValueError:
    return ValueError(f"no prefix for the namespace {uri!r} of {local!r}")


def _foreign(where: str) -> ValueError:
    return ValueError(f"bytes written by others stand in {where!r}")


def _value(value: str, where: str) -> str:
    refuse_forbidden(value, where)
    return value.translate(_VALUE)
