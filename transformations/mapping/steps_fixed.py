"""Bound terms without facts: what templates fix or demand, what is lost on purpose."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from html import escape
from typing import Any

from transformations.cda.structure import CdaNode
from transformations.findings import Severity
from transformations.mapping.cda_path import CdaPath, enter
from transformations.mapping.context import Context
from transformations.mapping.fhir_path import FhirPath
from transformations.mapping.ledger import Mark, Site
from transformations.mapping.steps import Frame, ReadOnly, WriteOnly, run_to_cda

FIXED = Site("what the template fixes", "")
# How a code is called, beside what it is.
_NAMES = frozenset({"displayName", "codeSystemName", "codeSystemVersion"})


@dataclass(frozen=True, slots=True)
class ConstStep:
    """What the template fixes."""

    path: CdaPath
    text: str
    attributes: dict[str, str]
    _names: frozenset[str] = field(init=False, repr=False)
    _says: tuple[tuple[str, str], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Its display may be in any language.
        says = {name: self.attributes[name] for name in self.attributes.keys() - _NAMES}
        object.__setattr__(self, "_says", tuple(says.items()))
        object.__setattr__(self, "_names", _NAMES.union(self.attributes))

    def to_cda(self, _fhir: Any, cda: CdaNode, _cx: Context) -> bool:
        if not self.path.steps:
            cda.attributes.update(self.attributes)
            return False
        node = self.path.steps[-1].make()
        node.attributes.update(self.attributes)
        if self.text:
            node.children.append(self.text)
        self.path.parent(cda).graft(node)
        return False

    def to_fhir(self, cda: CdaNode, _fhir: Any, cx: Context) -> bool:
        """Book what is as the template fixes it; anything else stays visible."""
        cx.site = FIXED
        for chain in self.path.find_chains(cda):
            node = chain[-1] if chain else cda
            if not self._is_same(node.attributes):
                continue
            for name in self._names.intersection(node.attributes):
                cx.settle_attr(node, name)
            if self.text:
                cx.settle(node, "text()")
        return False

    def _is_same(self, attributes: dict[str, str]) -> bool:
        """Whether an element says what is fixed."""
        for name, value in self._says:  # noqa: SIM110 - run for every fixed element
            if attributes.get(name) != value:
                return False
        return True


@dataclass(frozen=True, slots=True)
class IgnoreStep(WriteOnly):
    """A loss on purpose."""

    source: FhirPath
    site: Site
    mark: Mark

    def to_cda(self, fhir: Any, _cda: CdaNode, cx: Context) -> bool:
        holder = self.source.container(fhir)
        if holder is not None and self.source.key is not None:
            cx.site = self.site
            cx.lose(holder, self.source.key, self.mark.reason, self.mark.severity)
        return False


@dataclass(frozen=True, slots=True)
class IgnoreExtStep(WriteOnly):
    """A loss on purpose of the extensions of one url."""

    url: str
    site: Site
    why: str
    severity: Severity

    def to_cda(self, fhir: Any, _cda: CdaNode, cx: Context) -> bool:
        cx.site = self.site
        extensions = fhir.get("extension") or ()
        for index, extension in enumerate(extensions):
            if extension.get("url") == self.url:
                cx.lose(extensions, index, self.why, self.severity)
        return False


@dataclass(frozen=True, slots=True)
class IgnoreCdaStep(ReadOnly):
    """A loss on purpose of what only CDA says."""

    path: CdaPath
    site: Site
    why: str
    severity: Severity

    def to_fhir(self, cda: CdaNode, _fhir: Any, cx: Context) -> bool:
        cx.site = self.site
        for node in self.path.find_all(cda):
            cx.lose(node, ".", self.why, self.severity)
        return False


@dataclass(frozen=True, slots=True)
class FillStep:
    """What the template requires and nothing wrote."""

    path: CdaPath
    null_flavor: str

    def to_cda(self, _fhir: Any, cda: CdaNode, _cx: Context) -> bool:
        parent = self.path.parent(cda)
        last = self.path.steps[-1]
        if parent.tagged(last.rule.tag) is None:
            node = last.make()
            node.attributes["nullFlavor"] = self.null_flavor
            parent.graft(node)
        return False

    def to_fhir(self, cda: CdaNode, _fhir: Any, cx: Context) -> bool:
        """Book the flavor that fills the place, where nothing else did."""
        cx.site = FIXED
        for node in self.path.find_all(cda):
            if node.attributes.get("nullFlavor") == self.null_flavor:
                cx.settle(node, "@nullFlavor")
        return False


@dataclass(frozen=True, slots=True)
class ForthStep(WriteOnly):
    """Terms of the way to CDA alone."""

    steps: Frame

    def to_cda(self, fhir: Any, cda: CdaNode, cx: Context) -> bool:
        return run_to_cda(self.steps, fhir, cda, cx)


@dataclass(frozen=True, slots=True)
class OtherwiseStep(ReadOnly):
    """What FHIR demands, where nothing was read for it."""

    source: FhirPath
    key: str
    value: Any
    unless: tuple[str, ...]

    def to_fhir(self, _cda: CdaNode, fhir: Any, _cx: Context) -> bool:
        name = str(self.source.key)
        others = {one for other in self.unless for one in (other, f"_{other}")}
        if not {name, f"_{name}", *others} & fhir.keys():
            self.source.make_container(fhir)[self.key] = copy.deepcopy(self.value)
        return False


@dataclass(frozen=True, slots=True)
class DemandStep(WriteOnly):
    """A finding where the source lacks what the rules make mandatory."""

    source: FhirPath
    site: Site
    rule: str
    sentence: str
    severity: Severity

    def to_cda(self, fhir: Any, _cda: CdaNode, cx: Context) -> bool:
        holder = self.source.container(fhir)
        if holder is None or not holder.get(self.source.key):
            cx.site = self.site
            cx.find(self.severity, self.rule, self.sentence)
        return False


@dataclass(frozen=True, slots=True)
class LinkStep:
    """The entry's pointer into the narrative."""

    path: CdaPath
    site: Site

    def to_cda(self, _fhir: Any, cda: CdaNode, cx: Context) -> bool:
        text = enter(self.path.parent(cda), self.path.steps[-1])
        text.add("reference", value=f"#{cx.narrative.anchor}")
        return False

    def to_fhir(self, cda: CdaNode, fhir: Any, cx: Context) -> bool:
        """Book the pointer: the narrative is carried whole. Words become the text."""
        cx.site = self.site
        for node in self.path.find_all(cda):
            for pointer in node.elements("reference"):
                cx.settle(pointer, "@value")
            words = cx.text(node)
            if words is not None:
                add_words(fhir, words)
        return False


def add_words(resource: Any, words: str) -> None:
    """Add words that stand at an entry itself to the text of its resource."""
    line = f"<p>{escape(' '.join(words.split()))}</p>"
    before = resource.get("text", {}).get("div", f"{_DIV}</div>")
    div = before.removesuffix("</div>") + line + "</div>"
    resource["text"] = {"status": "additional", "div": div}


_DIV = '<div xmlns="http://www.w3.org/1999/xhtml">'
