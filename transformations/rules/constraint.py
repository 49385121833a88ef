"""What a tree of constraints consists of: one node for each line of the notation.

The notation is read in :mod:`.notation`; ``docs/reference/rules.md`` explains it.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HasTemplates:
    """The element carries all of these template ids."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HasAttribute:
    """The element has an attribute, with one of these values if any are named."""

    name: str
    values: tuple[str, ...] = ()
    or_null: bool = False


@dataclass(frozen=True, slots=True)
class HasType:
    """``xsi:type`` names this type: as written without prefix, or by namespace."""

    name: str
    is_literal: bool


@dataclass(frozen=True, slots=True)
class IsTimePoint:
    """The element has a value or nullFlavor and is of no interval type."""


@dataclass(frozen=True, slots=True)
class IsAt:
    """The element is the first (1), second (2) ... of its name."""

    position: int


@dataclass(frozen=True, slots=True)
class HasChild:
    """The element has such a child; its own line's binding counts too."""

    step: Step


@dataclass(frozen=True, slots=True)
class Binding:
    """Which codes an element may have.

    Parameters
    ----------
    codes
        Fixed codes; with ``system`` None they are compared without a system.
    any_of_system
        Any code of this system.
    value_sets
        Names of value sets; a code in one of them will do.
    or_null
        Whether a nullFlavor may stand instead.
    """

    codes: tuple[str, ...] = ()
    system: str | None = None
    any_of_system: bool = False
    value_sets: tuple[str, ...] = ()
    or_null: bool = False


Test = HasTemplates | HasAttribute | HasType | IsTimePoint | IsAt | HasChild


@dataclass(frozen=True, slots=True)
class Step:
    """An element name (``pharm:`` for the pharmacy extension) with its selection."""

    name: str
    tests: tuple[Test, ...] = ()
    binding: Binding | None = None


@dataclass(frozen=True, slots=True)
class AttributeRule:
    """What an attribute must be: one of ``values``, of ``value_set``, or present."""

    name: str
    values: tuple[str, ...] = ()
    value_set: str | None = None
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class CountOf:
    """How many children of several kinds there are together."""

    minimum: int
    maximum: int | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class SomeOf:
    """At least one of nullFlavor (``@nullFlavor``), any child (``*``), or a child."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A rule that has a name of its own, and what it is about."""

    name: str
    argument: str = ""


Rule = CountOf | SomeOf | Named


@dataclass(frozen=True, slots=True)
class Node:
    """One line: an element, how often, of which datatype, with what inside.

    Parameters
    ----------
    is_mandatory
        A nullFlavor does not count (``M``).
    is_advice
        What is found here is told as a warning (``~``).
    hints
        What to do where something is found here, in our words.
    line
        File and line, for whoever reads an error of the notation.
    """

    step: Step
    minimum: int = 0
    maximum: int | None = None
    is_mandatory: bool = False
    is_advice: bool = False
    datatype: str | None = None
    attributes: tuple[AttributeRule, ...] = ()
    rules: tuple[Rule, ...] = ()
    children: tuple[Node, ...] = field(default=(), repr=False)
    hints: tuple[str, ...] = ()
    line: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A template: an element wherever it stands with these template ids."""

    id: str
    title: str
    root: Node
