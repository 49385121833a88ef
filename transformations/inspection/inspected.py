"""What looking into a document tells: that it may be shown, and what was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from transformations.inspection.media_types import Kind, MediaType
from transformations.inspection.policy import Danger, Handling, InspectionPolicy
from transformations.inspection.refusal import OriginalRefused

_WORDS = {
    Danger.SCRIPT: "a script",
    Danger.ACTION: "an action that opens, sends or fetches something",
    Danger.LINK: "a link into the web",
    Danger.EMBEDDED_FILE: "an embedded file",
    Danger.MULTIMEDIA: "multimedia",
    Danger.EXTERNAL_CONTENT: "content that lies elsewhere",
    Danger.XFA_FORM: "a dynamic form (XFA)",
    Danger.ENCRYPTION: "encryption",
    Danger.TRAILING_DATA: "data behind its end",
    Danger.DAMAGE: "parts that cannot be read",
}
_DONE = {
    Handling.ACCEPT: "it was left in",
    Handling.STRIP: "it was taken out for showing",
}


@dataclass(frozen=True, slots=True)
class Remark:
    """What was found in a document, and what was done about it; never a value.

    Parameters
    ----------
    rule
        A stable name such as ``document-holds-script``.
    """

    rule: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Inspected:
    """A document that may be shown.

    Attributes
    ----------
    content
        As it was sent, unless ``is_stripped``.
    findings
        What was found in it, and what was done about it.
    """

    media_type: MediaType
    content: bytes = field(repr=False)
    is_stripped: bool = False
    findings: tuple[Remark, ...] = ()


Inspector: TypeAlias = Callable[[bytes, MediaType | None, Kind], Inspected]
"""Looks into a document of a type, under a policy; raises OriginalRefused."""


def findings_of(dangers: set[Danger], policy: InspectionPolicy) -> tuple[Remark, ...]:
    """Tell what was found; raise where the policy refuses one of it."""
    refused = sorted(each for each in dangers if policy.of(each) is Handling.REFUSE)
    if refused:
        told = ", ".join(_WORDS[each] for each in refused)
        raise OriginalRefused(
            f"document-holds-{refused[0].value}", f"the document holds {told}"
        )
    return tuple(
        Remark(
            f"document-holds-{danger.value}",
            f"the document holds {_WORDS[danger]}; {_DONE[policy.of(danger)]}",
        )
        for danger in sorted(dangers)
    )
