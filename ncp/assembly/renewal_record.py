"""Records what keys, pins and anchors the gateway adopted, or refused.

The record follows the deed: a pin that was withdrawn must go even while nothing can be
recorded. What could not be recorded waits, and is recorded before anything later is.

Spec: sheet 06 §1.5 (110113 with 110129, digest before and after).
"""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from typing import Final

from ncp.audit import AdministrationAct, AdministrationEvent, Auditable, AuditOutcome
from ncp.peers.directory_record import WriteRecord
from ncp.ports import Clock
from ncp.rotation import TrustMaterial
from ncp.store import StoreUnavailable
from ncp.telemetry import get_logger
from trust.certificates import fingerprint_of

_CHANGED: Final = "urn:ncp:trust-material"
_APPLICATION: Final = "ncp-gateway"


class RenewalRecord:
    """Writes down each set in its turn; safe to use from many threads."""

    def __init__(self, write: WriteRecord, clock: Clock, audit_source: str) -> None:
        self._write = write
        self._clock = clock
        self._audit_source = audit_source
        self._waiting: deque[Auditable] = deque()
        self._lock = threading.Lock()

    def adopted(self, before: TrustMaterial, after: TrustMaterial) -> None:
        """Record that one set replaced another."""
        sentence = f"set {after.generation} of keys, pins and anchors was adopted"
        self._add(
            AuditOutcome.SUCCESS, sentence, digest_of(before), after=digest_of(after)
        )

    def refused(self, before: TrustMaterial, sentence: str) -> None:
        """Record that a set was refused, and the one before serves on."""
        told = f"a set of keys, pins and anchors was refused: {sentence}"
        self._add(AuditOutcome.SERIOUS_FAILURE, told, digest_of(before))

    def catch_up(self) -> None:
        """Record what waits, as far as it can be."""
        with self._lock:
            while self._waiting:
                try:
                    self._write(self._waiting[0])
                except StoreUnavailable:
                    get_logger().error("rotation.unrecorded", count=len(self._waiting))
                    return
                self._waiting.popleft()

    def _add(
        self,
        outcome: AuditOutcome,
        sentence: str,
        before: str,
        *,
        after: str | None = None,
    ) -> None:
        event = AdministrationEvent(
            act=AdministrationAct.CONFIGURATION,
            moment=self._clock.now(),
            outcome=outcome,
            audit_source=self._audit_source,
            application=_APPLICATION,
            changed=_CHANGED,
            description=sentence,
            before=before,
            after=after,
        )
        with self._lock:
            self._waiting.append(event)
        self.catch_up()


def digest_of(material: TrustMaterial) -> str:
    """Return what tells one set of certificates on duty from another, in hex."""
    lines = sorted(
        f"{each.owner} {each.country} {each.purpose} {fingerprint_of(each.certificate)}"
        for each in material.holdings
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
