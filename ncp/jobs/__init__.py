"""Background work of a gateway."""

from ncp.jobs.log_keeping import HeadFolder, LogKeeper
from ncp.jobs.periodic import PeriodicJob

__all__ = ["HeadFolder", "LogKeeper", "PeriodicJob"]
