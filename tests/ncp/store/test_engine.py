"""How a database is opened, and how writers of several processes take turns at it."""

from __future__ import annotations

import sqlite3
import time
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from ncp.store.engine import _begin_soon, for_writing, open_engine
from tests.postgresql import new_database


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store.db"


@pytest.fixture
def engine(path):
    engine = open_engine(f"sqlite:///{path}")
    with engine.connect() as connection, connection.begin():
        connection.execute(text("CREATE TABLE t (n INTEGER PRIMARY KEY)"))
    yield engine
    engine.dispose()


@pytest.fixture
def other(engine, path):
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


def write(engine) -> None:
    with for_writing(engine.connect()) as connection, connection.begin():
        connection.execute(text("INSERT INTO t VALUES (1)"))


def test_a_writer_goes_on_as_soon_as_another_process_lets_go(
    engine, other, monkeypatch
):
    waited = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            other.execute("ROLLBACK")

    clock = SimpleNamespace(monotonic=time.monotonic, sleep=sleep)
    monkeypatch.setattr("ncp.store.engine.time", clock)
    write(engine)
    assert len(waited) == 3
    assert max(waited) <= 0.001


def test_a_writer_waits_no_longer_than_its_time(engine, other, monkeypatch):
    seconds = iter(range(100))
    slept: list[float] = []
    clock = SimpleNamespace(monotonic=lambda: next(seconds), sleep=slept.append)
    monkeypatch.setattr("ncp.store.engine.time", clock)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        write(engine)
    assert len(slept) == 5  # seconds


def test_what_is_no_lock_of_another_is_not_waited_for(engine, monkeypatch):
    clock = SimpleNamespace(monotonic=time.monotonic, sleep=pytest.fail)
    monkeypatch.setattr("ncp.store.engine.time", clock)
    with for_writing(engine.connect()) as connection, connection.begin():
        # The driver is inside a transaction, which the next one cannot begin in.
        driver = connection.connection.driver_connection
        with pytest.raises(sqlite3.OperationalError, match="within a transaction"):
            _begin_soon(driver)


def pragma(connection, name: str) -> int:
    return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_nothing_of_a_message_goes_to_files_beside_the_database(engine):
    with for_writing(engine.connect()) as connection, connection.begin():
        assert pragma(connection, "temp_store") == 2


def test_a_connection_that_wrote_waits_as_every_other_afterwards(engine):
    with for_writing(engine.connect()) as connection, connection.begin():
        assert pragma(connection, "busy_timeout") == 0  # it looks for the lock itself
        driver = connection.connection.driver_connection
    with engine.connect() as connection:
        assert connection.connection.driver_connection is driver
        assert pragma(connection, "busy_timeout") == 5_000


def test_a_postgresql_that_is_gone_is_not_waited_for_without_end():
    engine = open_engine(new_database())
    try:
        with engine.connect() as connection:
            said = connection.connection.driver_connection.info.get_parameters()
    finally:
        engine.dispose()
    assert (said["connect_timeout"], said["tcp_user_timeout"]) == ("5", "15000")


def test_what_the_address_of_a_postgresql_says_of_its_limits_goes_before():
    engine = open_engine(f"{new_database()}&connect_timeout=9")
    try:
        with engine.connect() as connection:
            said = connection.connection.driver_connection.info.get_parameters()
    finally:
        engine.dispose()
    assert said["connect_timeout"] == "9"
