"""Paths into CDA: ``tag[selecting attribute]{fixed attribute}<template ids>/...``.

What selects must match when reading; what is fixed is written and tolerated when it is
absent; the first template id selects, all are written. ``{xsi:type=CE}`` names the
instance's type where the schema has only a base. Several attributes or ids are
separated by commas: ``observation{classCode=OBS,moodCode=EVN}<EH.3.9,CCD.1.57>/value``.

Spec: CDA R2 §4.3 (templateId), element names and order from
:mod:`transformations.cda.structure_table`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from transformations.cda.dialects import is_same_type
from transformations.cda.namespaces import XSI_TYPE
from transformations.cda.structure import (
    CdaClass,
    CdaNode,
    ChildRule,
    StructureError,
    class_of,
)
from transformations.cda.template_ids import expand
from transformations.mapping.faults import TableError

_STEP = re.compile(
    r"(?P<tag>(?:pharm:)?\w+)(?P<tests>(?:\{[^}]*\}|\[[^\]]*\]|<[^>]*>)*)"
)
_TEST = re.compile(r"\{([^}]*)\}|\[([^\]]*)\]|<([^>]*)>")


class _Keys(dict[str, str]):
    """The key under which each attribute is booked, made once."""

    def __missing__(self, name: str) -> str:
        key = self[name] = f"@{name}"
        return key


# For the names of tables and code only: those of a document are without end.
AT = _Keys()


@dataclass(frozen=True, slots=True)
class CdaStep:
    """One element of a path."""

    rule: ChildRule
    kind: CdaClass
    selecting: dict[str, str]
    fixed: dict[str, str]
    template_ids: tuple[str, ...]
    is_known_by: bool = field(init=False, repr=False)
    _attributes: dict[str, str] = field(init=False, repr=False)
    _settled: tuple[tuple[str, str, str], ...] = field(init=False, repr=False)
    _tests: bool = field(init=False, repr=False)
    _selects: tuple[tuple[str, str], ...] = field(init=False, repr=False)
    _fixes: tuple[tuple[str, str], ...] = field(init=False, repr=False)
    _template: str = field(init=False, repr=False)
    _tag: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        attributes = {**self.selecting, **self.fixed}
        settled = tuple(
            (name, value, AT[name])
            for name, value in attributes.items()
            if name != "inversionInd"
        )
        object.__setattr__(self, "_attributes", attributes)
        object.__setattr__(self, "_settled", settled)
        object.__setattr__(self, "is_known_by", bool(settled))
        object.__setattr__(self, "_tests", bool(attributes or self.template_ids))
        object.__setattr__(self, "_selects", tuple(self.selecting.items()))
        # It is written at random by others; what differs stays unbooked.
        fixes = [item for item in self.fixed.items() if item[0] != "inversionInd"]
        object.__setattr__(self, "_fixes", tuple(fixes))
        object.__setattr__(self, "_tag", self.rule.tag)
        object.__setattr__(self, "_template", next(iter(self.template_ids), ""))

    def make(self) -> CdaNode:
        """Make the element, detached, with everything the step fixes."""
        node = CdaNode(self.rule, self.kind, self._attributes.copy())
        if self.template_ids:
            rule = self.kind.child("templateId")
            node.children = [
                CdaNode(rule, None, {"root": template_id})
                for template_id in self.template_ids
            ]
        return node

    def find(self, parent: CdaNode) -> Sequence[CdaNode]:
        """Find the children, of a document read, that this step means."""
        children = parent.all_tagged(self._tag)
        if not children or not self._tests:
            return children
        if len(children) == 1:
            return children if self._admits(children[0]) else ()
        return [child for child in children if self._admits(child)]

    def _admits(self, node: CdaNode) -> bool:
        attributes = node.attributes
        for key, value in self._selects:
            if attributes.get(key) != value:
                return False
        for key, value in self._fixes:
            read = attributes.get(key, value)
            if read != value and not (key == XSI_TYPE and _is_as_good(read, value)):
                return False
        return not self._template or self._template in node.templates

    def settled(self, node: CdaNode) -> list[str]:
        """Return the keys of the attributes by which the step knew the element."""
        attributes = node.attributes
        found = []
        for name, value, key in self._settled:
            if name in attributes and (attributes[name] == value or name == XSI_TYPE):
                found.append(key)
        return found


@dataclass(frozen=True, slots=True)
class CdaPath:
    """A checked path; the empty one (written ``.``) stands for the node itself.

    ``is_known_by`` says whether attributes tell what it means from what it does not.
    """

    text: str
    steps: tuple[CdaStep, ...]
    kind: CdaClass
    is_known_by: bool = field(init=False, repr=False)

    def __post_init__(self) -> None:
        is_known_by = any(step.is_known_by for step in self.steps)
        object.__setattr__(self, "is_known_by", is_known_by)

    def parent(self, start: CdaNode) -> CdaNode:
        """Find or make the elements above the last; shared where they cannot repeat."""
        here = start
        for step in self.steps[:-1]:
            here = enter(here, step)
        return here

    def find_all(self, start: CdaNode) -> list[CdaNode]:
        """Find every element the path means, with backtracking; nothing is booked."""
        return [chain[-1] if chain else start for chain in self.find_chains(start)]

    def find_chains(self, start: CdaNode) -> list[tuple[CdaNode, ...]]:
        """Find every way down that the path means, one element for each step."""
        if not self.steps:
            return [()]
        found: list[tuple[CdaNode, ...]] = []
        for child in self.steps[0].find(start):
            found.append((child,))  # noqa: PERF401 - run for every step of a table
        if not found or len(self.steps) == 1:
            return found
        for step in self.steps[1:]:
            found = [
                (*chain, child) for chain in found for child in step.find(chain[-1])
            ]
        return found


def _is_as_good(read: str, type_name: str) -> bool:
    """Whether another type than the fixed one leaves the meaning as it is."""
    return is_same_type(read.rpartition(":")[2], type_name)


def enter(parent: CdaNode, step: CdaStep) -> CdaNode:
    """Use the child that is there, if it cannot repeat, or make it."""
    if not step.rule.repeats:
        there = parent.tagged(step.rule.tag)
        if there is not None:
            return there
    child = step.make()
    parent.graft(child)
    return child


def parse_cda_path(text: str, kind: CdaClass) -> CdaPath:
    """Parse a path that begins at an element of class ``kind``, checking every name.

    Raises
    ------
    TableError
        A name the class does not have, or a form that is none.
    """
    if text == ".":
        return CdaPath(text, (), kind)
    steps = []
    for word in text.split("/"):
        step = _parse_step(word, kind, text)
        steps.append(step)
        kind = step.kind
    return CdaPath(text, tuple(steps), kind)


def _parse_step(word: str, kind: CdaClass, text: str) -> CdaStep:
    match = _STEP.fullmatch(word)
    if match is None:
        raise TableError(f"{text!r}: {word!r} is no step of a CDA path")
    try:
        rule = kind.child(match["tag"])
    except StructureError as error:
        raise TableError(f"{text!r}: {error}") from None
    selecting: dict[str, str] = {}
    fixed: dict[str, str] = {}
    template_ids: list[str] = []
    for test in _TEST.finditer(match["tests"]):
        fixed_text, selecting_text, ids = test.groups()
        if fixed_text is not None:
            fixed.update(_attributes(fixed_text, text))
        elif selecting_text is not None:
            selecting.update(_attributes(selecting_text, text))
        else:
            template_ids += [expand(name.strip()) for name in ids.split(",")]
    named = fixed.get(XSI_TYPE)
    step_kind = class_of(named if named is not None else rule.kind)
    return CdaStep(rule, step_kind, selecting, fixed, tuple(template_ids))


def _attributes(words: str, text: str) -> dict[str, str]:
    found = {}
    for word in words.split(","):
        name, equals, value = word.strip().partition("=")
        if not equals:
            raise TableError(f"{text!r}: {word!r} is no attribute=value")
        found[XSI_TYPE if name == "xsi:type" else name] = value
    return found
