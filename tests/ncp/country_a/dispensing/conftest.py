from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ncp.country_a.dispensing.counter import OTHER_RX, RX, Counter
from tests.postgresql import new_database


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> str:
    if request.param == "postgresql":
        return new_database()
    return f"sqlite:///{tmp_path}/store.db"


@pytest.fixture
def counter(url: str) -> Iterator[Counter]:
    made = Counter(url)
    made.nation.prescribe(RX)
    made.nation.prescribe(OTHER_RX)
    yield made
    made.store.close()
