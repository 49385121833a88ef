"""Resources that must not be written: as an entry they would say the contrary.

Spec: FHIR R4 ``entered-in-error``, MedicationStatement.status ``not-taken``,
MedicationRequest.doNotPerform, ``modifierExtension`` (§2.4.3: may not be ignored).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from transformations.cda.structure import CdaNode
from transformations.mapping import Context, Severity
from transformations.mapping.ledger import Site
from transformations.mapping.place import Place, Term, bind_all
from transformations.mapping.steps import (
    Frame,
    Step,
    WriteOnly,
    run_to_cda,
    run_to_fhir,
)


class Verdict(NamedTuple):
    """Why a resource is withheld.

    ``label`` (ours) and ``words`` (the source's) go into the narrative; without a label
    the resource is left out in silence, because it states nothing. ``severity`` is that
    of the leaves that the narrative does not tell either.
    """

    rule: str
    reason: str
    severity: Severity
    label: str = ""
    words: str = ""


Judge: TypeAlias = Callable[[Any, Context], Verdict | None]

ENTERED_IN_ERROR = Verdict(
    "entered-in-error",
    "the source marks it as entered in error: it states nothing",
    Severity.INFORMATION,
)
_UNKNOWN_MODIFIER = Verdict(
    "modifier-extension",
    "it carries a modifier extension, which may turn its meaning round",
    Severity.CRITICAL,
    "An entry with a modifier that cannot be carried was left out; ask the source",
)


@dataclass(frozen=True, slots=True, init=False)
class Withheld:
    """What the judge says must not be an entry, told in words; the first of an Alt.

    Parameters
    ----------
    judge
        Returns why the resource must not be written, or nothing.
    terms
        Tell it to people (:class:`Told` and the like); what they leave is lost.
    """

    judge: Judge
    terms: tuple[Term, ...]

    def __init__(self, judge: Judge, *terms: Term) -> None:
        object.__setattr__(self, "judge", judge)
        object.__setattr__(self, "terms", terms)

    def bind(self, place: Place) -> Step:
        """Check the terms where they stand."""
        site = place.site("what must not be written")
        return _WithheldStep(self.judge, bind_all(self.terms, place), site)


@dataclass(frozen=True, slots=True)
class _WithheldStep(WriteOnly):
    judge: Judge
    steps: Frame
    site: Site

    def to_cda(self, resource: Any, section: CdaNode, cx: Context) -> bool:
        cx.site = self.site
        verdict = self.judge(resource, cx)
        if verdict is None and resource.get("modifierExtension"):
            verdict = _UNKNOWN_MODIFIER
        if verdict is None:
            return False
        cx.find(Severity.WARNING, verdict.rule, verdict.reason)
        if not verdict.label:
            cx.lose_resource(cx.located, verdict.reason, verdict.severity)
            return True
        self._tell(verdict, resource, section, cx)
        return True

    def _tell(
        self, verdict: Verdict, resource: Any, section: CdaNode, cx: Context
    ) -> None:
        if verdict.words:
            cx.narrative.say(verdict.label, verdict.words)
        else:
            cx.narrative.say_ours("", verdict.label)
        if verdict is not _UNKNOWN_MODIFIER:
            run_to_cda(self.steps, resource, section, cx)
        cx.site = self.site
        cx.unseed(resource)
        cx.lose_rest(resource, verdict.reason, verdict.severity)


@dataclass(frozen=True, slots=True, init=False)
class Guarded:
    """Terms for resources that a named question admits; a choice of an Alt.

    On the way back the terms' own paths and templates decide.
    """

    admits: Callable[[Any], bool]
    terms: tuple[Term, ...]

    def __init__(self, admits: Callable[[Any], bool], *terms: Term) -> None:
        object.__setattr__(self, "admits", admits)
        object.__setattr__(self, "terms", terms)

    def bind(self, place: Place) -> Step:
        """Check the terms where they stand."""
        return _GuardedStep(self.admits, bind_all(self.terms, place))


@dataclass(frozen=True, slots=True)
class _GuardedStep:
    admits: Callable[[Any], bool]
    steps: Frame

    def to_cda(self, resource: Any, cda: CdaNode, cx: Context) -> bool:
        return self.admits(resource) and run_to_cda(self.steps, resource, cda, cx)

    def to_fhir(self, cda: CdaNode, resource: Any, cx: Context) -> bool:
        return run_to_fhir(self.steps, cda, resource, cx)


@dataclass(frozen=True, slots=True, init=False)
class InWords:
    """A resource that its section carries in words only."""

    terms: tuple[Term, ...]

    def __init__(self, *terms: Term) -> None:
        object.__setattr__(self, "terms", terms)

    def bind(self, place: Place) -> Step:
        """Check the terms where they stand."""
        return _InWordsStep(bind_all(self.terms, place))


@dataclass(frozen=True, slots=True)
class _InWordsStep(WriteOnly):
    steps: Frame

    def to_cda(self, resource: Any, cda: CdaNode, cx: Context) -> bool:
        if resource.get("modifierExtension"):
            sentence = _UNKNOWN_MODIFIER.reason
            cx.find(Severity.WARNING, _UNKNOWN_MODIFIER.rule, sentence)
            cx.narrative.say_ours("", _UNKNOWN_MODIFIER.label)
            cx.lose_rest(resource, sentence, Severity.CRITICAL)
        else:
            run_to_cda(self.steps, resource, cda, cx)
        cx.unseed(resource)
        return True


def withheld(judge: Judge) -> Withheld:
    """Make the term that withholds what the judge says, with its few words."""
    return Withheld(judge)


def by_status(*statuses: str) -> Judge:
    """Judge by the element ``status``: these values mean entered in error."""

    def judge(resource: Any, _cx: Context) -> Verdict | None:
        return ENTERED_IN_ERROR if resource.get("status") in statuses else None

    return judge
