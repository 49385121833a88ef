"""What the rules say of a document: places and sentences, never a patient's values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is: an error makes the document invalid."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """One rule that a document does not keep.

    Parameters
    ----------
    rule
        Stable id: template, path of the line, and kind; ``EH.3.7/id#missing``.
    location
        XPath with positions (elements by their usual prefixes), or a FHIR path.
    message
        What is wrong, naming elements and what is expected, without values.
    remedy
        What to do about it.
    template
        The template whose line it is; empty where no template is concerned.
    """

    rule: str
    severity: Severity
    location: str
    message: str
    remedy: str
    template: str = ""

    def to_json(self) -> dict[str, str]:
        """Return the finding as tools read it."""
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "location": self.location,
            "message": self.message,
            "remedy": self.remedy,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What the rules say of one document.

    Parameters
    ----------
    findings
        Errors first, then by place.
    """

    findings: tuple[RuleFinding, ...]

    @classmethod
    def of(cls, findings: Iterable[RuleFinding]) -> Report:
        """Put findings in order."""
        return cls(tuple(sorted(findings, key=_order)))

    @property
    def is_valid(self) -> bool:
        """Whether no rule calls it an error."""
        return not self.errors

    @property
    def errors(self) -> tuple[RuleFinding, ...]:
        """Return what makes the document invalid."""
        return tuple(one for one in self.findings if one.severity is Severity.ERROR)


_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFORMATION: 2}


def _order(finding: RuleFinding) -> tuple[int, str, str]:
    return _ORDER[finding.severity], finding.location, finding.rule
