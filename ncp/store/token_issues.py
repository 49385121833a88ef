"""How many assertions a professional was issued of late; a count is durable at once.

The count is in the database and not in memory: a restart does not forget it, and
several processes share it. Counting and claiming are one job of the one writer, so that
of two requests at the last free place exactly one gets it; several gateways on one
database may each let one through at the same instant.

Spec: ARCHITECTURE "Nothing that matters only in memory" / eHDSI CP-059 (unexpected
number of requests).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import SQLAlchemyError

from ncp.ports import Clock, FreshIds
from ncp.store import schema
from ncp.store.errors import StoreUnavailable
from ncp.store.sealing import KeyRing
from ncp.store.writer import Writer

_TABLE = schema.token_issues
_INSERT = insert(_TABLE)


@dataclass(frozen=True, slots=True)
class IssueLimit:
    """How many assertions a professional may be issued in how long."""

    most: int
    window: timedelta


class TokenIssues:
    """Counts the assertions that professionals are issued."""

    def __init__(
        self, writer: Writer, keys: KeyRing, clock: Clock, ids: FreshIds
    ) -> None:
        self._writer = writer
        self._keys = keys
        self._clock = clock
        self._ids = ids

    def claim(self, professional_id: str, limit: IssueLimit) -> datetime | None:
        """Count one more, or say when there will be room for it.

        Raises
        ------
        StoreUnavailable
            Nothing is counted for certain; nothing may be issued.
        """
        names = self._keys.names_of_professional(professional_id)
        now = self._clock.now()
        row = {
            "row_id": self._ids.uuid().hex,
            "professional_pseudonym": names[-1],
            "issued_at": now,
            "delete_after": now + limit.window,
        }
        try:
            return self._writer.submit(partial(_claim, names, row, limit, now))
        except SQLAlchemyError as error:
            raise StoreUnavailable(
                "The issue of an assertion could not be counted.",
                "Check the database; its schema must be that of this release.",
            ) from error


def _claim(
    names: Sequence[str],
    row: dict[str, object],
    limit: IssueLimit,
    now: datetime,
    connection: Connection,
) -> datetime | None:
    if connection.dialect.name == "postgresql":
        # Two processes must not count the same last place; SQLite has one writer.
        connection.exec_driver_sql(
            f"LOCK TABLE {_TABLE.name} IN SHARE ROW EXCLUSIVE MODE"
        )
    query = (
        select(_TABLE.c.issued_at)
        .where(_TABLE.c.professional_pseudonym.in_(names))
        .where(_TABLE.c.issued_at > now - limit.window)
        .order_by(_TABLE.c.issued_at.desc())
        .limit(limit.most)
    )
    counted = connection.execute(query).scalars().all()
    if len(counted) >= limit.most:
        # The oldest of those that fill the window makes room by leaving it.
        oldest: datetime = counted[-1]
        return oldest + limit.window
    connection.execute(_INSERT, row)
    return None
