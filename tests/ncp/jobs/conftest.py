from __future__ import annotations

import pytest

from ncp.store import DataKey, Store
from tests.clocks import SetClock


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def open_store(tmp_path, clock):
    opened = []

    def open_one() -> Store:
        url = f"sqlite:///{tmp_path}/store.db"
        store = Store.open(url, DataKey(b"k" * 32), clock)
        opened.append(store)
        store.migrate()
        return store

    yield open_one
    for store in opened:
        store.close()
