"""Puts on record that for a while nothing could be recorded.

Whatever could not be recorded was not answered; this says that there was such a time.

Spec: DICOM PS3.16 CID 403 (110133 Audit Recording Stopped, 110134 Started) / sheet 06
§1.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ncp.audit import AdministrationAct, AdministrationEvent, AuditOutcome
from ncp.ports import Clock
from ncp.store import Store

_APPLICATION: Final = "ncp-gateway"
_RECORD: Final = "urn:ncp:audit-trail"
_STOPPED: Final = "from this moment on the database did not record"
_STARTED: Final = "the database records again"


@dataclass(frozen=True, slots=True)
class RecordingWatch:
    """Looks after the record of one process."""

    store: Store
    clock: Clock
    audit_source: str

    def turn(self) -> None:
        """Record a gap that is over; raises StoreUnavailable where it is not."""
        since = self.store.gap.since
        if since is None:
            return
        with self.store.unit_of_work() as work:
            work.audit(self._event(AdministrationAct.RECORDING_STOPPED, since))
            now = self.clock.now()
            work.audit(self._event(AdministrationAct.RECORDING_STARTED, now))
            work.commit()
        self.store.gap.told()

    def _event(self, act: AdministrationAct, moment: datetime) -> AdministrationEvent:
        has_stopped = act is AdministrationAct.RECORDING_STOPPED
        return AdministrationEvent(
            act=act,
            moment=moment,
            outcome=(
                AuditOutcome.SERIOUS_FAILURE if has_stopped else AuditOutcome.SUCCESS
            ),
            audit_source=self.audit_source,
            application=_APPLICATION,
            changed=_RECORD,
            description=_STOPPED if has_stopped else _STARTED,
        )
