"""What was found out about a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from conformance.rules.kinds import MessageKind
from conformance.rules.rule import Level


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a message breaks: nothing of a patient stands in it.

    Attributes
    ----------
    where
        The path of the element, with prefixes as in the rules.
    what, remedy
        What is wrong, and what to do.
    """

    rule: str
    level: Level
    where: str
    what: str
    remedy: str
    source: str
    conflict: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        told = {
            "rule": self.rule,
            "level": self.level.value,
            "where": self.where,
            "what": self.what,
            "remedy": self.remedy,
            "source": self.source,
        }
        return {**told, "conflict": self.conflict} if self.conflict else told


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings about one message, and by how many rules it was judged."""

    kind: MessageKind
    asked: int
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that are no mere warnings."""
        return tuple(each for each in self.findings if each.level is Level.ERROR)

    @property
    def is_good(self) -> bool:
        """Whether no rule is broken; warnings may stand."""
        return not self.errors

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "kind": self.kind.value,
            "rules": self.asked,
            "good": self.is_good,
            "findings": [each.as_json() for each in self.findings],
        }
