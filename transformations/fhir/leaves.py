"""Count what a document says: every JSON primitive with its place.

Independent of the mapping engine on purpose: conservation is proved by comparing the
ledger with this walk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from transformations.fhir.document import FhirDocument
from transformations.fhir.json_reading import Json


@dataclass(frozen=True, slots=True)
class Leaf:
    """One JSON primitive: string, number, truth value or null."""

    path: str
    value: Json = field(repr=False)


def leaves(document: FhirDocument) -> Iterator[Leaf]:
    """Yield every JSON primitive of the Bundle in document order.

    Paths read ``Bundle.entry[0].resource.code.coding[1].code``; the companion of a
    primitive keeps its underscore (``_birthDate.extension[0].url``).
    """
    return json_leaves(document.bundle, "Bundle")


def json_leaves(value: Json, path: str) -> Iterator[Leaf]:
    """Yield every primitive below a JSON value, in order."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from json_leaves(child, f"{path}.{key}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from json_leaves(child, f"{path}[{index}]")
    else:
        yield Leaf(path, value)
