"""The sample country's register of what its pharmacies dispensed for patients abroad.

Spec: ``ncp.national.foreign_dispensations`` (an entry is counted once).
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from ncp.errors import ConfigurationError, NationalError, Refusal
from ncp.national.carrying import EntryRefused
from ncp.national.foreign_dispensations import RegisterEntry

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS entries (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    act TEXT NOT NULL,
    dispensation TEXT NOT NULL,
    told TEXT NOT NULL
);
"""


class SampleForeignRegister:
    """A register in one SQLite file, in the clear: to try things out."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            with closing(self._open()) as connection:
                connection.executescript(_SCHEMA)
        except sqlite3.Error as error:
            raise ConfigurationError(
                "The file of the sample register cannot be used.",
                "Check `dispensing.register_file` and who may write there.",
            ) from error

    def record(self, entry: RegisterEntry) -> None:
        """Take an entry; one that it has is not taken twice.

        Raises
        ------
        EntryRefused
            It tells of a discard of what was never dispensed.
        """
        text = json.dumps(entry.told, ensure_ascii=False, sort_keys=True)
        row = (entry.id, entry.act, entry.dispensation, text)
        try:
            with closing(self._open()) as connection, connection:
                if entry.act == "discarded" and not self._has(connection, entry):
                    raise EntryRefused("it discards what the register does not have")
                connection.execute(
                    "INSERT INTO entries (id, act, dispensation, told)"
                    " VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    row,
                )
        except sqlite3.Error as error:
            raise NationalError(
                Refusal.NATIONAL_UNAVAILABLE, "the register could not write"
            ) from error

    def entries(self) -> list[dict[str, Any]]:
        """Return everything it was told, in its order."""
        with closing(self._open()) as connection:
            rows = connection.execute("SELECT told FROM entries ORDER BY number")
            return [json.loads(told) for (told,) in rows]

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file, timeout=10.0)
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    @staticmethod
    def _has(connection: sqlite3.Connection, entry: RegisterEntry) -> bool:
        found = connection.execute(
            "SELECT 1 FROM entries WHERE dispensation = ? AND act = 'dispensed'",
            (entry.dispensation,),
        ).fetchone()
        return found is not None
