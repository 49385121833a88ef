"""Opens the store that the settings name, with every data key they name."""

from __future__ import annotations

from collections.abc import Sequence

from ncp.ports import Clock
from ncp.settings import Settings
from ncp.store import DataKey, Destination, Store


def open_store(
    settings: Settings, clock: Clock, *, repositories: Sequence[Destination] = ()
) -> Store:
    """Open it as it stands, without bringing it to this release's schema.

    Raises
    ------
    ConfigurationError
        A data key cannot be read, or the URL or the place it names does not do.
    """
    keys = settings.keys
    return Store.open(
        settings.store.url,
        DataKey.load(keys.data_key_file),
        clock,
        retired_keys=[DataKey.load(path) for path in keys.retired_data_key_files],
        repositories=repositories,
    )
