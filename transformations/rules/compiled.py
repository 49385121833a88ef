"""The constraint trees made ready to run: one object for each line, asked in one walk.

A template is found by the template ids of the elements; below it, each line asks its
element. Selections are closures, so that a line costs no more than what it asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from transformations.cda.namespaces import CDA
from transformations.rules import wording
from transformations.rules.constraint import (
    AttributeRule,
    Binding,
    CountOf,
    HasAttribute,
    HasChild,
    HasTemplates,
    HasType,
    IsAt,
    Named,
    Node,
    Rule,
    SomeOf,
    Step,
    Template,
    Test,
)
from transformations.rules.context import Judging
from transformations.rules.datatypes import ADVICE, DATATYPES, Datatype
from transformations.rules.named import NAMED
from transformations.rules.notation import NotationError
from transformations.rules.place import Place

Select = Callable[[Place, Judging], bool]
# Elements whose nullFlavor is a matter of their datatype only.
_NEVER_NULL = frozenset({"templateId", "typeId"})
# Attributes whose value is one word.
_TOKENS = frozenset({"classCode", "moodCode", "typeCode", "unit"})
_INTERVALS = frozenset({"IVL_TS", "PIVL_TS", "EIVL_TS", "SXPR_TS"})


@dataclass(slots=True)
class Line:
    """One line, compiled: what an element must be, and the lines below it by name."""

    node: Node
    template: str
    rule: str
    select: Select | None
    counted: Select | None
    asks: tuple[Ask, ...]
    groups: tuple[tuple[str, tuple[Line, ...]], ...] = ()

    def judge(self, place: Place, cx: Judging) -> None:
        """Ask an element that this line is about, and all below it."""
        for ask in self.asks:
            ask(place, cx)
        by_name = place.by_name
        for name, lines in self.groups:
            places = by_name.get(name)
            if places is None:
                for line in lines:
                    if line.node.minimum:
                        line.judge_count(place, 0, cx)
            elif len(lines) == 1:
                lines[0].judge_only(place, places, cx)
            else:
                _judge_several(lines, place, places, cx)

    def judge_only(self, parent: Place, places: Sequence[Place], cx: Judging) -> None:
        """Ask the elements of a name that only this line is about."""
        count = 0
        select = self.select
        counted = self.counted
        for place in places:
            if select is None or select(place, cx):
                if counted is None or counted(place, cx):
                    count += 1
                self.judge(place, cx)
        self.judge_count(parent, count, cx)

    def judge_count(self, parent: Place, count: int, cx: Judging) -> None:
        """Compare how many there are with how many there must be."""
        node = self.node
        if count < node.minimum:
            cx.add(self, parent, "missing", *wording.missing(node, parent, count))
        elif node.maximum is not None and count > node.maximum:
            cx.add(self, parent, "too-many", *wording.too_many(node, count))


Ask = Callable[[Place, Judging], None]


def _judge_several(
    lines: Sequence[Line], parent: Place, places: Sequence[Place], cx: Judging
) -> None:
    """Ask elements of a name that several lines are about: the first that fits."""
    counts = [0] * len(lines)
    for place in places:
        is_judged = False
        for number, line in enumerate(lines):
            if line.select is not None and not line.select(place, cx):
                continue
            if line.counted is None or line.counted(place, cx):
                counts[number] += 1
            if not is_judged:
                is_judged = True
                line.judge(place, cx)
    for line, count in zip(lines, counts, strict=True):
        line.judge_count(parent, count, cx)


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
        self._value_sets = value_sets
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
            self._select(node.step, node.children, node),
            _not_null if node.is_mandatory and _counts_null(node) else None,
            (),
            tuple((name, tuple(lines)) for name, lines in groups.items()),
        )
        line.asks = tuple(self._asks(line))
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

    def _asks(self, line: Line) -> list[Ask]:
        node = line.node
        asks: list[Ask] = []
        if node.datatype is not None:
            asks.extend(self._datatype(line, node))
        asks.extend(self._attribute(line, each) for each in node.attributes)
        asks.extend(self._named(line, each) for each in node.rules)
        return asks

    def _datatype(self, line: Line, node: Node) -> list[Ask]:
        datatype = DATATYPES.get(node.datatype or "")
        if datatype is None:
            raise NotationError(f"{node.line}: no datatype {node.datatype!r}")
        return [_datatype_ask(line, datatype)]

    def _attribute(self, line: Line, rule: AttributeRule) -> Ask:
        value_set = self._oid(rule.value_set, line.node) if rule.value_set else None

        def ask(place: Place, cx: Judging) -> None:
            value = place.attributes.get(rule.name)
            if value is None:
                broken = not rule.is_optional
            elif rule.values:
                broken = value not in rule.values
            elif value_set is not None:
                broken = not all(
                    cx.holds(value_set, rule.value_set or "", each, "")
                    for each in value.split()
                )
            else:
                broken = rule.name in _TOKENS and value.split() != [value]
            if broken:
                cx.add(line, place, f"@{rule.name}", *wording.attribute(rule, place))

        return ask

    def _named(self, line: Line, rule: Rule) -> Ask:
        match rule:
            case CountOf():
                return self._count(line, rule)
            case SomeOf():
                return _some(line, rule)
            case Named():
                argument = rule.argument
                if rule.name == "unit":
                    argument = self._oid(argument, line.node)
                check = NAMED[rule.name](argument)

                def ask(place: Place, cx: Judging) -> None:
                    if not check.holds(place, cx):
                        cx.add(line, place, rule.name, check.message, check.remedy)

                return ask

    def _count(self, line: Line, rule: CountOf) -> Ask:
        selects = [
            (step.name, self._select(step, line.node.children)) for step in rule.steps
        ]

        def ask(place: Place, cx: Judging) -> None:
            found = {
                id(child)
                for name, select in selects
                for child in place.by_name.get(name, ())
                if select is None or select(child, cx)
            }
            high = rule.maximum
            if len(found) < rule.minimum or (high is not None and len(found) > high):
                cx.add(line, place, "choice", *wording.choice(rule))

        return ask

    def _select(
        self,
        step: Step,
        children: Sequence[Node],
        node: Node | None = None,
        bound_as: Node | None = None,
    ) -> Select | None:
        """Make the selection of a step; None where it takes every element.

        Parameters
        ----------
        node
            The step's own line, which may be mandatory.
        bound_as
            The line whose datatype tells how a code is compared, where it is another.
        """
        tests = [self._test(test, children) for test in step.tests]
        if step.binding is not None:
            tests.append(self._bound(step.binding, node or bound_as))
        if node is not None and node.is_mandatory and not (step.tests or step.binding):
            tests.append(_not_null)
        if not tests:
            return None
        if len(tests) == 1:
            return tests[0]
        return lambda place, cx: all(test(place, cx) for test in tests)

    def _test(self, test: Test, children: Sequence[Node]) -> Select:
        match test:
            case HasTemplates(ids):
                return lambda place, _: _templates(place).issuperset(ids)
            case HasAttribute(name, values, or_null):
                return lambda place, _: (
                    (
                        name in place.attributes
                        and (not values or place.attributes[name] in values)
                    )
                    or (or_null and place.is_null)
                )
            case HasType(name, is_literal):
                return lambda place, _: _type_of(place, is_literal=is_literal) == name
            case IsAt(position):
                return lambda place, _: place.position == position
            case HasChild(inner):
                return self._has_child(inner, children)
            case _:
                return lambda place, _: (
                    ("value" in place.attributes or place.is_null)
                    and place.attributes.get("xsi:type") not in _INTERVALS
                )

    def _has_child(self, step: Step, children: Sequence[Node]) -> Select:
        """Select by a child; the binding of the child's own line counts too."""
        own = next((each for each in children if each.step.name == step.name), None)
        below = own.children if own else ()
        binding = own.step.binding if own and step.binding is None else None
        select = self._select(
            Step(step.name, step.tests, step.binding or binding), below, bound_as=own
        )
        name = step.name
        if select is None:
            return lambda place, _: name in place.by_name
        return lambda place, cx: any(
            select(child, cx) for child in place.by_name.get(name, ())
        )

    def _bound(self, binding: Binding, node: Node | None) -> Select:
        sets = tuple((self._oid(each, node), each) for each in binding.value_sets)
        codes, system, or_null = binding.codes, binding.system, binding.or_null
        is_set_free = node is not None and node.datatype == "CS"

        def is_bound(place: Place, cx: Judging) -> bool:
            attributes = place.attributes
            if or_null and "nullFlavor" in attributes:
                return True
            if binding.any_of_system:
                return attributes.get("codeSystem") == system
            code = attributes.get("code")
            if code is None:
                return False
            if code in codes and system in {None, attributes.get("codeSystem")}:
                return True
            own = "" if is_set_free else attributes.get("codeSystem")
            if own is None:
                return False
            return any(cx.holds(oid, name, code, own) for oid, name in sets)

        return is_bound

    def _oid(self, name: str, node: Node | None) -> str:
        if name not in self._value_sets:
            where = node.line if node else self._template
            raise NotationError(f"{where}: no value set {name!r}")
        return self._value_sets[name]


