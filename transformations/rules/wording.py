"""The sentences of the rules: what is wrong and what to do, told from the lines."""

from __future__ import annotations

from collections.abc import Iterable

from transformations.cda.template_ids import FAMILIES
from transformations.rules.constraint import (
    AttributeRule,
    Binding,
    CountOf,
    HasAttribute,
    HasChild,
    HasTemplates,
    HasType,
    IsAt,
    Node,
    SomeOf,
    Step,
    Test,
)
from transformations.rules.place import Place

Said = tuple[str, str]


def missing(node: Node, parent: Place, count: int) -> Said:
    """Say that there are too few of an element."""
    step = node.step
    there = len(parent.by_name.get(step.name, ()))
    wanted = described(step)
    null = ", without a nullFlavor" if node.is_mandatory else ""
    if there > count:
        return (
            f"{parent.name} has no {wanted}{null}; its {step.name} is another.",
            f"Correct the {step.name}: {_how(node)}.",
        )
    number = "" if node.minimum == 1 else f" (at least {node.minimum})"
    return (
        f"{parent.name} lacks {wanted}{number}{null}.",
        f"Add it: {_how(node)}.",
    )


def too_many(node: Node, count: int) -> Said:
    """Say that there are too many of an element."""
    return (
        f"There are {count} {described(node.step)}; at most {node.maximum} may be.",
        "Leave out the others.",
    )


def choice(rule: CountOf) -> Said:
    """Say that a choice among elements is not kept."""
    names = _listed(described(step) for step in rule.steps)
    if rule.maximum == 0:
        return f"{names} may not be here.", "Leave it out."
    if rule.maximum is None:
        return (
            f"At least {rule.minimum} of {names} must be here.",
            "Add what is missing.",
        )
    return f"At most {rule.maximum} of {names} may be here.", "Leave out the others."


def some(rule: SomeOf) -> Said:
    """Say that nothing of several possible things is there."""
    words = {"@nullFlavor": "a nullFlavor", "*": "a part"}
    names = _listed(words.get(name, name) for name in rule.names)
    return f"One of {names} must be here.", "Add one of them."


def attribute(rule: AttributeRule, place: Place) -> Said:
    """Say that an attribute is not what it must be."""
    name = f"@{rule.name}"
    of = f"{name} of {place.name}"
    if rule.values:
        wanted = _listed(rule.values)
        if rule.is_optional:
            return f"{of} may only be {wanted}.", f"Write {wanted}, or leave it out."
        return f"{of} must be {wanted}.", f"Write {name} as {wanted}."
    if rule.value_set:
        return (
            f"{of} is not in the value set {rule.value_set}.",
            f"Use a code of {rule.value_set}.",
        )
    return f"{place.name} lacks {name}.", f"Add {name}."


def wrong_type(wire: str, place: Place) -> Said:
    """Say that an instance states another type."""
    return (
        f"xsi:type of {place.name} states another type than {wire}.",
        f"Write {wire}, in the namespace of CDA.",
    )


def label(step: Step) -> str:
    """Name a line shortly, for its id: ``observation[EH.3.33]``."""
    told = [text for test in step.tests if (text := _label(test))]
    if step.binding and step.name not in {"code", "statusCode", "value"}:
        told += [] if step.binding.value_sets else [",".join(step.binding.codes)]
    inside = [text for text in told if text]
    return f"{step.name}[{']['.join(inside)}]" if inside else step.name


def _label(test: Test) -> str:  # noqa: PLR0911 - one for each kind of test
    match test:
        case HasTemplates(ids):
            return short_id(ids[0])
        case HasAttribute("root", (root,)):
            return short_id(root)
        case HasAttribute(name, values, _):
            return ",".join(values) or f"@{name}"
        case HasType(name, _):
            return name
        case IsAt(position):
            return f"#{position}"
        case HasChild(step):
            inside = [text for test in step.tests if (text := _label(test))]
            return inside[0] if inside else step.name
        case _:
            return "time-point"


def described(step: Step) -> str:
    """Describe a selected element in words."""
    told = [text for test in step.tests if (text := _told(test))]
    if step.binding:
        told.append(_coded(step.binding))
    return f"{step.name} with {' and '.join(told)}" if told else step.name


def _told(test: Test) -> str:  # noqa: PLR0911 - one for each kind of test
    match test:
        case HasTemplates(ids):
            named = _listed((short_id(each) for each in ids), "and")
            return f"template id{'s' if len(ids) > 1 else ''} {named}"
        case HasAttribute("root", (root,)):
            return f"root {short_id(root)}"
        case HasAttribute(name, values, or_null):
            base = f"@{name} {_listed(values)}" if values else f"@{name}"
            return f"{base} or a nullFlavor" if or_null else base
        case HasType(name, _):
            return f"xsi:type {name}"
        case IsAt(position):
            return f"position {position}"
        case HasChild(step):
            return f"a {described(step)}"
        case _:
            return "a point in time"


def _coded(binding: Binding) -> str:
    wanted = []
    if binding.any_of_system:
        wanted.append(f"a code of system {binding.system}")
    if binding.codes:
        system = f" of {binding.system}" if binding.system else ""
        wanted.append(f"code {_listed(binding.codes)}{system}")
    if binding.value_sets:
        wanted.append(f"a code of {_listed(binding.value_sets)}")
    if binding.or_null:
        wanted.append("a nullFlavor")
    return _listed(wanted)


def _how(node: Node) -> str:
    """Say how an element is written."""
    least = "exactly" if node.maximum == node.minimum else "at least"
    text = f"{least} {node.minimum} {described(node.step)}"
    if node.datatype:
        text += f", of datatype {node.datatype}"
    if not node.is_mandatory and not (
        node.step.binding and not node.step.binding.or_null
    ):
        text += "; where the fact is unknown, with a nullFlavor"
    return text


def short_id(template: str) -> str:
    """Write a template id with the short name of its family."""
    for family, arc in FAMILIES.items():
        if template.startswith(f"{arc}."):
            return f"{family}.{template[len(arc) + 1 :]}"
    return template


def _listed(words: Iterable[str], last: str = "or") -> str:
    named = list(words)
    if len(named) < 2:
        return "".join(named)
    return f"{', '.join(named[:-1])} {last} {named[-1]}"
