"""The real rows of deeds behind a writer without a thread and a disk without patience.

For a thousand histories: statements, constraints and encryption are those of the store;
only the waiting for the disk is left out, which other tests are about.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from ncp.ports import Clock
from ncp.store import DataKey, DeedBook, schema
from ncp.store.engine import open_engine
from ncp.store.sealing import KeyRing
from ncp.store.writer import Job, T, Writer
from tests.ncp.country_a.dispensing.quick_engine import QuickEngine

KEY = DataKey(b"k" * 32)
_TABLES = (schema.dispensing_deeds, schema.leases)
_DELETE = {table.name: delete(table) for table in _TABLES}


class InlineWriter(Writer):
    """Runs a job where it is handed in, in a transaction of its own."""

    _one_at_a_time = threading.Lock()

    def __init__(self, engine: Any) -> None:
        self._quick_engine = engine

    def submit(self, job: Job[T]) -> T:
        with (
            self._one_at_a_time,
            self._quick_engine.connect() as connection,
            connection.writing(),
        ):
            return job(connection)


class QuickStore:
    """What of a store the desk needs; opened and closed like one.

    Parameters
    ----------
    url
        ``sqlite:///<file>``.
    """

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        self._engine: Any = QuickEngine(url.removeprefix("sqlite:///"))
        self.deeds = DeedBook(
            self._engine,
            InlineWriter(self._engine),
            KeyRing(KEY),
            clock,
            timedelta(days=366),
        )

    def migrate(self) -> None:
        """Make the tables that are needed: what is opened anew is read anew."""
        engine = open_engine(self._url)
        schema.metadata.create_all(engine, tables=_TABLES)
        engine.dispose()

    def forget(self) -> None:
        """Begin with nothing, for the next history."""
        with self._engine.connect() as connection, connection.writing():
            for table in _TABLES:
                connection.execute(_DELETE[table.name])

    def close(self) -> None:
        self._engine.dispose()
