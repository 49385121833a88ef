"""The steps of frames: one, one for every object of a list, or for every extension.

A frame is written on a detached element and grafted only if a fact passed inside, so
that there are no empty shells and nothing to undo in the document.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from transformations.cda.structure import CdaNode
from transformations.mapping.cda_path import CdaPath
from transformations.mapping.context import Context
from transformations.mapping.fhir_path import FhirPath
from transformations.mapping.ledger import Site
from transformations.mapping.steps import Frame, run_to_cda, run_to_fhir


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
