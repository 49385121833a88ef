"""Plays the software of a pharmacy: it calls the national door as any would.

Spec: ``ncp.web.national_pharmacy``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ncp.demo.hospital import DoorAnswer, Hospital


class Counter(Hospital):
    """One pharmacist's session at the national door."""

    def prescriptions(self, handle: str) -> DoorAnswer:
        """List the patient's prescriptions."""
        return self.call("prescriptions/list", {"handle": handle})

    def open(
        self, handle: str, document: str, language: str | None = None
    ) -> DoorAnswer:
        """Fetch a coded prescription and what comes near it."""
        content = {"handle": handle, "document": document, "language": language}
        return self.call("prescriptions/open", content)

    def products(self, **search: str) -> DoorAnswer:
        """Search the national catalogue."""
        return self.call("products/search", search)

    def prepare(self, order: Mapping[str, Any], order_key: str) -> DoorAnswer:
        """Prepare a dispensation under a key of this software."""
        headers = {"Idempotency-Key": order_key}
        return self.call("dispensations/prepare", order, headers)

    def submit(self, dispensation: str, confirmed: Sequence[str] = ()) -> DoorAnswer:
        """Send what was prepared, with the differences that are meant."""
        content = {"dispensation": dispensation, "confirmed": list(confirmed)}
        return self.call("dispensations/submit", content)

    def discard(self, dispensation: str, reason: str) -> DoorAnswer:
        """Take a dispensation back."""
        content = {"dispensation": dispensation, "reason": reason}
        return self.call("dispensations/discard", content)

    def resume(self, dispensation: str) -> DoorAnswer:
        """Find out what became of a dispensation."""
        return self.call("dispensations/resume", {"dispensation": dispensation})

    def state(self, dispensation: str) -> DoorAnswer:
        """Look how a dispensation stands."""
        return self.call("dispensations/state", {"dispensation": dispensation})

    def dispensations(self) -> DoorAnswer:
        """List the pharmacy's dispensations."""
        return self.call("dispensations/list", {})
