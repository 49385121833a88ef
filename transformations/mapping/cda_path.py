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
from transformations.mapping.findings import TableError

_STEP = re.compile(
    r"(?P<tag>(?:pharm:)?\w+)(?P<tests>(?:\{[^}]*\}|\[[^\]]*\]|<[^>]*>)*)"
)
_TEST = re.compile(r"\{([^}]*)\}|\[([^\]]*)\]|<([^>]*)>")


@dataclass(frozen=True, slots=True)
class CdaStep:
    """One element of a path."""

    rule: ChildRule
    kind: CdaClass
    selecting: dict[str, str]
    fixed: dict[str, str]
    template_ids: tuple[str, ...]
    _attributes: dict[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_attributes", {**self.selecting, **self.fixed})

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
        children = parent.all_tagged(self.rule.tag)
        if not children or not (self._attributes or self.template_ids):
            return children
        return [child for child in children if self._admits(child)]

    def _admits(self, node: CdaNode) -> bool:
        attributes = node.attributes
        for key, value in self.selecting.items():
            if attributes.get(key) != value:
                return False
        for key, value in self.fixed.items():
            read = attributes.get(key, value)
            if read != value and not _is_tolerated(key, read, value):
                return False
        return not self.template_ids or self.template_ids[0] in node.templates

    def settled(self, node: CdaNode) -> list[str]:
        """Return the attributes by which the step knew the element."""
        attributes = node.attributes
        return [
            key
            for key, value in self._attributes.items()
            if key in attributes
            and key != "inversionInd"
            and (attributes[key] == value or key == XSI_TYPE)
        ]


@dataclass(frozen=True, slots=True)
class CdaPath:
    """A checked path; the empty one (written ``.``) stands for the node itself."""

    text: str
    steps: tuple[CdaStep, ...]
    kind: CdaClass

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
        first = self.steps[0].find(start)
        if not first:
            return []
        found: list[tuple[CdaNode, ...]] = [(child,) for child in first]
        for step in self.steps[1:]:
            found = [
                (*chain, child) for chain in found for child in step.find(chain[-1])
            ]
        return found


def _is_tolerated(key: str, read: str, value: str) -> bool:
    """Whether another value than the fixed one leaves the meaning as it is.

    ``inversionInd`` is written at random by others; what differs stays unbooked.
    """
    if key == XSI_TYPE:
        return is_same_type(read.rpartition(":")[2], value)
    return key == "inversionInd"


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
