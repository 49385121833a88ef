"""Bound terms: what runs. Immutable and shared between threads.

What a step is, how the steps of a frame are run, and the steps of other steps and of
named functions. One fact is carried in :mod:`~transformations.mapping.steps_row`, a
frame in :mod:`~transformations.mapping.steps_framed`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeAlias

from transformations.cda.structure import CdaNode
from transformations.mapping.cda_path import CdaPath
from transformations.mapping.context import Context
from transformations.mapping.ledger import Site

ToCda: TypeAlias = Callable[[Any, CdaNode, Context], bool]
ToFhir: TypeAlias = Callable[[CdaNode, Any, Context], bool]


class Step(Protocol):
    """A bound term: two directions on the same pair of cursors."""

    def to_cda(self, fhir: Any, cda: CdaNode, cx: Context, /) -> bool:
        """Carry from FHIR to CDA; whether a fact passed."""
        ...

    def to_fhir(self, cda: CdaNode, fhir: Any, cx: Context, /) -> bool:
        """Carry from CDA to FHIR; whether a fact passed."""
        ...


class EntryRefused(Exception):  # noqa: N818 - a verdict on one resource
    """A resource must not be carried; raised by a step, caught by its Follow."""


class WriteOnly:
    """Base of steps that say nothing about the way back."""

    __slots__ = ()

    def to_fhir(self, _cda: CdaNode, _fhir: Any, _cx: Context, /) -> bool:
        """Carry nothing."""
        return False


class ReadOnly:
    """Base of steps that say nothing about the way to CDA."""

    __slots__ = ()

    def to_cda(self, _fhir: Any, _cda: CdaNode, _cx: Context, /) -> bool:
        """Carry nothing."""
        return False


class Frame(NamedTuple):
    """The steps of one frame by direction: what does nothing there is not run.

    Each that reads waits for a tag in ``awaited``, and is not asked of an element
    without such a child; ``None`` is for steps that look for themselves.
    """

    writing: tuple[Step, ...]
    reading: tuple[Step, ...]
    awaited: tuple[tuple[str | None, ToFhir], ...]


def frame_of(steps: Sequence[Step]) -> Frame:
    """Sort the steps of a frame by the directions in which they do something."""
    reading = tuple(step for step in steps if not isinstance(step, WriteOnly))
    return Frame(
        tuple(step for step in steps if not isinstance(step, ReadOnly)),
        reading,
        tuple((awaited_by(step), step.to_fhir) for step in reading),
    )


def awaited_by(step: Step) -> str | None:
    """Return the tag of the child without which a step reads nothing."""
    if isinstance(step, AltStep):
        tags = {tag for tag, _ in step.steps.awaited}
        return tags.pop() if len(tags) == 1 else None
    path = getattr(step, "path", None)
    return path.steps[0].rule.tag if isinstance(path, CdaPath) and path.steps else None


def run_to_cda(frame: Frame, fhir: Any, cda: CdaNode, cx: Context) -> bool:
    """Run all steps of a frame; whether any fact passed."""
    passed = False
    for step in frame.writing:
        if step.to_cda(fhir, cda, cx):
            passed = True
    return passed


def run_to_fhir(frame: Frame, cda: CdaNode, fhir: Any, cx: Context) -> bool:
    """Run all steps of a frame the other way; whether any fact passed."""
    passed = False
    there = cda.by_tag()
    for tag, read in frame.awaited:
        if (tag is None or tag in there) and read(cda, fhir, cx):
            passed = True
    return passed


@dataclass(frozen=True, slots=True)
class AltStep:
    """The first alternative through which a fact passes."""

    steps: Frame

    def to_cda(self, fhir: Any, cda: CdaNode, cx: Context) -> bool:
        before = cx.savepoint()
        children, attributes = cda.children.copy(), cda.attributes.copy()
        for step in self.steps.writing:
            if step.to_cda(fhir, cda, cx):
                return True
            cx.rollback(before)
            if len(cda.children) != len(children):
                cda.children = list(children)
            if cda.attributes != attributes:
                cda.attributes = dict(attributes)
        return False

    def to_fhir(self, cda: CdaNode, fhir: Any, cx: Context) -> bool:
        there = cda.by_tag()
        for tag, read in self.steps.awaited:
            if tag is None or tag in there:
                before = cx.savepoint()
                if read(cda, fhir, cx):
                    return True
                cx.rollback(before)
        return False


@dataclass(frozen=True, slots=True)
class WritingStep(WriteOnly):
    """A named function of the way to CDA."""

    site: Site
    write: ToCda

    def to_cda(self, fhir: Any, cda: CdaNode, cx: Context) -> bool:
        cx.site = self.site
        return self.write(fhir, cda, cx)


@dataclass(frozen=True, slots=True)
class ReadingStep(ReadOnly):
    """A named function of the way back."""

    site: Site
    read: ToFhir

    def to_fhir(self, cda: CdaNode, fhir: Any, cx: Context) -> bool:
        cx.site = self.site
        return self.read(cda, fhir, cx)


@dataclass(frozen=True, slots=True)
class PairStep:
    """Two named functions."""

    site: Site
    write: ToCda
    read: ToFhir

    def to_cda(self, fhir: Any, cda: CdaNode, cx: Context) -> bool:
        cx.site = self.site
        return self.write(fhir, cda, cx)

    def to_fhir(self, cda: CdaNode, fhir: Any, cx: Context) -> bool:
        cx.site = self.site
        return self.read(cda, fhir, cx)
