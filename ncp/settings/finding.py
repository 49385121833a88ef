"""A finding about the settings: how bad, where, what, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is."""

    STOP = "stop"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; ``key`` is its place in the settings."""

    severity: Severity
    key: str
    sentence: str
    remedy: str


def stop(key: str, sentence: str, remedy: str) -> Finding:
    """Build a finding with which the gateway must not work."""
    return Finding(Severity.STOP, key, sentence, remedy)


def warning(key: str, sentence: str, remedy: str) -> Finding:
    """Build a finding an operator should know."""
    return Finding(Severity.WARNING, key, sentence, remedy)
