from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ncp.store import DataKey, Store
from tests.clocks import SetClock
from tests.postgresql import new_database

# A test that asks for one of these looks into the file of the database.
OF_SQLITE = {"database", "change", "engine"}


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def data_key() -> DataKey:
    return DataKey(b"k" * 32)


@pytest.fixture
def database(tmp_path) -> Path:
    return tmp_path / "store.db"


def pytest_generate_tests(metafunc):
    """Run every test of the store on both databases, unless it looks into a file."""
    if "backend" in metafunc.fixturenames:
        asked = set(inspect.signature(metafunc.function).parameters)
        if "backend" in asked:
            # It knows which database it has, and looks into files accordingly.
            asked = set()
        both = ["sqlite"] if asked & OF_SQLITE else ["sqlite", "postgresql"]
        metafunc.parametrize("backend", both, indirect=True)


@pytest.fixture
def backend(request) -> str:
    return request.param


@pytest.fixture
def url(backend, database) -> str:
    return new_database() if backend == "postgresql" else f"sqlite:///{database}"


@pytest.fixture
def open_store(url, data_key, clock) -> Iterator[Callable[..., Store]]:
    """Opens and migrates stores on the same database; closes them at the end."""
    opened: list[Store] = []

    def open_one(**changes) -> Store:
        arguments = {"url": url, "data_key": data_key} | changes
        store = Store.open(clock=clock, **arguments)
        opened.append(store)
        store.migrate()
        return store

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store) -> Store:
    return open_store()
