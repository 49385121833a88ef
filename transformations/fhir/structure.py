"""Ask ``fhir.resources`` whether a document has the structure R4 demands.

A checker at the edge only: the library rounds decimals, so its objects never carry a
document. It knows R4B, which accepts every valid R4 document of the kinds used here.

Spec: FHIR R4 StructureDefinitions (as R4B) / Seen: fhir.resources 8.3.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from transformations.fhir.document import FhirDocument
from transformations.fhir.json_reading import Json


@dataclass(frozen=True, slots=True)
class StructureProblem:
    """One place that R4 forbids: where, and the library's name for the rule."""

    path: str
    rule: str


def check_structure(document: FhirDocument) -> tuple[StructureProblem, ...]:
    """Return what is structurally wrong with a document; empty when nothing is."""
    from fhir.resources.R4B.bundle import (  # noqa: PLC0415 - 140 ms, only when asked
        Bundle,
    )

    try:
        Bundle.model_validate(_plain(document.bundle))
    except KeyError:
        return (StructureProblem("Bundle.entry", "unknown-resource-type"),)
    except ValueError as error:
        return _problems(error)
    return ()


def _plain(bundle: Json) -> Json:
    return copy.deepcopy(bundle)


def _problems(error: ValueError) -> tuple[StructureProblem, ...]:
    listing: Any = getattr(error, "errors", None)
    if listing is None:
        return (StructureProblem("Bundle", "invalid"),)
    # Only place and rule: the library's messages repeat the input.
    return tuple(
        StructureProblem(_path(item["loc"]), str(item["type"])) for item in listing()
    )


def _path(location: tuple[str | int, ...]) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return "Bundle" + "".join(steps)
