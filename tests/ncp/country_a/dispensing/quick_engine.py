"""The store's own statements, run by the driver without the toolkit between them.

SQLAlchemy puts a statement into words once; then its text goes to SQLite's driver with
the values, again and again. Text, constraints, locks and rows are those of the real
store. What is left out is the toolkit's work at each call, which is the greater part of
a history's time; that nothing else is, a test shows by living histories on both.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Executable, Select
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.exc import IntegrityError

from ncp.store.schema import Instant, microseconds

Row = dict[str, Any]
_DIALECT: Any = dialect(paramstyle="named")  # type: ignore[no-untyped-call]
_INSTANT = Instant()


@dataclass(frozen=True)
class Worded:
    """A statement in words, the values that stand in it, and how its rows are read."""

    statement: Executable  # kept, so that its id stays its own
    text: str
    fixed: Mapping[str, Any]
    instants: frozenset[str]

    @classmethod
    def of(cls, statement: Any, values: Mapping[str, Any]) -> Worded:
        is_select = isinstance(statement, Select)
        keys = None if is_select else [*values]
        compiled = statement.compile(dialect=_DIALECT, column_keys=keys)
        expanded = compiled.construct_expanded_state(values)
        read = statement.selected_columns if is_select else ()
        return cls(
            statement,
            expanded.statement,
            {name: _bound(each) for name, each in expanded.parameters.items()},
            frozenset(each.name for each in read if isinstance(each.type, Instant)),
        )

    def with_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        bound = dict(self.fixed)
        for name, value in values.items():
            if isinstance(value, list):
                each_of = enumerate(value, 1)
                bound.update({f"{name}_{number}": each for number, each in each_of})
            else:
                bound[name] = _bound(value)
        return bound


# By the statement, the names of its values, and how long the lists among them are.
_WORDED: dict[tuple[Any, ...], Worded] = {}


def worded(statement: Executable, values: Mapping[str, Any]) -> Worded:
    """Return a statement in words, put together once."""
    lists = [len(each) for each in values.values() if isinstance(each, list)]
    key = (id(statement), *values, *lists)
    found = _WORDED.get(key)
    if found is None:
        found = _WORDED[key] = Worded.of(statement, values)
    return found


def _bound(value: Any) -> Any:
    return microseconds(value) if isinstance(value, datetime) else value


@dataclass(frozen=True)
class QuickResult:
    """What of a result the store reads."""

    cursor: sqlite3.Cursor
    instants: frozenset[str]

    @property
    def rowcount(self) -> int:
        return self.cursor.rowcount

    def mappings(self) -> QuickResult:
        return self

    def first(self) -> Row | None:
        row = self.cursor.fetchone()
        self.cursor.close()
        return None if row is None else self._read(row)

    def all(self) -> list[Row]:
        return [self._read(row) for row in self.cursor.fetchall()]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.all())

    def _read(self, row: tuple[Any, ...]) -> Row:
        read = dict(zip(self._names, row, strict=True))
        for name in self.instants:
            read[name] = _INSTANT.process_result_value(read[name], _DIALECT)
        return read

    @cached_property
    def _names(self) -> list[str]:
        return [each[0] for each in self.cursor.description]


class QuickConnection:
    """What of a connection the store uses, over the driver's own."""

    def __init__(self, driver: sqlite3.Connection) -> None:
        self._driver = driver

    def execute(
        self, statement: Executable, values: Mapping[str, Any] | None = None
    ) -> QuickResult:
        values = values or {}
        words = worded(statement, values)
        bound = words.with_values(values)
        try:
            return QuickResult(self._driver.execute(words.text, bound), words.instants)
        except sqlite3.IntegrityError as error:
            raise IntegrityError(words.text, None, error) from error

    def begin(self) -> AbstractContextManager[None]:
        """Begin what only reads, and reads once: the statement is its transaction."""
        return nullcontext()

    @contextmanager
    def writing(self) -> Iterator[None]:
        self._driver.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._driver.execute("ROLLBACK")
            raise
        self._driver.execute("COMMIT")


class QuickEngine:
    """What of an engine the store uses; each thread gets a connection of its own."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._idle: list[sqlite3.Connection] = []

    @contextmanager
    def connect(self) -> Iterator[QuickConnection]:
        driver = self._idle.pop() if self._idle else self._open()
        try:
            yield QuickConnection(driver)
        finally:
            self._idle.append(driver)

    def _open(self) -> sqlite3.Connection:
        driver = sqlite3.connect(
            self._path, check_same_thread=False, isolation_level=None
        )
        # No disk is waited for; the write-ahead log is in the file for good.
        driver.execute("PRAGMA synchronous = OFF")
        driver.execute("PRAGMA foreign_keys = ON")
        return driver

    def dispose(self) -> None:
        while self._idle:
            self._idle.pop().close()
