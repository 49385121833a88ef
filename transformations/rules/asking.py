"""What a line asks of an element beside counting: datatype, attributes, rules."""

from __future__ import annotations

from transformations.rules import wording
from transformations.rules.constraint import (
    AttributeRule,
    CountOf,
    Named,
    Node,
    Rule,
    SomeOf,
)
from transformations.rules.context import Judging
from transformations.rules.datatypes import ADVICE, DATATYPES, Datatype
from transformations.rules.line import Ask, Line
from transformations.rules.named import NAMED
from transformations.rules.notation_lines import NotationError
from transformations.rules.place import Place
from transformations.rules.selecting import Selections, type_of

# Attributes whose value is one word.
_TOKENS = frozenset({"classCode", "moodCode", "typeCode", "unit"})


def asks_of(line: Line, selections: Selections) -> tuple[Ask, ...]:
    """Return what a line asks, in order."""
    node = line.node
    asks: list[Ask] = []
    if node.datatype is not None:
        asks.append(_datatype(line, node))
    asks.extend(_attribute(line, each, selections) for each in node.attributes)
    asks.extend(_named(line, each, selections) for each in node.rules)
    return tuple(asks)


def _datatype(line: Line, node: Node) -> Ask:
    datatype = DATATYPES.get(node.datatype or "")
    if datatype is None:
        raise NotationError(f"{node.line}: no datatype {node.datatype!r}")
    return _datatype_ask(line, datatype)


def _attribute(line: Line, rule: AttributeRule, selections: Selections) -> Ask:
    value_set = selections.oid(rule.value_set, line.node) if rule.value_set else None

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


def _named(line: Line, rule: Rule, selections: Selections) -> Ask:
    match rule:
        case CountOf():
            return _count(line, rule, selections)
        case SomeOf():
            return _some(line, rule)
        case Named():
            argument = rule.argument
            if rule.name == "unit":
                argument = selections.oid(argument, line.node)
            check = NAMED[rule.name](argument)

            def ask(place: Place, cx: Judging) -> None:
                if not check.holds(place, cx):
                    cx.add(line, place, rule.name, check.message, check.remedy)

            return ask


def _count(line: Line, rule: CountOf, selections: Selections) -> Ask:
    selects = [
        (step.name, selections.select(step, line.node.children)) for step in rule.steps
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
    if wire and type_of(place) != wire:
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
