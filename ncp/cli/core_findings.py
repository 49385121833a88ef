"""Whether each worker can have the core of its own that the settings ask for.

Spec: ADR 0018 (a core for each worker).
"""

from __future__ import annotations

from collections.abc import Iterator

from ncp.errors import ConfigurationError
from ncp.settings import Settings
from ncp.settings.finding import Finding, stop_by
from ncp.workers.cores import own_cores


def inspect_cores(settings: Settings) -> Iterator[Finding]:
    """Find that there are too few cores; the same refuses to serve."""
    if not settings.doors.own_cores:
        return
    try:
        own_cores(settings.doors.workers)
    except ConfigurationError as error:
        yield stop_by("doors.own_cores", error)
