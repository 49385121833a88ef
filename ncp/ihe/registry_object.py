"""Registry objects as they are read: slots, classifications, names, identifiers.

An object's parts are found once, by their names, whatever their order.

Spec: ebXML RegRep 3.0 (rim) / IHE ITI TF-3 §4.2.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from lxml import etree

from ncp.ihe.ebxml import Scheme, rim
from ncp.ihe.nodes import attribute, by_name, child, children, invalid, text

# Classifications as read by their schemes ("" where one tells none), each's in order.
Classifications: TypeAlias = Mapping[str, Sequence[etree._Element]]  # noqa: SLF001 - lxml's public type

_SLOT: Final = rim("Slot")
_VALUE_LIST: Final = rim("ValueList")
_VALUE: Final = rim("Value")
_CLASSIFICATION: Final = rim("Classification")
_IDENTIFIER: Final = rim("ExternalIdentifier")
_LOCALIZED: Final = rim("LocalizedString")


class RegistryObject:
    """The parts of one object.

    Attributes
    ----------
    slots
        Name to values, blanks left out.
    classifications
        By their schemes, each's in the order they stand in.

    Raises
    ------
    ProtocolError
        A slot has no name, or the name of another one.
    """

    __slots__ = ("_identifiers", "_parts", "classifications", "slots", "source")

    def __init__(self, source: etree._Element) -> None:
        self.source = source
        self._parts = parts = by_name(source)
        self.slots = _slots(parts.get(_SLOT, ()))
        self.classifications = _by_scheme(parts.get(_CLASSIFICATION, ()))
        self._identifiers = [
            (attribute(found, "identificationScheme"), found)
            for found in parts.get(_IDENTIFIER, ())
        ]

    @property
    def identification_schemes(self) -> list[str | None]:
        """The schemes of its external identifiers, None where one tells none."""
        return [scheme for scheme, _ in self._identifiers]

    def slot(self, name: str) -> str | None:
        """Return the first value of a slot; None where it has none or is absent."""
        values = self.slots.get(name)
        return values[0] if values else None

    def localized(self, name: str) -> str:
        """Return the Name or Description; empty when absent."""
        found = self._parts.get(rim(name))
        return _localized(found[0]) if found else ""

    def classified(self, scheme: Scheme) -> etree._Element | None:
        """Return the first classification of a scheme."""
        return next(iter(self.classifications.get(scheme, ())), None)

    def identifier(self, scheme: Scheme, name: str) -> str | None:
        """Return an external identifier by its scheme, or by its name in any case.

        A name counts only where no identifier is of the scheme: what another program
        finds by the scheme is never overruled by a name.
        """
        for told, found in self._identifiers:
            if told == scheme:
                return attribute(found, "value")
        for _, found in self._identifiers:
            if read_localized(found, "Name").lower() == name.lower():
                return attribute(found, "value")
        return None


def _by_scheme(found: Iterable[etree._Element]) -> Classifications:
    schemes: dict[str, list[etree._Element]] = {}
    for each in found:
        scheme = attribute(each, "classificationScheme") or ""
        schemes.setdefault(scheme, []).append(each)
    return schemes


def read_slots(source: etree._Element) -> dict[str, list[str]]:
    """Read the slots of an object: name to its values, blanks left out."""
    return _slots(children(source, _SLOT))


def _slots(found: Iterable[etree._Element]) -> dict[str, list[str]]:
    slots: dict[str, list[str]] = {}
    for each in found:
        name = attribute(each, "name")
        if name is None:
            raise invalid("a Slot has no name")
        if name in slots:
            raise invalid("two Slots have the same name")
        slots[name] = _values(child(each, _VALUE_LIST))
    return slots


def _values(listed: Sequence[etree._Element] | etree._Element | None) -> list[str]:
    return [
        value
        for each in (() if listed is None else listed)
        if each.tag == _VALUE and (value := text(each)) is not None
    ]


def read_localized(source: etree._Element, name: str) -> str:
    """Read a Name or Description; empty when absent."""
    found = child(source, rim(name))
    return "" if found is None else _localized(found)


def _localized(source: etree._Element) -> str:
    return attribute(child(source, _LOCALIZED), "value") or ""
