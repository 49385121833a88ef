"""How rows get out of a table, a few at a time, in the driver's words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import Table

from ncp.store.driver_words import DriverWords, PlainRow, Worded


class Deletion(DriverWords):
    """The way out of one table, for rows of which some columns are known.

    Parameters
    ----------
    same
        The columns that have to be the same; what a deletion is given for each row are
        their values, in this order.
    before
        A column that has to be less than the value behind those.
    """

    def __init__(self, table: Table, *same: str, before: str | None = None) -> None:
        said = [f"{table.columns[name].name} = {{0}}" for name in same]
        if before is not None:
            said.append(f"{table.columns[before].name} < {{0}}")
        self._words: Final = f"DELETE FROM {table.name} WHERE {' AND '.join(said)}"  # noqa: S608 - our own names

    def __repr__(self) -> str:
        return f"<Deletion {self._words}>"

    def worded(self, rows: Sequence[PlainRow], mark: str) -> Iterator[Worded]:
        """Yield a statement for each row."""
        statement = self._words.format(mark)
        for row in rows:
            yield statement, row
