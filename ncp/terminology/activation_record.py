"""Records which terminology the gateway speaks by, before it does.

Who brought a release in, or had it activated, the command records under their name.

Spec: sheet 06 §1.5 (110113 with 110131, software configuration).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from ncp.audit import (
    AdministrationAct,
    AdministrationEvent,
    Auditable,
    AuditOutcome,
)
from ncp.ports import Clock
from transformations.terminology.catalogue import Activation, Releases

WriteRecord: TypeAlias = Callable[[Auditable], None]
"""Returns when the event is durable; raises where it is not."""

_APPLICATION: Final = "ncp-gateway"


@dataclass(frozen=True, slots=True)
class ActivationRecord:
    """Writes one event each time another catalogue begins to speak."""

    write: WriteRecord
    clock: Clock
    audit_source: str
    releases: Releases

    def __call__(self, before: Activation | None, after: Activation) -> None:
        """Commit it; where it cannot be, raises StoreUnavailable: nothing changes."""
        self.write(
            AdministrationEvent(
                act=AdministrationAct.SOFTWARE,
                moment=self.clock.now(),
                outcome=AuditOutcome.SUCCESS,
                audit_source=self.audit_source,
                application=_APPLICATION,
                changed=name_of(after.release),
                description=f"{told(after)} speaks from now on",
                before=None if before is None else digest_of(self.releases, before),
                after=digest_of(self.releases, after),
            )
        )


def name_of(release: str) -> str:
    """Return what a release, or an overlay, is called in the record."""
    return f"urn:ncp:terminology:{release}"


def told(activation: Activation) -> str:
    """Name a release and what lies over it."""
    return " + ".join((activation.release, *activation.overlays))


def digest_of(releases: Releases, activation: Activation) -> str:
    """Return the SHA-256 of the files that speak, lowest first, in hex."""
    digest = hashlib.sha256()
    paths = [releases.release_path(activation.release)]
    paths += [releases.overlay_path(name) for name in activation.overlays]
    for path in paths:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