def _datatype_ask(line: Line, datatype: Datatype) -> Ask:
    checks = [(check, check.is_broken) for check in datatype.checks]
    advice = ADVICE.get(datatype.name)

    def ask(place: Place, cx: Judging) -> None:
        if "xsi:type" in place.attributes:
            _judge_type(line, datatype, place, cx)
        for check, is_broken in checks:
            if is_broken(place):
                cx.add_datatype(line, place, datatype, check)
        if advice is not None and advice.is_broken(place):
            cx.add_datatype(line, place, datatype, advice, is_advice=True)

    return ask


def _judge_type(line: Line, datatype: Datatype, place: Place, cx: Judging) -> None:
    wire = datatype.wire_name
    if wire and _type_of(place) != wire:
        cx.add(line, place, "type", *wording.wrong_type(wire, place))


def _some(line: Line, rule: SomeOf) -> Ask:
    names = rule.names

    def ask(place: Place, cx: Judging) -> None:
        if place.is_null and "@nullFlavor" in names:
            return
        if "*" in names and place.children:
            return
        if not any(name in place.by_name for name in names):
            cx.add(line, place, "choice", *wording.some(rule))

    return ask


def _not_null(place: Place, _cx: Judging) -> bool:
    return "nullFlavor" not in place.attributes


def _counts_null(node: Node) -> bool:
    """Whether a null element is asked, and only not counted."""
    return bool(node.step.tests) and node.step.name not in _NEVER_NULL


def _templates(place: Place) -> frozenset[str]:
    return frozenset(
        each.attributes.get("root", "") for each in place.by_name.get("templateId", ())
    )


def _type_of(place: Place, *, is_literal: bool = False) -> str | None:
    """Return the type an element states; a prefix is resolved unless ``is_literal``."""
    stated = place.attributes.get("xsi:type")
    if stated is None or is_literal:
        return stated
    prefix, colon, name = stated.rpartition(":")
    namespace = place.element.nsmap.get(prefix if colon else None)
    return name if namespace == CDA else f"{{{namespace}}}{name}"
