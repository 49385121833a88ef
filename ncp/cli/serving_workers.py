"""``ncp serve`` with several processes: a supervisor that forks whole gateways.

Everything is imported before the first fork, so that the workers share it; nothing is
opened, and no thread runs, so that a fork is safe at any moment.
"""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from ncp.assembly import assemble, places
from ncp.errors import NcpError
from ncp.settings import Settings
from ncp.shared_metrics import share_metrics
from ncp.telemetry import get_logger
from ncp.web.doors import run_handed
from ncp.web.handed import HandedDoors
from ncp.web.places import announce, bind, opened
from ncp.workers import Supervisor
from ncp.workers.channel import Fleet, WorkerEnd
from ncp.workers.cores import own_cores, stay_on

CONFIGURATION = 2


def serve_with_workers(
    settings: Settings, settings_file: Path, ready_file: Path | None
) -> None:
    """Serve until told to stop.

    Raises
    ------
    ConfigurationError
        A door cannot be opened, or a worker does not start or does not stay.
    """
    if ready_file is not None:
        ready_file.unlink(missing_ok=True)
    stated = places(settings)
    cores = _cores(settings)
    with ExitStack() as stack:
        folder = tempfile.TemporaryDirectory(prefix="ncp-metrics-")
        share_metrics(Path(stack.enter_context(folder)))
        doors = [stack.enter_context(bind(place)) for place in stated]
        gc.freeze()
        supervisor = Supervisor(
            doors,
            settings.doors.workers,
            lambda end, number: work(settings, settings_file, end, cores[number]),
            # What a worker does after its last request takes a moment too.
            stop_timeout_s=settings.doors.stop_timeout_s + 5,
        )
        pairs = list(zip(stated, doors, strict=True))
        supervisor.run(lambda: announce(ready_file, [opened(*pair) for pair in pairs]))


def _cores(settings: Settings) -> Sequence[int | None]:
    """Return the core of each worker; None for one that goes where it is put."""
    workers = settings.doors.workers
    return own_cores(workers) if settings.doors.own_cores else [None] * workers


def work(
    settings: Settings, settings_file: Path, end: WorkerEnd, core: int | None
) -> int:
    """Be one worker, from birth to end; return the exit status."""
    handed = HandedDoors(end, Fleet(0, settings.doors.workers))
    try:
        if core is not None:
            stay_on(core)
        with assemble(
            settings, settings_file=settings_file, fleet=lambda: handed.fleet
        ) as gateway:
            gc.freeze()
            gc.enable()
            run_handed(
                gateway.doors,
                gateway.metrics,
                handed,
                stop_timeout_s=settings.doors.stop_timeout_s,
                on_hang_up=gateway.rotation.hang_up,
            )
    except NcpError as error:
        get_logger().error(
            "worker.refused", sentence=error.public_message, remedy=error.remedy
        )
        return CONFIGURATION
    return 0
