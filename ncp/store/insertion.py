"""How rows get into a table: many at once, in the driver's words.

What is recorded is written while a peer waits. A statement is made once for a number of
rows, and rows are values as the driver has them; one statement of many rows costs less
than as many statements, and hands the interpreter to others once, not each time.

Spec: SQLite "Limits" (999 parameters at most in older releases).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from types import NoneType
from typing import Final, TypeAlias

from sqlalchemy import Connection, Dialect, Table

from ncp.store.schema import microseconds

Plain: TypeAlias = str | int | bytes | None
PlainRow: TypeAlias = tuple[Plain, ...]

_MOST_ROWS: Final = 32
# So many go together as they are: one message seldom writes more into a table.
_FEW: Final = 4
_AS_IT_IS: Final = (str, int, bytes, NoneType)
# A record gets it later.
_LATER: Final = "log_index"


class Insertion:
    """The way into one table.

    Attributes
    ----------
    columns
        What a row consists of, in this order.
    """

    def __init__(self, table: Table) -> None:
        self._into: Final = table.name
        counted = table.autoincrement_column
        self.columns: Final = tuple(
            column.name
            for column in table.columns
            if column is not counted and not (column.name == _LATER and column.nullable)
        )

    def __repr__(self) -> str:
        return f"<Insertion into {self._into}>"

    def row(self, values: Mapping[str, object]) -> PlainRow:
        """Return the row of these values; a column that is not named stays empty."""
        return tuple([plain(values.get(name)) for name in self.columns])

    def run(self, connection: Connection, rows: Sequence[PlainRow]) -> None:
        """Insert rows, in their order."""
        mark = mark_of(connection.dialect)
        for part in _parts(rows):
            statement = _statement(self._into, self.columns, len(part), mark)
            connection.exec_driver_sql(
                statement, tuple(each for r in part for each in r)
            )


def mark_of(dialect: Dialect) -> str:
    """Return what stands for a value in a statement of this database's driver."""
    return "?" if dialect.paramstyle == "qmark" else "%s"


def plain(value: object) -> Plain:
    """Return a value as the driver has it: moments are microseconds.

    Raises
    ------
    TypeError
        No column holds such a value.
    """
    if isinstance(value, _AS_IT_IS):
        return value
    if isinstance(value, datetime):
        return microseconds(value)
    raise TypeError(f"a column holds a {type(value).__name__}")


def _parts(rows: Sequence[PlainRow]) -> Iterator[Sequence[PlainRow]]:
    """Part rows, many by powers of two: so there are few statements to be known."""
    begin = 0
    while left := len(rows) - begin:
        size = left if left <= _FEW else min(_MOST_ROWS, 1 << left.bit_length() - 1)
        yield rows[begin : begin + size]
        begin += size


@lru_cache(maxsize=256)  # the tables, by the numbers of rows and by the database
def _statement(into: str, columns: tuple[str, ...], rows: int, mark: str) -> str:
    one = "(" + ", ".join([mark] * len(columns)) + ")"
    return (
        f"INSERT INTO {into} ({', '.join(columns)}) "  # noqa: S608 - our own names
        f"VALUES {', '.join([one] * rows)}"
    )
