"""What a translation has to say about its source."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding or a loss matters to the person who reads the document."""

    INFORMATION = "information"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement about the source; it names a place and never a value.

    Parameters
    ----------
    rule
        A stable name such as ``patient-birth-date-missing``.
    where
        The place in the source, as a path.
    sentence
        What was found and what was done about it.
    """

    severity: Severity
    rule: str
    where: str
    sentence: str
