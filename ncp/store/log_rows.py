"""What of a record stands in the log: the bytes that are hashed.

A row is written down as a JSON object of its columns, absent values left out, and the
sealed values behind it, whose lengths stand in their place: whatever the database does
to a value shows, and a column that a later release adds does not change the rows of
before.

Spec: RFC 6962 §3.4 (what is logged is fixed to the byte); the form is our own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from sqlalchemy import Table

from ncp.store import schema
from ncp.store.insertion import Insertion, Plain, PlainRow, plain

# The place of a row is not its content: it is known only when the row is written.
_PLACE: Final = frozenset({"sequence", "log_index", "row_mac"})

CONTENT_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    table.name: tuple(c.name for c in table.columns if c.name not in _PLACE)
    for table in schema.LOGGED
}
"""The columns that are hashed, for each logged table, in the order of the table."""


def content_of(table: str, plain: Sequence[Plain]) -> bytes:
    """Write down a row, given the values of :data:`CONTENT_COLUMNS` as the driver has.

    Moments are microseconds; sealed columns stay sealed.
    """
    said: dict[str, Plain] = {"": table}
    sealed: list[bytes] = []
    for name, value in zip(CONTENT_COLUMNS[table], plain, strict=True):
        if type(value) is bytes:
            # No column is called so: a length is not taken for a number.
            said[f"#{name}"] = len(value)
            sealed.append(value)
        elif value is not None:
            said[name] = value
    return b"".join((_written(said).encode(), *sealed))


class LoggedInsertion(Insertion):
    """The way into a logged table: what shows that we wrote a row goes with it."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._table: Final = table.name
        if self.columns != (*CONTENT_COLUMNS[table.name], "row_mac"):
            raise TypeError(f"{table.name} has not the columns of a logged table")

    def sealed_row(
        self, values: Mapping[str, object], row_mac: Callable[[str], str]
    ) -> PlainRow:
        """Return the row of these values with its authentication code."""
        said = [plain(values.get(name)) for name in CONTENT_COLUMNS[self._table]]
        return (*said, row_mac(content_hash(content_of(self._table, said))))


_written = json.JSONEncoder(separators=(",", ":")).encode


def content_hash(content: bytes) -> str:
    """Return the hash by which a row stands in the log."""
    return hashlib.sha256(content).hexdigest()
