from __future__ import annotations

from types import SimpleNamespace

import pytest

from ncp.store import DataKey
from tests.clocks import SetClock
from tests.ncp.cli.store_place import StorePlace


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def place(tmp_path, monkeypatch) -> StorePlace:
    """Have the settings of the example lead to a store that is not made yet."""
    place = StorePlace(tmp_path)
    DataKey.write_new(place.key_file)
    monkeypatch.setenv("NCP_STORE__URL", place.url)
    monkeypatch.setenv("NCP_KEYS__DATA_KEY_FILE", str(place.key_file))
    return place


@pytest.fixture
def settings(place) -> SimpleNamespace:
    """What findings about the store look at of the settings."""
    return SimpleNamespace(
        keys=SimpleNamespace(data_key_file=place.key_file, retired_data_key_files=()),
        store=SimpleNamespace(url=place.url),
        record=SimpleNamespace(time_stamps=None),
    )
