"""Whoever vouches for an authority only for a time: asked at each judgement.

Spec: ETSI TS 119 612 §5.3.15, §5.5.4 (a list and a status hold for a time).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Vouched:
    """An authority is vouched for, in these words, until then (excluded)."""

    sentence: str
    until: datetime


class Voucher(Protocol):
    """Says whether an authority is vouched for at a moment."""

    def vouch(self, moment: datetime) -> Vouched:
        """Return how it is vouched for; raises TrustRefused where it is not."""
        ...
