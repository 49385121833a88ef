"""What has the heads of the log stamped, and judges the stamps.

Spec: ``ncp.jobs.time_stamping``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Final

from ncp.assembly.shared import Shared
from ncp.evidence.head_stamps import JudgeStamp
from ncp.jobs import HeadFolder, PeriodicJob
from ncp.jobs.time_stamping import StampAuthority, TimeStamper
from ncp.peers.time_stamp_line import HttpTimeStampLine
from ncp.peers.trust import path_validator
from ncp.settings.key_pairs import load_certificates
from ncp.settings.time_stamps import TimeStampSettings
from trust.timestamps import judge_time_stamp

# What failed is tried again after this long; what is due is another question.
_RETRY: Final = timedelta(minutes=1)


def time_stamping(shared: Shared) -> Iterator[PeriodicJob]:
    """Build the job, where the settings name an authority."""
    record = shared.settings.record
    stated = record.time_stamps
    if stated is None:
        return
    period = timedelta(seconds=stated.period_s)
    stamper = TimeStamper(
        shared.store.time_stamps,
        StampAuthority(HttpTimeStampLine(stated), stamp_judge(stated), stated.policy),
        period,
        shared.store.takes_turn,
        shared.clock,
        shared.ids,
        shared.metrics,
        None if record.heads_folder is None else HeadFolder(record.heads_folder),
    )
    yield PeriodicJob("time-stamps", min(period, _RETRY), stamper.turn, stamper.finish)


def stamp_judge(settings: TimeStampSettings) -> JudgeStamp:
    """Build what judges stamps by the authorities of the settings.

    Raises
    ------
    ConfigurationError
        A certificate cannot be read.
    """
    authorities = [
        each
        for path in settings.authorities
        for each in load_certificates(path, "record.time_stamps.authorities")
    ]
    return partial(
        judge_time_stamp, authorities=authorities, validator=path_validator()
    )
