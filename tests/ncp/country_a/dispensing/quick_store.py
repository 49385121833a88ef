"""The real rows of deeds behind a writer without a thread and a disk without patience.

For a thousand histories: statements, constraints and encryption are those of the store;
only the waiting for the disk is left out, which other tests are about.
"""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy import Engine, event

from ncp.ports import Clock
from ncp.store import DataKey, DeedBook, migrations
from ncp.store.engine import for_writing, open_engine
from ncp.store.sealing import KeyRing
from ncp.store.writer import Job, T, Writer

KEY = DataKey(b"k" * 32)
# What was compiled is kept; a store that is opened anew gets new connections only.
_ENGINES: dict[str, Engine] = {}


class InlineWriter(Writer):
    """Runs a job where it is handed in, in a transaction of its own."""

    _one_at_a_time = threading.Lock()

    def __init__(self, engine: Engine) -> None:
        self._quick_engine = engine

    def submit(self, job: Job[T]) -> T:
        with (
            self._one_at_a_time,
            for_writing(self._quick_engine.connect()) as connection,
            connection.begin(),
        ):
            return job(connection)


class QuickStore:
    """What of a store the desk needs; opened and closed like one."""

    def __init__(self, url: str, clock: Clock) -> None:
        if url not in _ENGINES:
            _ENGINES[url] = open_engine(url)
            event.listen(_ENGINES[url], "connect", _never_wait)
        self._engine = _ENGINES[url]
        self._engine.dispose()
        self.deeds = DeedBook(
            self._engine,
            InlineWriter(self._engine),
            KeyRing(KEY),
            clock,
            timedelta(days=366),
        )

    def migrate(self) -> None:
        migrations.upgrade(self._engine)

    def close(self) -> None:
        self._engine.dispose()


def _never_wait(connection, _entry) -> None:
    connection.execute("PRAGMA synchronous = OFF")
