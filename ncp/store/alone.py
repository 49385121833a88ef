"""Records an event that belongs to no message."""

from __future__ import annotations

from ncp.audit import Auditable
from ncp.store.ports import RecordStore


def record_alone(store: RecordStore, event: Auditable) -> None:
    """Record it in a commit of its own; raises StoreUnavailable where it cannot."""
    with store.unit_of_work() as work:
        work.audit(event)
        work.commit()
