"""A core for each worker, on which it stays.

Threads of one CPython process run one at a time; where they wander over several
cores, whatever they touch goes from cache to cache each time. A process that is bound
to a core does the same with less.

Spec: sched_setaffinity(2): what binds a thread binds those that it starts afterwards.
"""

from __future__ import annotations

import os

from ncp.errors import ConfigurationError
from ncp.telemetry import get_logger


def own_cores(workers: int) -> tuple[int, ...]:
    """Return a core for each worker, the lowest numbers that this process may use.

    Raises
    ------
    ConfigurationError
        There are fewer, or this system does not bind processes.
    """
    usable = _usable()
    if len(usable) < workers:
        raise ConfigurationError(
            f"each of {workers} workers is to have a core of its own, but this process "
            f"may use {len(usable)}",
            f"set doors.workers to {len(usable)} at most, give the process more cores, "
            "or remove doors.own_cores",
        )
    return tuple(usable[:workers])


def stay_on(core: int) -> None:
    """Bind this process to a core; call it before a second thread is started.

    Raises
    ------
    ConfigurationError
        The core may not be used any more.
    """
    try:
        os.sched_setaffinity(0, {core})
    except OSError as error:
        raise ConfigurationError(
            f"this process may not use core {core} any more: {error.strerror}",
            "start the gateway again: it takes the cores that it then may use",
        ) from error
    get_logger().info("core.bound", pid=os.getpid(), core=core)


def _usable() -> list[int]:
    if not hasattr(os, "sched_setaffinity"):
        raise ConfigurationError(
            "doors.own_cores is set, but this system binds no process to a core",
            "remove doors.own_cores, or use Linux",
        )
    return sorted(os.sched_getaffinity(0))
