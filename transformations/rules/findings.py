"""What the rules say about a document: places and sentences, never a patient's values."""

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


def has_errors(findings: Iterable[RuleFinding]) -> bool:
    """Whether the document is invalid."""
    return any(finding.severity is Severity.ERROR for finding in findings)
