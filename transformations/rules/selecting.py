"""Selections: whether a line is about an element, as closures.

A selection costs what it asks and no more; most lines have none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from transformations.cda.namespaces import CDA
from transformations.rules.constraint import (
    Binding,
    HasAttribute,
    HasChild,
    HasTemplates,
    HasType,
    IsAt,
    Node,
    Step,
    Test,
)
from transformations.rules.context import Judging
from transformations.rules.line import Select
from transformations.rules.notation_lines import NotationError
from transformations.rules.place import Place

_INTERVALS = frozenset({"IVL_TS", "PIVL_TS", "EIVL_TS", "SXPR_TS"})
# Elements whose nullFlavor is a matter of their datatype only.
_NEVER_NULL = frozenset({"templateId", "typeId"})


class Selections:
    """Makes selections; ``value_sets`` gives the OID of each set that has a name."""

    def __init__(self, value_sets: Mapping[str, str]) -> None:
        self._value_sets = value_sets

    def select(
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
                return lambda place, _: type_of(place, is_literal=is_literal) == name
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
        select = self.select(
            Step(step.name, step.tests, step.binding or binding), below, bound_as=own
        )
        name = step.name
        if select is None:
            return lambda place, _: name in place.by_name
        return lambda place, cx: any(
            select(child, cx) for child in place.by_name.get(name, ())
        )

    def _bound(self, binding: Binding, node: Node | None) -> Select:
        sets = tuple((self.oid(each, node), each) for each in binding.value_sets)
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

    def oid(self, name: str, node: Node | None) -> str:
        """Return the OID of a value set; raises NotationError where it has none."""
        if name not in self._value_sets:
            where = f"{node.line}: " if node else ""
            raise NotationError(f"{where}no value set {name!r}")
        return self._value_sets[name]


def counted(node: Node) -> Select | None:
    """Return what keeps a null element of a mandatory line from being counted."""
    is_asked = node.step.tests and node.step.name not in _NEVER_NULL
    return _not_null if node.is_mandatory and is_asked else None


def _not_null(place: Place, _cx: Judging) -> bool:
    return "nullFlavor" not in place.attributes


def _templates(place: Place) -> frozenset[str]:
    return frozenset(
        each.attributes.get("root", "") for each in place.by_name.get("templateId", ())
    )


def type_of(place: Place, *, is_literal: bool = False) -> str | None:
    """Return the type an element states; a prefix is resolved unless ``is_literal``."""
    stated = place.attributes.get("xsi:type")
    if stated is None or is_literal:
        return stated
    prefix, colon, name = stated.rpartition(":")
    namespace = place.element.nsmap.get(prefix if colon else None)
    return name if namespace == CDA else f"{{{namespace}}}{name}"
