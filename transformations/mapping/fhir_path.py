"""Paths into FHIR JSON: ``a.b[0].c``, a trailing ``[]`` repeats.

Spec: FHIR R4 §2.6 JSON representation; element names from :mod:`.fhir_table`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from transformations.mapping.faults import TableError
from transformations.mapping.fhir_table import DATATYPES, RESOURCES
from transformations.mapping.ledger import Key

_STEP = re.compile(r"(?P<name>[A-Za-z]+)(?:\[(?P<index>\d*)\])?")
_OF_RESOURCES = (
    "id=id meta=Meta implicitRules=uri language=code text=Narrative "
    "contained*=Resource extension*=Extension modifierExtension*=Extension "
)
_OF_ELEMENTS = "id=string extension*=Extension modifierExtension*=Extension "
_BY_HAND = {
    "Extension": "url=uri",
    "Narrative": "status=code div=xhtml",
    "Meta": "versionId=id profile*=uri security*=Coding tag*=Coding source=uri",
    "Provenance": "recorded=instant target*=Reference",
}


@dataclass(frozen=True, slots=True)
class FhirElement:
    """One element of a type: its own type and whether it repeats."""

    kind: str
    repeats: bool


@dataclass(frozen=True, slots=True)
class FhirPath:
    """A checked path from an object to one of its elements.

    ``steps`` leads to the container, ``key`` names the element in it; the empty path
    (written ``.``) stands for the object itself and has no key.
    """

    text: str
    kind: str
    steps: tuple[Key, ...]
    key: Key | None
    repeats: bool

    def container(self, start: Any) -> Any | None:
        """Follow the steps; ``None`` where the source has nothing."""
        here = start
        for step in self.steps:
            if isinstance(step, str):
                here = here.get(step)
            elif isinstance(here, list) and len(here) > step:
                here = here[step]
            else:
                return None
            if here is None:
                return None
        return here

    def make_container(self, start: Any) -> Any:
        """Follow the steps, making what is missing; used when writing FHIR."""
        here: Any = start
        following = (*self.steps, self.key)[1:]
        for step, after in zip(self.steps, following, strict=True):
            if isinstance(step, str):
                here = here.setdefault(step, [] if isinstance(after, int) else {})
                continue
            while len(here) <= step:
                here.append({})
            here = here[step]
        return here


def parse_fhir_path(text: str, kind: str) -> FhirPath:
    """Parse a path that begins at an object of type ``kind``, checking every name.

    Raises
    ------
    TableError
        A name the type does not have, or a form that is none.
    """
    if text == ".":
        return FhirPath(text, kind, (), None, repeats=False)
    keys: list[Key] = []
    repeats = False
    for word in text.split("."):
        if repeats:
            raise TableError(f"{text!r}: only the last step of a path may repeat")
        match = _STEP.fullmatch(word)
        if match is None:
            raise TableError(f"{text!r}: {word!r} is no step of a FHIR path")
        element = element_of(kind, match["name"])
        repeats = _add_step(keys, match, element, text)
        kind = element.kind
    return FhirPath(text, kind, tuple(keys[:-1]), keys[-1], repeats)


def _add_step(
    keys: list[Key], match: re.Match[str], element: FhirElement, text: str
) -> bool:
    keys.append(match["name"])
    index = match["index"]
    if (index is None) is element.repeats:
        remedy = "needs [] or an index" if element.repeats else "does not repeat"
        raise TableError(f"{text!r}: {match['name']} {remedy}")
    if index:
        keys.append(int(index))
    return index == ""


def element_of(kind: str, name: str) -> FhirElement:
    """Look up an element of a type, or refuse the name."""
    element = value_of_extension(kind, name) or _elements(kind).get(name)
    if element is None:
        raise TableError(f"{kind} has no element {name!r}")
    return element


def value_of_extension(kind: str, name: str) -> FhirElement | None:
    """Return the value of an extension by its name, which tells its type."""
    if kind == "Extension" and name.startswith("value") and len(name) > 5:
        return FhirElement(_type_in_name(name[5:]), repeats=False)
    return None


def elements_of(kind: str) -> dict[str, FhirElement] | None:
    """Return the elements of a type; ``None`` for a primitive or one not held."""
    return _TABLE.get(kind)


def _type_in_name(suffix: str) -> str:
    known = suffix in DATATYPES
    return suffix if known else suffix[0].lower() + suffix[1:]


def _elements(kind: str) -> dict[str, FhirElement]:
    found = _TABLE.get(kind)
    if found is None:
        raise TableError(f"no R4 type {kind!r} in the table")
    return found


def _read(line: str) -> dict[str, FhirElement]:
    found = {}
    for word in line.split():
        label, _, kind = word.partition("=")
        found[label.rstrip("*")] = FhirElement(kind, repeats=label.endswith("*"))
    return found


_TABLE = {
    **{name: _read(_OF_RESOURCES + line) for name, line in RESOURCES.items()},
    **{name: _read(_OF_ELEMENTS + line) for name, line in DATATYPES.items()},
    **{name: _read(_OF_ELEMENTS + line) for name, line in _BY_HAND.items()},
}
