"""The destinations of the outbox that audit events are written for.

Spec: sheet 06 §2.4 (rows for each sink in the transaction of the record).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from ncp.settings.audit import AuditRepositorySettings, AuditSettings
from ncp.store.outbox import Destination

# A dead letter is kept for whoever finds out why, and may revive it.
_KEPT_AFTER: Final = timedelta(days=60)


def destination_of(repository: AuditRepositorySettings) -> Destination:
    """Return where the events for a repository go, and how long that is tried."""
    tried_for = timedelta(days=repository.tried_for_days)
    return Destination(repository.destination, tried_for, tried_for + _KEPT_AFTER)


def destinations(settings: AuditSettings) -> tuple[Destination, ...]:
    """Return the destinations of every audit event."""
    return tuple(destination_of(each) for each in settings.repositories)
