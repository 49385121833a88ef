"""The gateway's store, open for a command that puts something on record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ncp.audit_forwarding.destinations import destinations
from ncp.opened_store import open_store
from ncp.ports import Clock
from ncp.settings import Settings
from ncp.store import Store


@contextmanager
def recording_store(settings: Settings, clock: Clock) -> Iterator[Store]:
    """Open it, of this release's schema; audit repositories are told of what is done.

    Raises
    ------
    ConfigurationError
        A data key cannot be read, or the URL or the place it names does not do.
    StoreUnavailable
        The database cannot be opened.
    """
    told = destinations(settings.audit)
    with open_store(settings, clock, repositories=told) as store:
        store.migrate()
        yield store
