from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from ncp.store import schema
from ncp.store.insertion import Insertion

TABLE = schema.token_issues
LATER = datetime(2027, 1, 1, tzinfo=UTC)


def row(number: int):
    return Insertion(TABLE).row(
        {
            "row_id": f"{number:032x}",
            "professional_pseudonym": "p",
            "issued_at": LATER,
            "delete_after": LATER,
        }
    )


@pytest.mark.parametrize("number", [0, 1, 2, 3, 31, 32, 33, 100])
def test_rows_of_any_number_are_inserted(store, number):
    rows = [row(each) for each in range(number)]
    store._writer.submit(lambda connection: Insertion(TABLE).run(connection, rows))
    with store._engine.connect() as connection:
        found = connection.execute(select(TABLE).order_by(TABLE.c.row_id)).all()
    assert [each.row_id for each in found] == [f"{n:032x}" for n in range(number)]
    assert {each.issued_at for each in found} <= {LATER}


def test_what_no_column_holds_is_refused():
    with pytest.raises(TypeError, match="float"):
        Insertion(TABLE).row({"row_id": 0.5})


def test_a_place_in_the_log_is_not_for_the_one_who_inserts():
    assert "log_index" not in Insertion(schema.audit_events).columns
    assert "sequence" not in Insertion(schema.audit_events).columns
    assert "log_index" in Insertion(schema.log_entries).columns
