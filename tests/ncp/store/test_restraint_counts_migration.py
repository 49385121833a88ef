"""What was counted before counts stood together by name counts on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from alembic import command
from sqlalchemy import Engine, text

from ncp.store import NthNewest
from ncp.store.engine import for_writing, open_engine
from ncp.store.migrations.running import _config
from ncp.store.schema import microseconds
from ncp.store.sealing import KeyRing
from tests.clocks import START

INSERT = text(
    "INSERT INTO restraint_counts (row_id, name, item, counted_at, delete_after) "
    "VALUES (:row_id, :name, '', :moment, :moment)"
)


@pytest.fixture
def engine_of_before(url) -> Engine:
    """The database of the release before."""
    engine = open_engine(url)
    config = _config()
    with for_writing(engine.connect()) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0014")
    yield engine
    engine.dispose()


def test_counts_of_before_are_taken_over(engine_of_before, open_store, data_key):
    name, moment = KeyRing(data_key).name_of("a"), microseconds(START)
    with for_writing(engine_of_before.connect()) as connection, connection.begin():
        for row_id in ("1" * 32, "2" * 32):
            row = {"row_id": row_id, "name": name, "moment": moment}
            connection.execute(INSERT, row)
    second = NthNewest("a", 2, START - timedelta(minutes=15))
    with open_store() as store:
        store.migrate()
        assert store.restraints.ask([], [second]).nth_newest(second) == START
