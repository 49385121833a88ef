"""Reads back what was committed; every read is its own short transaction.

Spec: ARCHITECTURE "Personal data at rest": what has expired is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine, Select, Table, select
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import SQLAlchemyError

from ncp.ports import Clock
from ncp.store import rows, schema
from ncp.store.driver_words import Plain, mark_of
from ncp.store.errors import StoreUnavailable
from ncp.store.records import (
    IssuedDocument,
    ListedEntry,
    SentSubmission,
    Treatment,
)
from ncp.store.sealing import KeyRing
from trust.identifiers import PatientId

T = TypeVar("T")
# A statement in the driver's words, and what stands at its question marks.
Asked: TypeAlias = tuple[str, Sequence[Plain]]
_PAGE = 500


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection inside a read transaction; its failures become ours."""
    try:
        with engine.connect() as connection, connection.begin():
            yield connection
    except SQLAlchemyError as error:
        raise _unreadable() from error


def read_plainly(engine: Engine, asked: Iterable[Asked]) -> list[Any]:
    """Ask in the driver's words; return all rows of the answers, as the driver does.

    It costs a fraction of :func:`reading`, and is for what every message asks. Values
    stand at question marks, whichever database it is. Each statement sees a state of
    the database of its own.

    Raises
    ------
    StoreUnavailable
        As for :func:`reading`.
    """
    try:
        with closing(engine.raw_connection()) as connection:
            cursor, mark = connection.cursor(), mark_of(engine.dialect)
            return [row for each in asked for row in _rows(cursor, mark, *each)]
    except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
        raise _unreadable() from error


def ask_plainly(connection: Connection, asked: Iterable[Asked]) -> list[Any]:
    """Ask likewise, inside the transaction of a connection."""
    mark = mark_of(connection.dialect)
    return [
        row
        for text, values in asked
        for row in connection.exec_driver_sql(text.replace("?", mark), tuple(values))
    ]


def _rows(
    cursor: DBAPICursor, mark: str, text: str, values: Sequence[Plain]
) -> Sequence[Any]:
    cursor.execute(text.replace("?", mark), values)
    return cursor.fetchall()


def _unreadable() -> StoreUnavailable:
    return StoreUnavailable(
        "the database cannot be read",
        "check that it runs, and that it was made with store.migrate",
    )


class IssuedDocumentReader:
    """Reads the document ids given out."""

    def __init__(self, engine: Engine, keys: KeyRing, clock: Clock) -> None:
        self._engine = engine
        self._keys = keys
        self._clock = clock

    def find(
        self, document_id: str, patient: PatientId | None = None
    ) -> IssuedDocument | None:
        """Return the living binding of an id, the one to ``patient`` if there is one.

        The answer may be bound to another patient: compare before use.
        """
        table = schema.issued_documents
        query = (
            select(table)
            .where(table.c.document_id == document_id)
            .where(table.c.expires > self._clock.now())
        )
        if patient is not None:
            is_theirs = table.c.patient_pseudonym.in_(self._keys.pseudonyms(patient))
            query = query.order_by(is_theirs.desc())
        row = _first(self._engine, query.order_by(table.c.issued_at.desc()))
        return None if row is None else rows.read_issued(self._keys, row)


class TreatmentReader:
    """Reads the treatments of country B."""

    def __init__(self, engine: Engine, keys: KeyRing, clock: Clock) -> None:
        self._engine = engine
        self._keys = keys
        self._clock = clock

    def load(self, handle: str) -> Treatment | None:
        """Return the treatment, or None where it is unknown or has expired."""
        table = schema.treatments
        query = (
            select(table)
            .where(table.c.handle == handle)
            .where(table.c.expires > self._clock.now())
        )
        row = _first(self._engine, query)
        return None if row is None else rows.read_treatment(self._keys, row)


class ListedEntryReader:
    """Reads the list entries of country B."""

    def __init__(self, engine: Engine, keys: KeyRing, clock: Clock) -> None:
        self._engine = engine
        self._keys = keys
        self._clock = clock

    def load(self, treatment_handle: str, handle: str) -> ListedEntry | None:
        """Return the entry of that treatment, or None (unknown, expired, another's)."""
        table = schema.listed_entries
        query = (
            select(table)
            .where(table.c.handle == handle)
            .where(table.c.treatment_handle == treatment_handle)
            .where(table.c.expires > self._clock.now())
        )
        row = _first(self._engine, query)
        return None if row is None else rows.read_entry(self._keys, row)


class SentSubmissionReader:
    """Reads the submissions of country B."""

    def __init__(self, engine: Engine, keys: KeyRing, clock: Clock) -> None:
        self._engine = engine
        self._keys = keys
        self._clock = clock

    def load(self, handle: str) -> SentSubmission | None:
        """Return the submission, or None where it is unknown or has expired."""
        table = schema.sent_submissions
        query = (
            select(table)
            .where(table.c.handle == handle)
            .where(table.c.expires > self._clock.now())
        )
        row = _first(self._engine, query)
        return None if row is None else rows.read_submission(self._keys, row)


def in_order(
    engine: Engine, table: Table, read: Callable[[rows.Row], T], after: int
) -> Iterator[T]:
    """Read a table by its sequence, a page at a time.

    No transaction stays open between pages: a slow reader holds nothing up.
    """
    while True:
        query = (
            select(table)
            .where(table.c.sequence > after)
            .order_by(table.c.sequence)
            .limit(_PAGE)
        )
        with reading(engine) as connection:
            page = connection.execute(query).mappings().all()
        for row in page:
            yield read(row)
        if len(page) < _PAGE:
            return
        after = page[-1]["sequence"]


def _first(engine: Engine, query: Select[tuple[object, ...]]) -> rows.Row | None:
    with reading(engine) as connection:
        return connection.execute(query.limit(1)).mappings().first()
