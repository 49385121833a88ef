"""Deletes the rows whose time is over, a page at a time.

Spec: ARCHITECTURE "Personal data at rest".
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, Table, delete, select, tuple_

from ncp.store import schema
from ncp.store.outbox.rows import DEAD
from ncp.store.writer import Job

PAGE = 1000


def purge_table(write: Callable[[Job[int]], int], table: Table, now: datetime) -> int:
    """Delete from one table; return how many rows went.

    Messages are recorded between one page and the next.
    """
    total = 0
    while True:
        gone = write(partial(_delete_page, table, now))
        total += gone
        if gone < PAGE:
            return total


def _delete_page(table: Table, now: datetime, connection: Connection) -> int:
    keys = tuple(table.primary_key.columns)
    page = select(*keys).where(table.c.delete_after <= now).limit(PAGE)
    if table in schema.LOGGED:
        # What has no place in the log yet would be gone without a trace.
        page = page.where(table.c.log_index.is_not(None))
    if table is schema.outbox:
        page = page.where(table.c.state == DEAD)
    key = keys[0] if len(keys) == 1 else tuple_(*keys)
    return connection.execute(delete(table).where(key.in_(page))).rowcount
