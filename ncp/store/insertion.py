"""How rows get into a table: many at once, in the driver's words.

What is recorded is written while a peer waits. A statement is made once for a number of
rows, and rows are values as the driver has them; one statement of many rows costs less
than as many statements, and hands the interpreter to others once, not each time.

Spec: SQLite "Limits" (999 parameters at most in older releases).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Final

from sqlalchemy import Table

from ncp.store.driver_words import DriverWords, PlainRow, Worded, plain_row

_MOST_ROWS: Final = 32
# So many go together as they are: one message seldom writes more into a table.
_FEW: Final = 4
# A record gets it later.
_LATER: Final = "log_index"


class Insertion(DriverWords):
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
        return tuple(plain_row(values, self.columns))

    def worded(self, rows: Sequence[PlainRow], mark: str) -> Iterator[Worded]:
        """Yield the statements that insert rows, many rows each."""
        for part in _parts(rows):
            statement = _statement(self._into, self.columns, len(part), mark)
            yield statement, tuple(chain.from_iterable(part))


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
