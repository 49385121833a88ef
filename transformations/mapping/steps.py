"""Bound terms: what runs. Immutable and shared between threads.

A frame is written on a detached element and grafted only if a fact passed inside, so
that there are no empty shells and nothing to undo in the document.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, TypeAlias

from transformations.cda.structure import CdaNode
from transformations.mapping.absence import (
    SAYS_NOTHING,
    absent_flavor,
    write_absent_element,
    write_absent_reason,
)
from transformations.mapping.cda_path import CdaPath
from transformations.mapping.codec import Codec
from transformations.mapping.context import Context
from transformations.mapping.fhir_path import FhirPath
from transformations.mapping.ledger import Key, Site

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
class RowStep:
    """One fact: a FHIR element, a CDA element, a codec."""

    source: FhirPath
    path: CdaPath
    codec: Codec
    site: Site
    say: str
    absent: str
    once: bool
    _key: str = field(init=False, repr=False)
    _companion: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_key", str(self.source.key))
        object.__setattr__(self, "_companion", f"_{self.source.key}")

    def to_cda(self, fhir: Any, cda: CdaNode, cx: Context) -> bool:
        holder = self.source.container(fhir)
        cx.site = self.site
        if holder is None:
            return self._write_absent(cda)
        key = self.source.key
        if not self.source.repeats:
            return self._write(holder, key, cda, cx) or self._write_absent(cda)
        items = holder.get(key)
        if not isinstance(items, list) or not items:
            return self._write_absent(cda)
        passed = False
        for index in range(len(items)):
            if self._write(items, index, cda, cx):
                passed = True
        return passed or self._write_absent(cda)

    def _write(self, holder: Any, key: Any, cda: CdaNode, cx: Context) -> bool:
        is_object = type(holder) is dict
        value = holder.get(key) if is_object else holder[key]
        if value is None and is_object and self._companion not in holder:
            return False
        node = self._leaf()
        if value is None or not self.codec.to_cda(holder, key, node, cx):
            flavor = absent_flavor(holder, key, cx)
            if not flavor:
                return False
            # What the codec had begun goes; what the path fixes stays.
            node = self._leaf()
            node.attributes["nullFlavor"] = flavor
        elif self.say:
            self._say(node, cx)
        self._graft(node, holder, key, cda, cx)
        return True

    def _leaf(self) -> CdaNode:
        step = self.path.steps[-1]
        node = step.make()
        if step.rule.needs_type and step.kind.name == step.rule.kind:
            node.set_type(self.codec.cda)
        return node

    def _say(self, node: CdaNode, cx: Context) -> None:
        phrase = self.codec.phrase(node)
        if phrase:
            say = cx.narrative.say_ours if self.codec.is_ours else cx.narrative.say
            self.codec.link(node, say(self.say, phrase))

    def _graft(
        self, node: CdaNode, holder: Any, key: Key, cda: CdaNode, cx: Context
    ) -> None:
        parent = self.path.parent(cda)
        rule = self.path.steps[-1].rule
        if self.once and parent.tagged(rule.tag) is not None:
            cx.supersede(holder, key, "CDA has room for one only")
            return
        parent.graft(node)

    def _write_absent(self, cda: CdaNode) -> bool:
        if self.absent:
            parent = self.path.parent(cda)
            last = self.path.steps[-1]
            if parent.tagged(last.rule.tag) is None:
                node = self._leaf()
                node.attributes["nullFlavor"] = self.absent
                parent.graft(node)
        return False

    def to_fhir(self, cda: CdaNode, fhir: Any, cx: Context) -> bool:
        passed = False
        for chain in self.path.find_chains(cda):
            cx.site = self.site
            slot: dict[str, Any] = {}
            if not self._read(chain[-1], slot, cx) or not slot:
                continue
            if self.path.is_known_by:
                cx.book_chain(chain, self.path.steps)
            self._put(slot, fhir)
            passed = True
            if not self.source.repeats:
                break
        return passed

    def _read(self, node: CdaNode, slot: dict[str, Any], cx: Context) -> bool:
        """Read the value, or why it is absent; a flavor of the template is no fact."""
        key = self._key
        if self.codec.to_fhir(node, slot, key, cx):
            return True
        flavor = node.attributes.get("nullFlavor")
        if flavor is None:
            return False
        if flavor == self.absent or flavor in SAYS_NOTHING:
            cx.derive(node, "@nullFlavor")
            return False
        if self.source.kind[0].islower() and not self.source.repeats:
            return write_absent_reason(node, slot, key, cx)
        return write_absent_element(node, slot, key, cx)

    def _put(self, slot: dict[str, Any], fhir: Any) -> None:
        source = self.source
        holder = source.make_container(fhir) if source.steps else fhir
        if source.repeats:
            holder.setdefault(self._key, []).append(slot[self._key])
        else:
            holder.update(slot)


@dataclass(frozen=True, slots=True)
class GroupStep:
    """A frame on the present FHIR object."""

    path: CdaPath
    steps: Frame
    always: bool

    def to_cda(self, fhir: Any, cda: CdaNode, cx: Context) -> bool:
        if not self.path.steps:
            return run_to_cda(self.steps, fhir, cda, cx)
        return write_frame(self.path, self.steps, fhir, cda, cx, always=self.always)

    def to_fhir(self, cda: CdaNode, fhir: Any, cx: Context) -> bool:
        if not self.path.steps:
            return run_to_fhir(self.steps, cda, fhir, cx)
        for chain in self.path.find_chains(cda):
            if read_frame(chain, self.path, self.steps, fhir, cx):
                return True
        return False


def write_frame(
    path: CdaPath,
    steps: Frame,
    fhir: Any,
    cda: CdaNode,
    cx: Context,
    *,
    always: bool = False,
) -> bool:
    """Write a frame detached and graft it if a fact passed, or always."""
    last = path.steps[-1]
    if not last.rule.repeats and len(path.steps) == 1:
        existing = cda.tagged(last.rule.tag)
        if existing is not None:
            return run_to_cda(steps, fhir, existing, cx)
    node = last.make()
    passed = run_to_cda(steps, fhir, node, cx)
    if passed or always:
        path.parent(cda).graft(node)
    return passed


def read_frame(
    chain: tuple[CdaNode, ...],
    path: CdaPath,
    steps: Frame,
    fhir: Any,
    cx: Context,
) -> bool:
    """Read inside a frame; where no fact passed, nothing of it was read."""
    before = cx.savepoint()
    if not run_to_fhir(steps, chain[-1], fhir, cx):
        cx.rollback(before)
        return False
    if path.is_known_by:
        cx.book_chain(chain, path.steps)
    return True


@dataclass(frozen=True, slots=True)
class EachStep:
    """A frame for every object of a list."""

    source: FhirPath
    path: CdaPath
    steps: Frame

    def to_cda(self, fhir: Any, cda: CdaNode, cx: Context) -> bool:
        holder = self.source.container(fhir)
        found = None if holder is None else holder.get(self.source.key)
        passed = False
        for item in found if isinstance(found, list) else [found]:
            if isinstance(item, dict) and self._write(item, cda, cx):
                passed = True
        return passed

    def _write(self, item: Any, cda: CdaNode, cx: Context) -> bool:
        if not self.path.steps:
            return run_to_cda(self.steps, item, cda, cx)
        return write_frame(self.path, self.steps, item, cda, cx)

    def to_fhir(self, cda: CdaNode, fhir: Any, cx: Context) -> bool:
        passed = False
        for chain in self.path.find_chains(cda):
            item: dict[str, Any] = {}
            if not self._read(chain, cda, item, cx):
                continue
            passed = True
            holder = self.source.make_container(fhir)
            if self.source.repeats:
                holder.setdefault(self.source.key, []).append(item)
            else:
                holder[self.source.key] = item
        return passed

    def _read(
        self, chain: tuple[CdaNode, ...], cda: CdaNode, item: Any, cx: Context
    ) -> bool:
        if not chain:
            return run_to_fhir(self.steps, cda, item, cx)
        return read_frame(chain, self.path, self.steps, item, cx)


@dataclass(frozen=True, slots=True)
class EachExtStep:
    """A frame for every extension of one url."""

    url: str
    path: CdaPath
    steps: Frame
    site: Site

    def to_cda(self, fhir: Any, cda: CdaNode, cx: Context) -> bool:
        passed = False
        for extension in fhir.get("extension") or ():
            if extension.get("url") != self.url:
                continue
            if self._write(extension, cda, cx):
                passed = True
        return passed

    def _write(self, extension: Any, cda: CdaNode, cx: Context) -> bool:
        if not self.path.steps:
            passed = run_to_cda(self.steps, extension, cda, cx)
        else:
            passed = write_frame(self.path, self.steps, extension, cda, cx)
        if passed:
            cx.site = self.site
            cx.derive(extension, "url")
        return passed

    def to_fhir(self, cda: CdaNode, fhir: Any, cx: Context) -> bool:
        passed = False
        for chain in self.path.find_chains(cda):
            extension: dict[str, Any] = {"url": self.url}
            node = chain[-1] if chain else cda
            if run_to_fhir(self.steps, node, extension, cx):
                cx.book_chain(chain, self.path.steps)
                fhir.setdefault("extension", []).append(extension)
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
