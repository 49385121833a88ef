"""Resources that must not be written: as an entry they would say the contrary.

Spec: FHIR R4 ``entered-in-error``, MedicationStatement.status ``not-taken``,
MedicationRequest.doNotPerform, ``modifierExtension`` (§2.4.3: may not be ignored).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from transformations.cda.structure import CdaNode
from transformations.mapping import Context, Pair, Severity


class Verdict(NamedTuple):
    """Why a resource is withheld; ``words`` go into the narrative."""

    rule: str
    reason: str
    severity: Severity
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


def withheld(judge: Judge) -> Pair:
    """Make the term that withholds what the judge says; the first of an Alt."""

    def to_cda(resource: Any, _section: CdaNode, cx: Context) -> bool:
        verdict = judge(resource, cx)
        if verdict is None and resource.get("modifierExtension"):
            verdict = _UNKNOWN_MODIFIER
        if verdict is None:
            return False
        cx.find(Severity.WARNING, verdict.rule, verdict.reason)
        cx.lose_resource(cx.located, verdict.reason, verdict.severity)
        if verdict.words:
            cx.narrative.say("", verdict.words)
        return True

    return Pair("what must not be written", to_cda)


def by_status(*statuses: str) -> Judge:
    """Judge by the element ``status``: these values mean entered in error."""

    def judge(resource: Any, _cx: Context) -> Verdict | None:
        return ENTERED_IN_ERROR if resource.get("status") in statuses else None

    return judge
