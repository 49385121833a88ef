"""Rows of the log are found by indexes that they get into with their place."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event

from ncp.store import Store
from tests.clocks import START
from tests.ncp.store.samples import message

LOGGED = ("messages", "audit_events")


class Plans:
    """How SQLite does what is asked of a table, told by itself."""

    def __init__(self, store: Store) -> None:
        self._told: list[str] = []
        event.listen(store._engine, "before_cursor_execute", self._explain)

    def of(self, table: str) -> set[str]:
        return {each for each in self._told if f" {table}" in each}

    def _explain(self, _connection, cursor, statement, parameters, _context, many):
        if statement.startswith(("SELECT", "DELETE")) and not many:
            explain = f"EXPLAIN QUERY PLAN {statement}"
            rows = cursor.connection.execute(explain, parameters)
            self._told.extend(row[3] for row in rows)


@pytest.fixture
def plans(store) -> Plans:
    with store.unit_of_work() as work:
        work.message(message())
        work.commit()
    store.log.sequence()
    return Plans(store)


@pytest.mark.parametrize("table", LOGGED)
def test_what_is_over_is_found_without_looking_at_all_others(
    store, plans, table, database
):
    store.purge(START + timedelta(days=36_530))
    found = f"SEARCH {table} USING INDEX ix_{table}_delete_after (delete_after<?)"
    assert found in plans.of(table)
    assert all("USING" in each for each in plans.of(table)), database


@pytest.mark.parametrize("table", LOGGED)
def test_records_of_a_stretch_of_the_log_are_found_by_their_places(
    store, plans, table, database
):
    store.verify(())
    found = f"USING INDEX ix_{table}_log_index (log_index>? AND log_index<?)"
    assert f"SEARCH {table} {found}" in plans.of(table)
    assert all("USING" in each for each in plans.of(table)), database
