"""The constraint trees made ready to run: one object for each line, asked in one walk.

A template is found by the template ids of the elements; below it, each line asks its
element. Selections are closures, so that a line costs no more than what it asks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from transformations.rules import wording
from transformations.rules.asking import asks_of
from transformations.rules.constraint import Node, Template
from transformations.rules.line import Line
from transformations.rules.selecting import Selections, counted


def compile_template(template: Template, value_sets: Mapping[str, str]) -> Line:
    """Make a template ready to run.

    Parameters
    ----------
    value_sets
        OID of each value set that has a name.

    Raises
    ------
    NotationError
        A line names a datatype or value set that does not exist.
    """
    return _Compiler(template.id, value_sets).line(template.root, template.id)


class _Compiler:
    def __init__(self, template: str, value_sets: Mapping[str, str]) -> None:
        self._template = template
        self._selections = Selections(value_sets)
        self._rules: set[str] = set()

    def line(self, node: Node, rule: str) -> Line:
        groups: dict[str, list[Line]] = {}
        for child in node.children:
            below = self.line(child, self._rule(rule, child, node.children))
            groups.setdefault(child.step.name, []).append(below)
        line = Line(
            node,
            self._template,
            rule,
            self._selections.select(node.step, node.children, node),
            counted(node),
            (),
            tuple((name, tuple(lines)) for name, lines in groups.items()),
        )
        line.asks = asks_of(line, self._selections)
        return line

    def _rule(self, above: str, node: Node, siblings: Sequence[Node]) -> str:
        """Give a line an id that its siblings do not have."""
        is_alone = sum(each.step.name == node.step.name for each in siblings) == 1
        base = f"{above}/{node.step.name if is_alone else wording.label(node.step)}"
        rule, number = base, 1
        while rule in self._rules:
            number += 1
            rule = f"{base}({number})"
        self._rules.add(rule)
        return rule
