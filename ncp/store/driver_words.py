"""Changes in the driver's words, with values as the driver has them.

What is recorded is written while a peer waits: a statement is put into words once, and
what the toolkit would do at each call is not done again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import NoneType
from typing import Any, Final, TypeAlias, cast

from sqlalchemy import Connection, Dialect

from ncp.store.schema import microseconds

Plain: TypeAlias = str | int | bytes | None
PlainRow: TypeAlias = tuple[Plain, ...]
Worded: TypeAlias = tuple[str, PlainRow]
"""A statement and the values for its marks."""

_AS_IT_IS: Final = frozenset({str, int, bytes, NoneType})


class DriverWords(ABC):
    """A change of one table, for any number of rows."""

    @abstractmethod
    def worded(self, rows: Sequence[PlainRow], mark: str) -> Iterator[Worded]:
        """Yield the statements for rows, in their order.

        Parameters
        ----------
        mark
            What stands for a value; see :func:`mark_of`.
        """

    def run(self, connection: Connection, rows: Sequence[PlainRow]) -> None:
        """Make the change within the connection's transaction."""
        for statement, values in self.worded(rows, mark_of(connection.dialect)):
            connection.exec_driver_sql(statement, values)

    def run_directly(self, cursor: Any, rows: Sequence[PlainRow], mark: str) -> None:
        """Make the change by a cursor of the driver; its errors are the driver's."""
        for statement, values in self.worded(rows, mark):
            cursor.execute(statement, values)


def mark_of(dialect: Dialect) -> str:
    """Return what stands for a value in a statement of this database's driver."""
    return "?" if dialect.paramstyle == "qmark" else "%s"


def plain_row(values: Mapping[str, object], columns: Sequence[str]) -> list[Plain]:
    """Return the values of these columns as the driver has them.

    Raises
    ------
    TypeError
        No column holds such a value.
    """
    stated = [values.get(name) for name in columns]
    return [
        cast("Plain", each) if type(each) in _AS_IT_IS else plain(each)
        for each in stated
    ]


def plain(value: object) -> Plain:
    """Return a value as the driver has it: moments are microseconds.

    Raises
    ------
    TypeError
        No column holds such a value.
    """
    if isinstance(value, datetime):
        return microseconds(value)
    if value is None or isinstance(value, str | int | bytes):
        return value
    raise TypeError(f"a column holds a {type(value).__name__}")
