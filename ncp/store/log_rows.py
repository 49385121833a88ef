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
from json.encoder import encode_basestring_ascii as _quoted
from typing import Final, cast

from sqlalchemy import Table

from ncp.store import schema
from ncp.store.driver_words import Plain, PlainRow, plain_row
from ncp.store.insertion import Insertion

_encode: Final = json.JSONEncoder(separators=(",", ":")).encode
# The place of a row is not its content: it is known only when the row is written.
_PLACE: Final = frozenset({"sequence", "log_index", "row_mac"})

CONTENT_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    table.name: tuple(c.name for c in table.columns if c.name not in _PLACE)
    for table in schema.LOGGED
}
"""The columns that are hashed, for each logged table, in the order of the table."""


# What stands before the value of a column: its name, or that of a length. No column is
# called so: a length is not taken for a number.
_BEFORE: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    table: tuple((f",{_quoted(c)}:", f",{_quoted(f'#{c}')}:") for c in columns)
    for table, columns in CONTENT_COLUMNS.items()
}


def content_of(table: str, plain: Sequence[Plain]) -> bytes:
    """Write down a row, given the values of :data:`CONTENT_COLUMNS` as the driver has.

    Moments are microseconds; sealed columns stay sealed.
    """
    return b"".join(_written(table, plain))


def content_hash(table: str, plain: Sequence[Plain]) -> str:
    """Return the hash by which a row stands in the log, given the same."""
    digest = hashlib.sha256()
    for each in _written(table, plain):
        digest.update(each)
    return digest.hexdigest()


def _written(table: str, plain: Sequence[Plain]) -> list[bytes]:
    """Return the parts of what is written down: the object, then what is sealed."""
    said = [f'{{"":{_quoted(table)}']
    sealed: list[bytes] = []
    for (name, length), value in zip(_BEFORE[table], plain, strict=True):
        kind = type(value)
        if kind is str:
            said += name, _quoted(cast("str", value))
        elif kind is int:
            said += name, repr(value)
        elif kind is bytes:
            said += length, repr(len(cast("bytes", value)))
            sealed.append(cast("bytes", value))
        elif value is not None:
            said += name, _encode(value)
    said.append("}")
    return ["".join(said).encode("ascii"), *sealed]


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
        said = plain_row(values, CONTENT_COLUMNS[self._table])
        return (*said, row_mac(content_hash(self._table, said)))
