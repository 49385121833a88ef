"""What one line of the notation says: its step, words, constraints, or a rule."""

from __future__ import annotations

import re
from dataclasses import dataclass

from transformations.cda.template_ids import expand
from transformations.rules.constraint import (
    AttributeRule,
    Binding,
    CountOf,
    HasAttribute,
    HasChild,
    HasTemplates,
    HasType,
    IsAt,
    IsTimePoint,
    Named,
    Rule,
    SomeOf,
    Step,
    Test,
)
from transformations.rules.notation_lines import Line

_NAME = re.compile(r"(?:pharm:)?[A-Za-z]\w*")
_CARDINALITY = re.compile(r"(?P<low>\d+)\.\.(?P<high>\d+|\*)(?P<mark>[MR]?)")
_ATTRIBUTE = re.compile(
    r"@(?P<name>\w+)(?:=(?P<values>.+?)(?P<optional>\?)?| in (?P<set>[\w.]+))?"
)
_NAMED = {
    "no @xsi:schemaLocation": "no-schema-location",
    "text is": "text",
    "@code like": "code-pattern",
    "unit in": "unit",
    "@unit": "fixed-unit",
    "refers to an act of the document": "reference",
}
SYSTEMS = {
    "LOINC": "2.16.840.1.113883.6.1",
    "SNOMED": "2.16.840.1.113883.6.96",
    "ActClass": "2.16.840.1.113883.5.6",
    "ActCode": "2.16.840.1.113883.5.4",
    "RoleCode": "2.16.840.1.113883.5.111",
    "ParticipationFunction": "2.16.840.1.113883.5.88",
    "ObservationInterpretation": "2.16.840.1.113883.5.83",
    "HumanSubstanceAdministrationSite": "2.16.840.1.113883.5.1052",
    "IHEActCode": "1.3.6.1.4.1.19376.1.5.3.2",
    # Not a slip of ours: the published rule writes 1.3.5 here.
    "IHEActCode-as-published": "1.3.5.1.4.1.19376.1.5.3.2",
}


@dataclass(slots=True)
class Words:
    """What stands between a step and its constraints."""

    minimum: int = 0
    maximum: int | None = None
    is_mandatory: bool = False
    is_advice: bool = False
    datatype: str | None = None


def attribute_of(text: str, line: Line) -> AttributeRule:
    """Read a constraint of an attribute: ``@name=value``, ``@name in set``."""
    found = _ATTRIBUTE.fullmatch(text)
    if found is None:
        raise line.refuse(f"no constraint {text!r}")
    values = tuple(found["values"].split(",")) if found["values"] else ()
    return AttributeRule(
        found["name"], values, found["set"], bool(found["optional"] or found["set"])
    )


def bound_to(text: str) -> Binding:
    """Read what a code is bound to: value sets, or codes."""
    alternatives = [each.strip() for each in text.split("|")]
    return Binding(
        codes=tuple(each[1:] for each in alternatives if each.startswith("=")),
        value_sets=tuple(each for each in alternatives if not each.startswith("=")),
    )


def words_of(rest: str, line: Line) -> Words:
    """Read cardinality, datatype and whether it is advice."""
    words = Words()
    for word in rest.split():
        cardinality = _CARDINALITY.fullmatch(word)
        if cardinality:
            high = cardinality["high"]
            words.minimum = int(cardinality["low"])
            words.maximum = None if high == "*" else int(high)
            words.is_mandatory = cardinality["mark"] == "M"
        elif word.startswith(":"):
            words.datatype = word[1:]
        elif word == "~":
            words.is_advice = True
        else:
            raise line.refuse(f"no word {word!r}")
    return words


def step_of(text: str, line: Line) -> tuple[str, tuple[Test, ...], Binding | None, str]:
    """Read a step off the front; return its parts, and what is left of the line."""
    found = _NAME.match(text)
    if found is None:
        raise line.refuse("no element name")
    rest = text[found.end() :]
    tests: list[Test] = []
    binding = None
    while rest and rest[0] in "<[=":
        inside, rest = _taken(rest, line)
        if inside.startswith("[="):
            binding = _fixed(inside[2:-1])
        else:
            tests.append(_test(inside, line))
    return found[0], tuple(tests), binding, rest


def _taken(rest: str, line: Line) -> tuple[str, str]:
    """Take one selection off the front: ``<...>``, ``[...]`` or ``=id``."""
    if rest[0] == "=":
        end = (rest + " ").index(" ")
        return rest[:end], rest[end:]
    depth = 0
    for place, character in enumerate(rest):
        depth += (character in "<[") - (character in ">]")
        if depth == 0:
            return rest[: place + 1], rest[place + 1 :]
    raise line.refuse("a bracket is not closed")


def _test(inside: str, line: Line) -> Test:
    if inside[0] == "=":
        return HasAttribute("root", (expand(inside[1:]),))
    if inside[0] == "<":
        return HasTemplates(tuple(expand(each) for each in inside[1:-1].split()))
    return _own_test(inside[1:-1]) or HasChild(_step_alone(inside[1:-1], line))


def _own_test(body: str) -> Test | None:
    """Read a selection by the element itself; None where it is by a child."""
    if body[0] == "#":
        return IsAt(int(body[1:]))
    if body[0] == "@":
        return _attribute_test(body)
    if body == "time-point":
        return IsTimePoint()
    if body[:5] in {"type=", "type:"}:
        return HasType(body[5:], body[4] == "=")
    return None


def _attribute_test(body: str) -> HasAttribute:
    name, _, values = body[1:].removesuffix("|nf").partition("=")
    return HasAttribute(
        name, tuple(values.split(",")) if values else (), body.endswith("|nf")
    )


def _fixed(body: str) -> Binding:
    or_null = body.endswith("|nf")
    codes, _, system = body.removesuffix("|nf").partition("^")
    known = SYSTEMS.get(system, system) or None
    if codes == "*":
        return Binding(system=known, any_of_system=True, or_null=or_null)
    return Binding(tuple(codes.split(",")), known, or_null=or_null)


def rule_of(line: Line) -> Rule:
    """Read a line that begins with ``!``."""
    text = line.text[2:]
    cardinality, of, steps = text.partition(" of ")
    found = _CARDINALITY.fullmatch(cardinality)
    if found and of:
        high = found["high"]
        return CountOf(
            int(found["low"]),
            None if high == "*" else int(high),
            tuple(_step_alone(each.strip(), line) for each in steps.split(" | ")),
        )
    if text.startswith("some of "):
        return SomeOf(tuple(each.strip() for each in text[8:].split("|")))
    for words, name in _NAMED.items():
        if text.startswith(words):
            return Named(name, text[len(words) :].strip(" ="))
    raise line.refuse("no such rule")


def _step_alone(text: str, line: Line) -> Step:
    name, tests, binding, rest = step_of(text, line)
    if rest:
        raise line.refuse(f"no step {text!r}")
    return Step(name, tests, binding)
