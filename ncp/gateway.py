"""A gateway that is put together: its start, its background work, its stop.

Spec: DICOM PS3.15 A.5.3.1 (application activity).
"""

from __future__ import annotations

import getpass
import os
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Self

from ncp.audit import Activity, ApplicationActivity, AuditOutcome
from ncp.jobs import PeriodicJob
from ncp.ports import Clock
from ncp.rotation import Rotation
from ncp.settings.model import Settings
from ncp.store import Store, record_alone
from ncp.telemetry import Metrics
from ncp.web.doors import Door

APPLICATION = "ncp-gateway"
PURGE_PERIOD = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway ready to open its doors; close it when they are shut.

    Entering it records the start, leaving it the stop (DICOM application activity).
    """

    settings: Settings
    doors: tuple[Door, ...]
    metrics: Metrics
    store: Store
    rotation: Rotation
    _clock: Clock
    _resources: ExitStack
    _jobs: tuple[PeriodicJob, ...]

    def __enter__(self) -> Self:
        self._record(Activity.START, AuditOutcome.SUCCESS)
        purge = PeriodicJob("purge", PURGE_PERIOD, self._purge)
        # What is recorded last, the stop, is still taken up at the end.
        for job in self._jobs:
            self._resources.callback(job.finish)
        for job in (purge, *self._jobs):
            job.start()
            self._resources.callback(job.stop)
        self.rotation.start()
        self._resources.callback(self.rotation.stop)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._resources:
            self._record(
                Activity.STOP,
                AuditOutcome.SERIOUS_FAILURE if kind else AuditOutcome.SUCCESS,
            )

    def _purge(self) -> None:
        """Delete the personal data whose time is over, where it is our turn."""
        if self.store.takes_turn("purge", PURGE_PERIOD / 2):
            self.store.purge(self._clock.now())

    def _record(self, activity: Activity, outcome: AuditOutcome) -> None:
        event = ApplicationActivity(
            moment=self._clock.now(),
            audit_source=self.settings.gateway.audit_source,
            activity=activity,
            application=APPLICATION,
            process=str(os.getpid()),
            launcher=getpass.getuser(),
            outcome=outcome,
        )
        record_alone(self.store, event)
