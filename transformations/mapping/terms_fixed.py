"""The words of a mapping table for what is no fact: fixed, demanded, lost on purpose.

Their steps are in :mod:`transformations.mapping.steps_fixed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from transformations.findings import Severity
from transformations.mapping.place import Place, Term, bind_all
from transformations.mapping.steps import Step
from transformations.mapping.steps_fixed import (
    ConstStep,
    DemandStep,
    FillStep,
    ForthStep,
    IgnoreCdaStep,
    IgnoreExtStep,
    IgnoreStep,
    LinkStep,
    OtherwiseStep,
)


@dataclass(frozen=True, slots=True, init=False)
class Const:
    """What the template fixes: an element with attributes and text. It is no fact.

    ``Const("statusCode", code="completed")``; ``Const("title", "Allergies")``.
    """

    cda: str
    text: str
    attributes: Mapping[str, str]

    def __init__(self, cda: str, text: str = "", /, **attributes: str) -> None:
        object.__setattr__(self, "cda", cda)
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "attributes", attributes)

    def bind(self, place: Place) -> Step:
        return ConstStep(place.cda_path(self.cda), self.text, dict(self.attributes))


@dataclass(frozen=True, slots=True, init=False)
class Forth:
    """Terms of the way to CDA alone: another term reads it, or nothing may."""

    terms: tuple[Term, ...]

    def __init__(self, *terms: Term) -> None:
        object.__setattr__(self, "terms", terms)

    def bind(self, place: Place) -> Step:
        return ForthStep(bind_all(self.terms, place))


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What FHIR demands of a resource, where its CDA does not say it; way back only.

    ``Otherwise("status", "unknown")``, or why it is absent:
    ``Otherwise("performedDateTime", data_absent("unknown"))``. It is no fact, and
    stands after the terms that may say it; ``unless`` names other elements of the same
    choice.
    """

    fhir: str
    value: Any
    unless: tuple[str, ...] = ()

    def bind(self, place: Place) -> Step:
        for name in self.unless:
            place.fhir_path(name)
        source = place.fhir_path(self.fhir)
        is_absent = isinstance(self.value, dict) and source.kind[0].islower()
        key = f"_{source.key}" if is_absent else str(source.key)
        return OtherwiseStep(source, key, self.value, self.unless)


@dataclass(frozen=True, slots=True)
class Ignore:
    """A leaf or a subtree that is lost on purpose, with the reason a reader accepts."""

    path: str
    why: str
    severity: Severity = Severity.INFORMATION

    def bind(self, place: Place) -> Step:
        site = place.site(self.path)
        source = place.fhir_path(self.path)
        return IgnoreStep(source, site, site.lost(self.why, self.severity))


@dataclass(frozen=True, slots=True)
class IgnoreExt:
    """The extensions of one url, lost on purpose."""

    url: str
    why: str
    severity: Severity = Severity.INFORMATION

    def bind(self, place: Place) -> Step:
        site = place.site(f"extension {self.url}")
        return IgnoreExtStep(self.url, site, self.why, self.severity)


@dataclass(frozen=True, slots=True)
class IgnoreCda:
    """An element of CDA, and all below it, that FHIR has no place for."""

    path: str
    why: str
    severity: Severity = Severity.INFORMATION

    def bind(self, place: Place) -> Step:
        path = place.cda_path(self.path)
        site = place.site(self.path, path)
        return IgnoreCdaStep(path, site, self.why, self.severity)


@dataclass(frozen=True, slots=True)
class Demand:
    """What the rules make mandatory: a source without it gets a finding."""

    path: str
    rule: str
    sentence: str
    severity: Severity = Severity.CRITICAL

    def bind(self, place: Place) -> Step:
        source = place.fhir_path(self.path)
        site = place.site(self.path)
        return DemandStep(source, site, self.rule, self.sentence, self.severity)


@dataclass(frozen=True, slots=True)
class Link:
    """The entry's ``text`` points at its line in the narrative; it is no fact."""

    cda: str = "text"

    def bind(self, place: Place) -> Step:
        path = place.cda_path(self.cda)
        return LinkStep(path, place.site(self.cda, path))


@dataclass(frozen=True, slots=True)
class Fill:
    """An element the template requires: ``nullFlavor`` where nothing was written."""

    cda: str
    null_flavor: str

    def bind(self, place: Place) -> Step:
        return FillStep(place.cda_path(self.cda), self.null_flavor)
