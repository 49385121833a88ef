from __future__ import annotations

import pytest
from sqlalchemy import select

from ncp.store import schema
from ncp.store.deletion import Deletion
from ncp.store.insertion import Insertion

TABLE = schema.restraint_counts


@pytest.fixture
def left(store):
    """Deletes from four rows; gives what is left."""
    insertion = Insertion(TABLE)
    rows = [
        (name, item, moment, f"{name}{item}{moment}", 9)
        for name, item, moment in [
            ("a", "x", 1),
            ("a", "x", 2),
            ("a", "y", 1),
            ("b", "x", 1),
        ]
    ]
    store._writer.submit(lambda connection: insertion.run(connection, rows))

    def delete(deletion: Deletion, *known) -> set[str]:
        store._writer.submit(lambda connection: deletion.run(connection, known))
        with store._engine.connect() as connection:
            return set(connection.execute(select(TABLE.c.row_id)).scalars())

    return delete


def test_rows_of_the_same_values_go_and_no_others(left):
    assert left(Deletion(TABLE, "name", "item"), ("a", "x")) == {"ay1", "bx1"}


def test_rows_go_for_each_that_is_asked(left):
    of_name = Deletion(TABLE, "name")
    assert left(of_name, ("a",), ("b",), ("c",)) == set()


def test_only_rows_of_before_go(left):
    before = Deletion(TABLE, "name", before="counted_at")
    assert left(before, ("a", 2)) == {"ax2", "bx1"}


def test_a_column_that_is_none_is_refused():
    with pytest.raises(KeyError):
        Deletion(TABLE, "absent")
