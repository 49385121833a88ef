"""What a unit of work asks of the database, and how many of them are written at once.

Units that wait for the same commit are written together: first what all of them delete,
then, for each table, the rows of all of them. That is the same as one after the other:
whoever deletes a row does so to put another one under the same unique key. Where two
units of a batch do that, or anything else is amiss, writing together fails; the writer
then takes everything back and writes them one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

from sqlalchemy import Connection, Delete

from ncp.store.insertion import Insertion, PlainRow

Asked: TypeAlias = Sequence[Mapping[str, object]]
Statement: TypeAlias = tuple[Insertion, Sequence[PlainRow]] | tuple[Delete, Asked]


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements of one unit of work; a job of the writer."""

    statements: tuple[Statement, ...]

    def __call__(self, connection: Connection) -> None:
        """Run them in their order."""
        for how, what in self.statements:
            _run(how, what, connection)


def write_together(units: Iterable[Statements], connection: Connection) -> None:
    """Write the statements of many units; fails as a whole."""
    deleted: dict[Delete, list[Mapping[str, object]]] = {}
    inserted: dict[Insertion, list[PlainRow]] = {}
    for unit in units:
        for how, what in unit.statements:
            if isinstance(how, Insertion):
                inserted.setdefault(how, []).extend(cast("Sequence[PlainRow]", what))
            else:
                deleted.setdefault(how, []).extend(cast("Asked", what))
    for deletion, asked in deleted.items():
        _run(deletion, asked, connection)
    for insertion, rows in inserted.items():
        _run(insertion, rows, connection)


def _run(
    how: Insertion | Delete, what: Asked | Sequence[PlainRow], connection: Connection
) -> None:
    if isinstance(how, Insertion):
        how.run(connection, cast("Sequence[PlainRow]", what))
    else:
        connection.execute(how, cast("Asked", what))
