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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from transformations.rules.constraint import (
    AttributeRule,
    Binding,
    Node,
    Rule,
    Step,
    Template,
)
from transformations.rules.notation_lines import Line, NotationError, heads_of
from transformations.rules.notation_words import (
    Words,
    attribute_of,
    bound_to,
    rule_of,
    step_of,
    words_of,
)


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

    templates: Mapping[str, Line]
    blocks: Mapping[str, Line]


def read_source(text: str, name: str) -> Source:
    """Split a file into templates and blocks.

    Raises
    ------
    NotationError
        A line stands where none can, or a name is given twice.
    """
    templates: dict[str, Line] = {}
    blocks: dict[str, Line] = {}
    for head in heads_of(text, name):
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
    blocks: dict[str, Line] = {}
    for library in (*reversed(libraries), source):
        blocks.update(library.blocks)
    reader = _Reader(blocks)
    found = tuple(reader.template(head) for head in source.templates.values())
    unused = set(source.blocks) - reader.used
    if unused and found:
        raise NotationError(f"no line uses the block {min(unused)!r}")
    return found


class _Reader:
    """Reads lines into nodes, putting blocks in where they are named."""

    def __init__(self, blocks: Mapping[str, Line]) -> None:
        self._blocks = blocks
        self._open: list[str] = []
        self._read: dict[str, _Inside] = {}
        self.used: set[str] = set()

    def template(self, head: Line) -> Template:
        ids, _, title = head.text[3:].partition(" ")
        if len(head.below) != 1:
            raise head.refuse("a template has one root")
        return Template(ids, title, self._node(head.below[0]))

    def _node(self, line: Line) -> Node:
        text, _, block = line.text.partition(" -> ")
        text, attributes, bound = self._constraints(text, line)
        name, tests, binding, rest = step_of(text, line)
        words = words_of(rest, line)
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

    def _inside(self, lines: Sequence[Line]) -> _Inside:
        rules: list[Rule] = []
        hints: list[str] = []
        children: list[Node] = []
        for each in lines:
            if each.text.startswith("! "):
                rules.append(rule_of(each))
            elif each.text.startswith("? "):
                hints.append(each.text[2:])
            else:
                children.append(self._node(each))
        return _Inside(tuple(rules), tuple(hints), tuple(children))

    def _block(self, name: str, line: Line) -> _Inside:
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
        self, text: str, line: Line
    ) -> tuple[str, tuple[AttributeRule, ...], Binding | None]:
        head, brace, rest = text.partition(" {")
        if not brace:
            return text, (), None
        attributes = []
        bound = None
        for part in rest.rstrip().removesuffix("}").split(";"):
            if part.strip().startswith("in "):
                bound = bound_to(part.strip()[3:])
            else:
                attributes.append(attribute_of(part.strip(), line))
        return head, tuple(attributes), bound


def _as_advice(node: Node) -> Node:
    """Make a line and all below it advice."""
    children = tuple(_as_advice(child) for child in node.children)
    return replace(node, is_advice=True, children=children)


def _joined(step: Binding | None, bound: Binding | None, line: Line) -> Binding | None:
    if step and bound:
        raise line.refuse("bound twice")
    return step or bound


def _null_allowed(binding: Binding | None, words: Words) -> Binding | None:
    """Allow a nullFlavor instead of a code of a set, unless it is mandatory."""
    if binding is None or not binding.value_sets or words.is_mandatory:
        return binding
    return replace(binding, or_null=True)
