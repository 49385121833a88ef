"""Writes XML from the inside out: markup is made of texts and of markup.

For what is written while it is read, where a tree of light nodes would be made only to
be walked once. The type keeps what is escaped apart from what is not.

Spec: XML 1.0 §2.4, §3.1, §3.3.3 / Namespaces in XML 1.0 §6.2 (a default namespace).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NewType

from trust.xml.writer import XML_NAMESPACE, escape_attribute, escape_text, split_name

Markup = NewType("Markup", str)


def text_markup(text: str, where: str) -> Markup:
    """Write a text; ``where`` names the element that an error tells.

    Raises
    ------
    ValueError
        The text holds a character XML 1.0 forbids.
    """
    return Markup(escape_text(text, where))


def joined_markup(parts: Iterable[Markup]) -> Markup:
    """Write what stands side by side."""
    return Markup("".join(parts))


def element_markup(
    name: str, attributes: Mapping[str, str], inside: Markup, namespace: str = ""
) -> Markup:
    """Write an element around what is written already.

    Parameters
    ----------
    name
        Its local name; it is in the default namespace.
    attributes
        By local name, or in Clark notation those of the XML namespace.
    namespace
        Made the default from here on; empty leaves it as it is.

    Raises
    ------
    ValueError
        A name is none, or a value holds a character XML 1.0 forbids.
    """
    start = _name(name)
    if namespace:
        start += f' xmlns="{escape_attribute(namespace, name)}"'
    for key, value in attributes.items():
        start += f' {_name(key)}="{escape_attribute(value, name)}"'
    return Markup(f"<{start}>{inside}</{name}>" if inside else f"<{start}/>")


@lru_cache(maxsize=256)  # the vocabulary of a format
def _name(clark: str) -> str:
    namespace, local = split_name(clark)
    if namespace is None:
        return local
    if namespace != XML_NAMESPACE:
        raise ValueError(f"no prefix for the namespace {namespace!r} of {local!r}")
    return f"xml:{local}"
