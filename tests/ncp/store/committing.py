"""What the tests of the store do with one again and again."""

from __future__ import annotations

import sqlite3

from ncp.store import (
    Store,
)


def commit(store: Store, **parts) -> None:
    """Commit one unit of work made of the given parts."""
    with store.unit_of_work() as work:
        for name, part in parts.items():
            getattr(work, name)(part)
        work.commit()


def rows(database, table: str) -> int:
    connection = sqlite3.connect(database)
    try:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    finally:
        connection.close()
