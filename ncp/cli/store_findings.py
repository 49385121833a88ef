"""Looks into the gateway's database for ``ncp check``, and finds what keeps one out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

from ncp.errors import ConfigurationError
from ncp.opened_store import open_store
from ncp.ports import Clock
from ncp.settings import Finding, Settings
from ncp.settings.finding import stop_by
from ncp.store import Store, StoreUnavailable

_SQLITE: Final = "sqlite:///"
_Found = TypeVar("_Found")


def has_database(settings: Settings) -> bool:
    """Whether there may be a database; the first start makes one of a file."""
    url = settings.store.url
    return not url.startswith(_SQLITE) or Path(url.removeprefix(_SQLITE)).is_file()


def inspect_store(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Find what keeps the gateway from its records."""
    if not has_database(settings):
        return
    try:
        _look(settings, clock)
    except (ConfigurationError, StoreUnavailable) as error:
        yield stop_by("store.url", error)


def _look(settings: Settings, clock: Clock) -> None:
    try:
        store = open_store(settings, clock)
    except ConfigurationError:
        # A key file or a URL that does not do is found with the settings.
        return
    with store:
        if store.is_migrated():
            store.check_keys()


def looked(
    settings: Settings, clock: Clock, look: Callable[[Store], _Found]
) -> _Found | None:
    """Look into the store, where there is one of this release."""
    if not has_database(settings):
        return None
    try:
        with open_store(settings, clock) as store:
            return look(store) if store.is_migrated() else None
    except (ConfigurationError, StoreUnavailable):
        return None
