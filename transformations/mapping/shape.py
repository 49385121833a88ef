"""Whether JSON has the shape R4 gives it; asked where the engine stumbled.

A well-formed document never pays for it. Where the shape is right, the stumble was a
defect of ours.

Spec: FHIR R4 §2.6.2 JSON representation: objects, arrays and primitives by element.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from transformations.mapping.fhir_path import elements_of, value_of_extension

_NUMBERS = frozenset({"integer", "positiveInt", "unsignedInt", "decimal"})


class MalformedSource(ValueError):  # noqa: N818 - a verdict on the source
    """The source is no FHIR at one place; the text names the place and no value."""


def misshapen(value: Any, kind: str, path: str) -> str:
    """Return the place of the first value that has not the shape of its type."""
    elements = elements_of(kind)
    if elements is None:
        return path if kind[0].islower() and not _is_primitive(value, kind) else ""
    if not isinstance(value, dict):
        return path
    for name, child in value.items():
        element = elements.get(name) or value_of_extension(kind, name)
        place = f"{path}.{name}"
        if element is None or child is None:
            continue
        if isinstance(child, list) is not element.repeats:
            return place
        found = _first(child if element.repeats else [child], element.kind, place)
        if found:
            return found
    return ""


def _is_primitive(value: Any, kind: str) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in _NUMBERS:
        return isinstance(value, int | Decimal) and not isinstance(value, bool)
    return isinstance(value, str)


def _first(values: list[Any], kind: str, path: str) -> str:
    for index, value in enumerate(values):
        place = f"{path}[{index}]" if len(values) > 1 else path
        if value is None:
            # An array of primitives keeps places for companions with null.
            if kind[0].islower():
                continue
            return place
        found = misshapen(value, kind, place)
        if found:
            return found
    return ""
