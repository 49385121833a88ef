"""Bound terms without facts: what templates fix or demand, what is lost on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from transformations.cda.structure import CdaNode
from transformations.mapping.cda_path import CdaPath, enter
from transformations.mapping.context import Context
from transformations.mapping.fhir_path import FhirPath
from transformations.mapping.findings import Severity
from transformations.mapping.ledger import Mark, Site
from transformations.mapping.steps import WriteOnly


@dataclass(frozen=True, slots=True)
class ConstStep:
    """What the template fixes."""

    path: CdaPath
    text: str
    attributes: dict[str, str]

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
        for node in self.path.find_all(cda):
            for name, value in self.attributes.items():
                if node.attributes.get(name) == value:
                    cx.settle_attr(node, name)
        return False


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
class FillStep(WriteOnly):
    """What the template requires and nothing wrote."""

    path: CdaPath
    null_flavor: str

    def to_cda(self, _fhir: Any, cda: CdaNode, _cx: Context) -> bool:
        parent = self.path.parent(cda)
        last = self.path.steps[-1]
        if all(child.tag != last.rule.tag for child in parent.elements()):
            node = last.make()
            node.attributes["nullFlavor"] = self.null_flavor
            parent.graft(node)
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
class LinkStep(WriteOnly):
    """The entry's pointer into the narrative."""

    path: CdaPath

    def to_cda(self, _fhir: Any, cda: CdaNode, cx: Context) -> bool:
        text = enter(self.path.parent(cda), self.path.steps[-1])
        text.add("reference", value=f"#{cx.narrative.anchor}")
        return False
