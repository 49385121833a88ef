"""Reads the notation in which the rules are written, and refuses what it does not know.

One line is one element::

    == EH.3.25 Blood group
    observation<EH.3.25 EH.3.20 IHE.4.13> 1..1 {@classCode=OBS; @moodCode=EVN}
      templateId=EH.3.25 1..1M :II
      code[=34530-6^LOINC] 1..1M :CD
      value 1..*R :CE.EPSOS {in eHDSIBloodGroup}
        ? Say what to do.
      ! 0..1 of assignedPerson | assignedAuthoringDevice
      author[assignedAuthor] 0..* -> author

``==`` begins a template, ``--`` a block that ``->`` puts in; indentation is descent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

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
    Node,
    Rule,
    SomeOf,
    Step,
    Template,
    Test,
)

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


class NotationError(ValueError):
    """A line that is not of the notation. Raised while the rules are read."""


@dataclass(slots=True)
class _Line:
    """A line with the lines below it."""

    text: str
    place: str
    below: list[_Line] = field(default_factory=list)

    def refuse(self, why: str) -> NotationError:
        return NotationError(f"{self.place}: {why}: {self.text!r}")


@dataclass(slots=True)
class _Words:
    """What stands between a step and its constraints."""

    minimum: int = 0
    maximum: int | None = None
    is_mandatory: bool = False
    is_advice: bool = False
    datatype: str | None = None


@dataclass(frozen=True, slots=True)
class _Inside:
    """What stands below a line."""

    rules: tuple[Rule, ...]
    hints: tuple[str, ...]
    children: tuple[Node, ...]

    def before(self, other: _Inside) -> _Inside:
        """Put what stands below the line itself after what its block has."""
        return _Inside(
            self.rules + other.rules,
            self.hints + other.hints,
            self.children + other.children,
        )


@dataclass(frozen=True, slots=True)
class Source:
    """What one file holds: templates and blocks, still as lines."""

    templates: Mapping[str, _Line]
    blocks: Mapping[str, _Line]


def read_source(text: str, name: str) -> Source:
    """Split a file into templates and blocks.

    Raises
    ------
    NotationError
        A line stands where none can, or a name is given twice.
    """
    templates: dict[str, _Line] = {}
    blocks: dict[str, _Line] = {}
    for head in _heads(text, name):
        kind, title = head.text[:2], head.text[3:].strip()
        where = templates if kind == "==" else blocks
        if title in where:
            raise head.refuse("given twice")
        where[title] = head
    return Source(templates, blocks)


def read_templates(source: Source, *libraries: Source) -> tuple[Template, ...]:
    """Read the templates of a file; its own blocks come before those of libraries.

    Raises
    ------
    NotationError
        A line is not of the notation, or a block is missing or unused.
    """
    blocks: dict[str, _Line] = {}
    for library in (*reversed(libraries), source):
        blocks.update(library.blocks)
    reader = _Reader(blocks)
    found = tuple(reader.template(head) for head in source.templates.values())
    unused = set(source.blocks) - reader.used
    if unused and found:
        raise NotationError(f"no line uses the block {min(unused)!r}")
    return found


def _heads(text: str, name: str) -> Iterator[_Line]:
    stack: list[tuple[int, _Line]] = []
    for number, raw in enumerate(text.splitlines(), 1):
        body = raw.strip()
        if not body or body.startswith("#"):
            continue
        line = _Line(body, f"{name}:{number}")
        if body[:3] in {"== ", "-- "}:
            stack = [(-1, line)]
            yield line
            continue
        depth = len(raw) - len(raw.lstrip())
        while stack and stack[-1][0] >= depth:
            stack.pop()
        if not stack or depth % 2:
            raise line.refuse("indented under nothing")
        stack[-1][1].below.append(line)
        stack.append((depth, line))


class _Reader:
    """Reads lines into nodes, putting blocks in where they are named."""

    def __init__(self, blocks: Mapping[str, _Line]) -> None:
        self._blocks = blocks
        self._open: list[str] = []
        self._read: dict[str, _Inside] = {}
        self.used: set[str] = set()

    def template(self, head: _Line) -> Template:
        ids, _, title = head.text[3:].partition(" ")
        if len(head.below) != 1:
            raise head.refuse("a template has one root")
        return Template(ids, title, self._node(head.below[0]))

    def _node(self, line: _Line) -> Node:
        text, _, block = line.text.partition(" -> ")
        text, attributes, bound = self._constraints(text, line)
        name, tests, binding, rest = _step(text, line)
        words = _words(rest, line)
        inside = self._inside(line.below)
        if block:
            inside = self._block(block, line).before(inside)
        if words.is_advice:
            inside = replace(inside, children=tuple(map(_as_advice, inside.children)))
        binding = _null_allowed(_joined(binding, bound, line), words)
        return Node(
            Step(name, tests, binding),
            words.minimum,
            words.maximum,
            words.is_mandatory,
            words.is_advice,
            words.datatype,
            attributes,
            inside.rules,
            inside.children,
            inside.hints,
            line.place,
        )

    def _inside(self, lines: Sequence[_Line]) -> _Inside:
        rules: list[Rule] = []
        hints: list[str] = []
        children: list[Node] = []
        for each in lines:
            if each.text.startswith("! "):
                rules.append(_rule(each))
            elif each.text.startswith("? "):
                hints.append(each.text[2:])
            else:
                children.append(self._node(each))
        return _Inside(tuple(rules), tuple(hints), tuple(children))

    def _block(self, name: str, line: _Line) -> _Inside:
        """Read a block, once: its lines are the same wherever it is put in."""
        if name not in self._blocks or name in self._open:
            raise line.refuse("no such block, or one inside itself")
        self.used.add(name)
        known = self._read.get(name)
        if known is None:
            self._open.append(name)
            known = self._read[name] = self._inside(self._blocks[name].below)
            self._open.pop()
        return known

    def _constraints(
        self, text: str, line: _Line
    ) -> tuple[str, tuple[AttributeRule, ...], Binding | None]:
        head, brace, rest = text.partition(" {")
        if not brace:
            return text, (), None
        attributes = []
        bound = None
        for part in rest.rstrip().removesuffix("}").split(";"):
            if part.strip().startswith("in "):
                bound = _bound(part.strip()[3:])
            else:
                attributes.append(_attribute(part.strip(), line))
        return head, tuple(attributes), bound


def _as_advice(node: Node) -> Node:
    """Make a line and all below it advice."""
    children = tuple(_as_advice(child) for child in node.children)
    return replace(node, is_advice=True, children=children)


def _attribute(text: str, line: _Line) -> AttributeRule:
    found = _ATTRIBUTE.fullmatch(text)
    if found is None:
        raise line.refuse(f"no constraint {text!r}")
    values = tuple(found["values"].split(",")) if found["values"] else ()
    return AttributeRule(
        found["name"], values, found["set"], bool(found["optional"] or found["set"])
    )


def _bound(text: str) -> Binding:
    alternatives = [each.strip() for each in text.split("|")]
    return Binding(
        codes=tuple(each[1:] for each in alternatives if each.startswith("=")),
        value_sets=tuple(each for each in alternatives if not each.startswith("=")),
    )


def _joined(step: Binding | None, bound: Binding | None, line: _Line) -> Binding | None:
    if step and bound:
        raise line.refuse("bound twice")
    return step or bound


def _null_allowed(binding: Binding | None, words: _Words) -> Binding | None:
    """Allow a nullFlavor instead of a code of a set, unless it is mandatory."""
    if binding is None or not binding.value_sets or words.is_mandatory:
        return binding
    return replace(binding, or_null=True)


def _words(rest: str, line: _Line) -> _Words:
    words = _Words()
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


def _step(text: str, line: _Line) -> tuple[str, tuple[Test, ...], Binding | None, str]:
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


def _taken(rest: str, line: _Line) -> tuple[str, str]:
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


def _test(inside: str, line: _Line) -> Test:
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


def _rule(line: _Line) -> Rule:
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


def _step_alone(text: str, line: _Line) -> Step:
    name, tests, binding, rest = _step(text, line)
    if rest:
        raise line.refuse(f"no step {text!r}")
    return Step(name, tests, binding)
