"""Background work of a gateway."""

from ncp.jobs.periodic import PeriodicJob

__all__ = ["PeriodicJob"]
