"""What a unit of work asks of the database, and how many of them are written at once.

Units that wait for the same commit are written together: first what all of them delete,
then, for each table, the rows of all of them. That is the same as one after the other:
whoever deletes a row does so to put another one under the same unique key. Where two
units of a batch do that, or anything else is amiss, writing together fails; the writer
then takes everything back and writes them one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Connection

from ncp.store.deletion import Deletion
from ncp.store.driver_words import DriverWords, PlainRow

Statement: TypeAlias = tuple[DriverWords, Sequence[PlainRow]]


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements of one unit of work; a job of the writer."""

    statements: tuple[Statement, ...]

    def __call__(self, connection: Connection) -> None:
        """Run them in their order."""
        for how, what in self.statements:
            how.run(connection, what)


def together(units: Iterable[Statements]) -> Iterator[Statement]:
    """Yield statements that do at once what many units ask for."""
    deleted: dict[DriverWords, list[PlainRow]] = {}
    inserted: dict[DriverWords, list[PlainRow]] = {}
    for unit in units:
        for how, what in unit.statements:
            of_kind = deleted if isinstance(how, Deletion) else inserted
            of_kind.setdefault(how, []).extend(what)
    yield from deleted.items()
    yield from inserted.items()
