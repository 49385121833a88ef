"""Rules that are no matter of counting: each has a name, a check and its sentences.

Spec: eHDSI CDA constraint trees, as cited at each.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from transformations.rules.context import Judging
from transformations.rules.place import Place

INTERNAL_REFERENCE = "1.3.6.1.4.1.19376.1.5.3.1.4.4.1"
UCUM = "2.16.840.1.113883.6.8"


@dataclass(frozen=True, slots=True)
class NamedCheck:
    """Whether an element keeps a rule, and what to say where it does not."""

    holds: Callable[[Place, Judging], bool]
    message: str
    remedy: str


def _no_schema_location(_argument: str) -> NamedCheck:
    return NamedCheck(
        lambda place, _: "xsi:schemaLocation" not in place.attributes,
        "xsi:schemaLocation may not be on the document.",
        "Leave it out.",
    )


def _text(wanted: str) -> NamedCheck:
    return NamedCheck(
        lambda place, _: place.element.text == wanted,
        f"The text must be {wanted!r}, whatever the language of the document.",
        f"Write {wanted!r}, or leave the element out.",
    )


def _code_pattern(pattern: str) -> NamedCheck:
    compiled = re.compile(pattern)
    return NamedCheck(
        lambda place, _: bool(compiled.search(place.attributes.get("code", ""))),
        "The language must be a language with a country, such as fr-LU.",
        "Write two small letters, a hyphen and two capitals.",
    )


def _unit(value_set: str) -> NamedCheck:
    def holds(place: Place, cx: Judging) -> bool:
        unit = place.attributes.get("unit")
        if unit is None or unit == "1" or (unit[:1] == "{" and unit[-1:] == "}"):
            return True
        return cx.holds(value_set, "eHDSIUnit", unit, UCUM)

    return NamedCheck(
        holds,
        "The unit is neither in eHDSIUnit nor an annotation in braces nor 1.",
        "Use a UCUM unit of eHDSIUnit; for things that are counted {Tablet}, or 1.",
    )


def _fixed_unit(unit: str) -> NamedCheck:
    return NamedCheck(
        lambda place, _: place.is_null or place.attributes.get("unit") == unit,
        f"The unit must be {unit}.",
        f"Convert the value to {unit}.",
    )


def _reference(_argument: str) -> NamedCheck:
    """Ask that a reference repeats id, code and mood of what it refers to."""
    return NamedCheck(
        _refers,
        "No act of the document has this id with this code and mood.",
        "Repeat id, code and moodCode of the entry that is meant; where it has no "
        "code, write nullFlavor NA.",
    )


def _refers(place: Place, cx: Judging) -> bool:
    key = _identity(next(iter(place.by_name.get("id", ())), None))
    target = cx.once("identified", _identified).get(key)
    if target is None:
        return False
    if target.attributes.get("moodCode") != place.attributes.get("moodCode"):
        return False
    own = place.by_name.get("code", [])
    codes = target.by_name.get("code", [])
    if not any("code" in code.attributes for code in codes):
        return any(code.attributes.get("nullFlavor") == "NA" for code in own)
    wanted = _coded(next(iter(own), None))
    return any(_coded(code) == wanted for code in codes)


def _identified(root: Place) -> dict[tuple[str, str], Place]:
    """Find the first element of each id that is no reference itself."""
    found: dict[tuple[str, str], Place] = {}
    for place in root.descend():
        templates = place.by_name.get("templateId", ())
        if any(each.attributes.get("root") == INTERNAL_REFERENCE for each in templates):
            continue
        for each in place.by_name.get("id", ()):
            found.setdefault(_identity(each), place)
    return found


def _identity(place: Place | None) -> tuple[str, str]:
    found = place.attributes if place else {}
    return found.get("root", ""), found.get("extension", "")


def _coded(place: Place | None) -> tuple[str, str]:
    found = place.attributes if place else {}
    return found.get("code", ""), found.get("codeSystem", "")


NAMED: dict[str, Callable[[str], NamedCheck]] = {
    "no-schema-location": _no_schema_location,
    "text": _text,
    "code-pattern": _code_pattern,
    "unit": _unit,
    "fixed-unit": _fixed_unit,
    "reference": _reference,
}
