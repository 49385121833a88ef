"""A finding about the settings: how bad, where, what, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ncp.errors import NcpError


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


def stop_by(key: str, error: NcpError) -> Finding:
    """Build the finding that an error tells of: its sentence and its remedy."""
    return stop(key, error.public_message.rstrip("."), error.remedy)


def warning(key: str, sentence: str, remedy: str) -> Finding:
    """Build a finding an operator should know."""
    return Finding(Severity.WARNING, key, sentence, remedy)
