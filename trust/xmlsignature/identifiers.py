"""The identifiers of a document: whether one stands more than once in it.

Spec: XML Signature 1.1 §4.4.3.2 (same-document references) / SAML 2.0 Core §1.3.4 /
WS-Security 1.1.1 §4.2 (wsu:Id) / xml:id 1.0 §4.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from lxml import etree

from trust.namespaces import WSU

_NAMES: Final = ("ID", "Id", "wsu:Id", "xml:id")
# What XML Signature, SAML, WS-Security and XML itself take for an identifier. Plain
# strings: lxml's own keep an element alive for each.
_PROPER: Final = etree.XPath(
    " | ".join(f"/descendant::*/@{name}" for name in _NAMES),
    namespaces={"wsu": WSU},
    smart_strings=False,
)
# Only a careless reader takes a bare `id` for an identifier.
_EVERY: Final = etree.XPath(
    " | ".join(f"/descendant::*/@{name}" for name in (*_NAMES, "id")),
    namespaces={"wsu": WSU},
    smart_strings=False,
)
# Whatever an attribute is called: does an element out there have it with this value?
_OUTSIDE: Final = etree.XPath(
    " or ".join(
        f"{axis}::*/@* = $identifier" for axis in ("ancestor", "preceding", "following")
    )
)
_NONE: Final[frozenset[str]] = frozenset()
_INSIDE: Final = etree.XPath("descendant::*/@* = $identifier")


class Identifiers:
    """The identifiers of a document, gathered once to answer for all of its elements.

    Attributes
    ----------
    repeated
        Those that stand more than once. A bare ``id`` is left out: registry objects
        have their own, in their own space.
    """

    __slots__ = ("_every", "repeated")

    def __init__(self, element: etree._Element) -> None:
        self._every = _values(_EVERY, element)
        self.repeated = _NONE
        if len(set(self._every)) != len(self._every):
            self.repeated = repeated_identifiers(element)

    def hold_once(self, identifier: str) -> bool:
        """Tell whether this one stands in one place alone, even as a bare ``id``."""
        return self._every.count(identifier) == 1


def repeated_identifiers(element: etree._Element) -> frozenset[str]:
    """Return the identifiers that stand more than once in the element's document.

    A bare ``id`` is left out: registry objects have their own, in their own space.
    """
    return _repeated(_values(_PROPER, element))


def has_only_identifier(
    element: etree._Element, *, is_alone_inside: bool = False
) -> bool:
    """Tell whether the ``ID`` of an element stands nowhere else in its document.

    It must differ even from a bare ``id``.

    Parameters
    ----------
    is_alone_inside
        Whether no other attribute of the element and of what it holds has this value,
        as the caller has seen for himself.
    """
    identifier = element.get("ID", "")
    # No attribute at all has this value: true of nearly every message, and quick.
    if is_alone_inside or _is_alone_inside(element, identifier):
        if element.getparent() is None:
            return True
        if _OUTSIDE(element, identifier=identifier) is False:
            return True
    return Identifiers(element).hold_once(identifier)


def _is_alone_inside(element: etree._Element, identifier: str) -> bool:
    is_inside = _INSIDE(element, identifier=identifier)
    return is_inside is False and element.values().count(identifier) == 1


def _repeated(values: list[str]) -> frozenset[str]:
    if len(set(values)) == len(values):
        return _NONE
    return frozenset(value for value, count in Counter(values).items() if count > 1)


def _values(rule: etree.XPath, element: etree._Element) -> list[str]:
    found = rule(element)
    return [str(value) for value in found] if isinstance(found, list) else []
