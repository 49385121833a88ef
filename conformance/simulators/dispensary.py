"""What is dispensed in a simulated country A, as long as it runs.

A prescription is dispensed once. The same document sent again is the same
dispensation; who gives it back makes the prescription open again.

Spec: eHDSI XDR profile (dispensation, discard).
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Dispensed:
    """The document by which a prescription was dispensed."""

    document_id: str
    digest: bytes = field(repr=False)


class Dispensary:
    """Knows of each prescription by which document it was dispensed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._dispensed: dict[str, Dispensed] = {}

    def is_open(self, prescription: str) -> bool:
        """Whether a prescription is still to be dispensed."""
        with self._lock:
            return prescription not in self._dispensed

    def has(self, document: bytes) -> bool:
        """Whether these very bytes dispensed something."""
        digest = _digest(document)
        with self._lock:
            return any(each.digest == digest for each in self._dispensed.values())

    def dispense(self, prescription: str, document_id: str, document: bytes) -> bool:
        """Dispense a prescription; False where another document did before."""
        own = Dispensed(document_id, _digest(document))
        with self._lock:
            return self._dispensed.setdefault(prescription, own) == own

    def give_back(self, document_id: str) -> bool:
        """Make open again what a document dispensed; False where it did nothing."""
        with self._lock:
            undone = [
                prescription
                for prescription, by in self._dispensed.items()
                if by.document_id == document_id
            ]
            for prescription in undone:
                del self._dispensed[prescription]
        return bool(undone)


def _digest(document: bytes) -> bytes:
    return hashlib.sha256(document).digest()
