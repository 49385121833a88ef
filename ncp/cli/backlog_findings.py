"""Finds what others have not been told yet, for ``ncp check``.

Spec: sheet 06 §2.4 (backlog and age are alarms).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from ncp.errors import ConfigurationError
from ncp.ports import Clock
from ncp.settings import Finding, Settings
from ncp.settings.finding import warning
from ncp.store import DataKey, Store, StoreUnavailable
from ncp.store.outbox import Backlog

_LATE: Final = timedelta(minutes=5)
_SQLITE: Final = "sqlite:///"


def inspect_backlog(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Find letters of the outbox that are late or dead.

    Nothing is found where there is no database yet; what is wrong with its settings is
    found elsewhere.
    """
    for backlog in _backlogs(settings, clock):
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


def _backlogs(settings: Settings, clock: Clock) -> list[Backlog]:
    url = settings.store.url
    if url.startswith(_SQLITE) and not Path(url.removeprefix(_SQLITE)).is_file():
        return []
    try:
        key = DataKey.load(settings.keys.data_key_file)
        with Store.open(url, key, clock) as store:
            if not store.is_migrated():
                return []
            return [store.outbox.backlog(name) for name in store.outbox.destinations()]
    except (ConfigurationError, StoreUnavailable):
        return []
