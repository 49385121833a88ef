"""A store for commands: the example's settings, which the environment leads to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ncp.ports import Clock
from ncp.store import DataKey, Store

EXAMPLE = Path(__file__).parents[3] / "docs" / "reference" / "luxembourg.toml"


@dataclass(frozen=True)
class StorePlace:
    """Where the store will be that the settings name; its key is there already."""

    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "store.db"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.database}"

    @property
    def key_file(self) -> Path:
        return self.folder / "data.key"

    @contextmanager
    def opened(self, clock: Clock, **options: Any) -> Iterator[Store]:
        key = DataKey.load(self.key_file)
        with Store.open(self.url, key, clock, **options) as store:
            store.migrate()
            yield store
