"""How often somebody guessed of late, and was wrong; a count is durable at once.

Who guesses, and about whom, is kept under a name that only this installation's key can
make. The count is in the database and not in memory: a restart does not forget it, and
several processes share it.

Spec: eHDSI CP-059 (unexpected number of requests) / CWE-307.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.exc import SQLAlchemyError

from ncp.ports import Clock, FreshIds
from ncp.store import schema
from ncp.store.errors import StoreUnavailable
from ncp.store.readers import reading
from ncp.store.sealing import KeyRing
from ncp.store.writer import Writer

_TABLE = schema.failed_attempts
_INSERT = insert(_TABLE)


@dataclass(frozen=True, slots=True)
class AttemptLimit:
    """How many wrong guesses are borne in how long."""

    most: int
    window: timedelta


class FailedAttempts:
    """Counts wrong guesses by what they have in common."""

    def __init__(
        self, engine: Engine, writer: Writer, keys: KeyRing, clock: Clock, ids: FreshIds
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._keys = keys
        self._clock = clock
        self._ids = ids

    def room_at(self, thing: str, limit: AttemptLimit) -> datetime | None:
        """Return when there is room for another guess; None where there is room.

        Raises
        ------
        StoreUnavailable
            Nobody knows; nothing may be guessed.
        """
        query = (
            select(_TABLE.c.attempted_at)
            .where(_TABLE.c.name.in_(self._keys.names_of(thing)))
            .where(_TABLE.c.attempted_at > self._clock.now() - limit.window)
            .order_by(_TABLE.c.attempted_at.desc())
            .limit(limit.most)
        )
        with reading(self._engine) as connection:
            counted = connection.execute(query).scalars().all()
        if len(counted) < limit.most:
            return None
        # The oldest of those that fill the window makes room by leaving it.
        oldest: datetime = counted[-1]
        return oldest + limit.window

    def note(self, things: Sequence[str], window: timedelta) -> None:
        """Count a wrong guess for each of these.

        Raises
        ------
        StoreUnavailable
            Nothing is counted for certain; the guess may not be answered.
        """
        now = self._clock.now()
        rows = [
            {
                "row_id": self._ids.uuid().hex,
                "name": self._keys.names_of(thing)[-1],
                "attempted_at": now,
                "delete_after": now + window,
            }
            for thing in things
        ]
        try:
            self._writer.submit(partial(_insert, rows))
        except SQLAlchemyError as error:
            raise StoreUnavailable(
                "A wrong guess could not be counted.",
                "Check the database; its schema must be that of this release.",
            ) from error


def _insert(rows: list[dict[str, object]], connection: Connection) -> None:
    connection.execute(_INSERT, rows)
