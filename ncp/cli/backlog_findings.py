"""Finds what others have not been told yet, for ``ncp check``.

Spec: sheet 06 §2.4 (backlog and age are alarms).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from ncp.cli.store_findings import looked
from ncp.ports import Clock
from ncp.settings import Finding, Settings
from ncp.settings.finding import warning
from ncp.store import Store
from ncp.store.outbox import Backlog

_LATE: Final = timedelta(minutes=5)


def inspect_backlog(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Find letters of the outbox that are late or dead, and time stamps that are late.

    Nothing is found where there is no database yet; what is wrong with its settings is
    found elsewhere.
    """
    for backlog in looked(settings, clock, _backlogs) or ():
        key = f"outbox {backlog.destination}"
        if backlog.dead:
            yield warning(
                key,
                f"{backlog.dead} letters did not arrive and are not tried any more",
                "`ncp outbox dead` says why; `ncp outbox revive` has them tried again.",
            )
        if backlog.oldest is not None and clock.now() - backlog.oldest > _LATE:
            yield warning(
                key,
                f"{backlog.waiting} letters wait, the oldest since "
                f"{backlog.oldest:%Y-%m-%d %H:%M}Z",
                "Look whether the gateway runs, and whether the destination is up.",
            )
    yield from _late_stamps(settings, clock)


def _late_stamps(settings: Settings, clock: Clock) -> Iterator[Finding]:
    stated = settings.record.time_stamps
    if stated is None:
        return
    waits = looked(
        settings, clock, lambda store: store.time_stamps.uncovered_for(clock.now())
    )
    if waits is not None and waits > timedelta(seconds=stated.period_s) + _LATE:
        yield warning(
            "record.time_stamps",
            f"no time stamp has covered the log for {waits.total_seconds() / 3600:.1f} "
            "hours",
            "Look whether the gateway runs, and whether the authority answers; its log "
            "says `log.not_stamped` with why.",
        )


def _backlogs(store: Store) -> list[Backlog]:
    return [store.outbox.backlog(name) for name in store.outbox.destinations()]
