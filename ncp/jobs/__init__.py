"""Background work of a gateway."""

from ncp.jobs.courier import BackOff, Carrier, Courier
from ncp.jobs.log_keeping import HeadFolder, LogKeeper
from ncp.jobs.periodic import PeriodicJob
from ncp.jobs.recording_watch import RecordingWatch

__all__ = [
    "BackOff",
    "Carrier",
    "Courier",
    "HeadFolder",
    "LogKeeper",
    "PeriodicJob",
    "RecordingWatch",
]
