from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ncp.country_a.scene import CountryA
from tests.ncp.country_b.scene import CountryB


@pytest.fixture
def country_b(tmp_path: Path) -> Iterator[CountryB]:
    country_a = CountryA(tmp_path)
    country = CountryB(tmp_path, country_a)
    yield country
    country.store.close()
    country_a.store.close()
