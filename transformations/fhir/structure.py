"""Ask ``fhir.resources`` whether a document has the structure R4 demands.

A checker at the edge only: the library rounds decimals, so its objects never carry a
document. It knows R4B, which accepts every valid R4 document of the kinds used here.

Spec: FHIR R4 StructureDefinitions (as R4B) / Seen: fhir.resources 8.3.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from transformations.fhir.document import FhirBundle
from transformations.fhir.json_reading import Json

_SENTENCES = {
    "missing": "R4 demands this element, and it is not there",
    "extra_forbidden": "R4 has no such element here",
    "list_type": "R4 wants a list here",
    "string_type": "R4 wants a text here",
    "choice": "R4 wants exactly one member of a choice here",
    "unknown-resource-type": "R4 knows no resource of this type",
}
_NAME = re.compile(r"'(\w+)'")
_OTHERWISE = "R4 does not allow what stands here"


@dataclass(frozen=True, slots=True)
class StructureProblem:
    """One place that R4 forbids: where, and the library's name for the rule."""

    path: str
    rule: str

    @property
    def sentence(self) -> str:
        """What is wrong, in words and without the value."""
        return _SENTENCES.get(self.rule, _OTHERWISE)


def check_structure(document: FhirBundle) -> tuple[StructureProblem, ...]:
    """Return what is structurally wrong with a document; empty when nothing is."""
    from fhir.resources.R4B.bundle import (  # noqa: PLC0415 - 140 ms, only when asked
        Bundle,
    )

    bundle = copy.deepcopy(document.bundle)
    unknown = tuple(_take_out_unknown(bundle))
    try:
        Bundle.model_validate(bundle)
    except KeyError:
        # A type that is known to nobody, inside another resource.
        return (*unknown, StructureProblem("Bundle.entry", "unknown-resource-type"))
    except ValueError as error:
        return (*unknown, *_problems(error, document.bundle))
    return unknown


def _take_out_unknown(bundle: Json) -> Iterator[StructureProblem]:
    """Put an empty resource where one of no known type stands; the library stumbles."""
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415

    for index, entry in enumerate(bundle.get("entry") or ()):
        try:
            get_fhir_model_class(str(entry["resource"].get("resourceType")))
        except (KeyError, ValueError):
            if "resource" in entry:
                entry["resource"] = {"resourceType": "Parameters"}
                path = f"Bundle.entry[{index}].resource"
                yield StructureProblem(path, "unknown-resource-type")


def _problems(error: ValueError, bundle: Json) -> tuple[StructureProblem, ...]:
    listing: Any = getattr(error, "errors", None)
    if listing is None:
        return (StructureProblem("Bundle", "invalid"),)
    return tuple(
        StructureProblem(_path(one["loc"]), _rule(one))
        for one in listing()
        if not _is_absent_choice(one, bundle)
    )


def _rule(item: Any) -> str:
    """Name the rule; the library's messages repeat the input, so they stay here."""
    if "from this list" in item["msg"]:
        return "choice"
    return str(item["type"]).rpartition(".")[2]


def _is_absent_choice(item: Any, bundle: Json) -> bool:
    """Whether a demanded choice is said to be absent, which the library cannot read.

    ``_occurrenceDateTime`` with a data-absent-reason stands for any of its members.
    """
    if _rule(item) != "choice" or "multiple" in item["msg"]:
        return False
    holder: Any = bundle
    for step in item["loc"]:
        holder = holder[step]
    return any(f"_{name}" in holder for name in _NAME.findall(item["msg"]))


def _path(location: tuple[str | int, ...]) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return "Bundle" + "".join(steps)
