"""Counts unique citizens without keeping who they are.

Spec: fact sheet 06 §4.2 (KPI 1.11 to 1.13: unique citizens per quarter).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from ncp.figures.quarter import Quarter

_KEY_BYTES: Final = 32


class UniqueCitizens:
    """Counts each citizen once in a quarter, by a pseudonym of that quarter.

    The key is drawn for the count and lives in this object only: once it is gone, no
    pseudonym leads to a citizen, nor to one of another quarter or another count.
    """

    def __init__(self, quarter: Quarter) -> None:
        self._quarter = str(quarter).encode()
        self._key = secrets.token_bytes(_KEY_BYTES)
        self._seen: defaultdict[str, set[bytes]] = defaultdict(set)

    def see(self, service: str, patients: Iterable[str]) -> None:
        """Count the citizens of these identifiers (CX form) as users of a service."""
        self._seen[service].update(map(self._pseudonym, patients))

    def number(self, service: str) -> int:
        """Return how many different citizens used a service."""
        return len(self._seen.get(service, ()))

    def _pseudonym(self, patient: str) -> bytes:
        told = self._quarter + b"\x1f" + patient.encode()
        return hmac.digest(self._key, told, hashlib.sha256)
