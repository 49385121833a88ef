from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ncp.country_a.scene import CountryA


@pytest.fixture
def country_a(tmp_path: Path) -> Iterator[CountryA]:
    country = CountryA(tmp_path)
    yield country
    country.store.close()
