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


@pytest.fixture
def build(tmp_path):
    """Country A with other rules; closed at the end."""
    opened = []

    def make(**changes) -> CountryA:
        opened.append(CountryA(tmp_path, **changes))
        return opened[-1]

    yield make
    for country in opened:
        country.store.close()
