"""The one thread that writes, and the group commit.

Callers hand in jobs and wait. The writer takes all that wait, runs them in one
transaction and commits once for all: the disk is waited for once. Units of work are
written together, by a few statements for all of them; where that fails it is taken back
and each is run apart, as every other job is, inside a savepoint. So a job that fails
takes back its own work and no other's. A commit that fails fails for all in it. If the
thread itself dies, everybody who waits and everybody who comes is told.

Spec: ARCHITECTURE "one writer thread per process, group commit" / SQLite "Savepoints".
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from ncp.store.engine import for_writing
from ncp.store.errors import StoreUnavailable
from ncp.store.promise import Promise
from ncp.store.statements import Statements, write_together

T = TypeVar("T")
Job: TypeAlias = Callable[[Connection], T]

_FAILURES = (SQLAlchemyError, sqlite3.Error, OSError)
_RETRY = "the request can be repeated; see the health of the store"
_WORTH_IT = 2
_DISK = "check the disk of the database: space, permissions, health"


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """A job and the promise its caller waits on."""

    job: Job[Any]
    promise: Promise[Any]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a job returned, or why it was taken back; told after the commit."""

    promise: Promise[Any]
    value: object = None
    error: Exception | None = None


class Writer:
    """Runs jobs in one thread, many to a transaction.

    Parameters
    ----------
    timeout_s
        How long a caller waits. A job not begun by then never is.
    batch_limit
        How many jobs share a commit at most.
    """

    def __init__(
        self, engine: Engine, *, timeout_s: float = 15.0, batch_limit: int = 256
    ) -> None:
        self._engine: Final = engine
        self._timeout_s: Final = timeout_s
        self._batch_limit: Final = batch_limit
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._is_closed = False
        self._crash: BaseException | None = None
        self._is_ailing = False
        self._connection: Connection | None = None
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        self._thread.start()

    @property
    def has_crashed(self) -> bool:
        """Whether the thread is dead without having been closed."""
        return self._crash is not None

    @property
    def is_ailing(self) -> bool:
        """Whether the database failed, wholly or for a job, when last written to."""
        return self._is_ailing

    def submit(self, job: Job[T]) -> T:
        """Run a job and return its result once that is durable.

        Raises
        ------
        StoreUnavailable
            It was not, or not certainly, written.
        Exception
            Whatever the job itself raised; its work was taken back.
        """
        promise: Promise[T] = Promise()
        with self._gate:
            self._refuse_if_over()
            self._queue.put(_Waiting(job, promise))
        return self._wait(promise)

    def close(self) -> None:
        """Write what waits, then stop."""
        with self._gate:
            if not self._is_closed:
                self._is_closed = True
                self._queue.put(None)
        self._thread.join(self._timeout_s)

    def _refuse_if_over(self) -> None:
        if self._crash is not None:
            raise _crashed() from self._crash
        if self._is_closed:
            raise StoreUnavailable("the store is closed", "start the gateway again")

    def _wait(self, promise: Promise[T]) -> T:
        if not promise.wait(self._timeout_s):
            promise.claim()  # what is claimed is not begun any more
            raise StoreUnavailable(
                f"no record was confirmed within {self._timeout_s:g} seconds", _DISK
            )
        return promise.result()

    def _run(self) -> None:
        batch: list[_Waiting] = []
        try:
            while self._fill(batch):
                self._write(batch)
                batch.clear()
        except BaseException as error:  # noqa: BLE001 - whatever killed it is told to all
            self._bury(error, batch)
        finally:
            self._drop_connection()

    def _fill(self, batch: list[_Waiting]) -> bool:
        """Wait for a job, take all others that wait; False when it is time to stop."""
        item = self._queue.get()
        while item is not None:
            batch.append(item)
            if len(batch) >= self._batch_limit or self._queue.empty():
                return True
            item = self._queue.get()
        if batch:
            self._queue.put(None)
        return bool(batch)

    def _write(self, batch: list[_Waiting]) -> None:
        try:
            outcomes = self._commit(batch)
        except _FAILURES as error:
            self._is_ailing = True
            self._drop_connection()
            _fail(batch, error)
        else:
            self._is_ailing = any(
                isinstance(each.error, OperationalError) for each in outcomes
            )
            _settle(outcomes)

    def _commit(self, batch: list[_Waiting]) -> list[_Outcome]:
        """Run the jobs whose callers still wait, and commit once."""
        if self._connection is None:
            self._connection = for_writing(self._engine.connect())
        with self._connection.begin():
            begun = [item for item in batch if item.promise.claim()]
            outcomes = _run(self._connection, begun)
            _require_transaction(self._connection)
        return outcomes

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.invalidate()
                connection.close()
            except _FAILURES:
                # It is being thrown away because it is broken: nothing left to save.
                return

    def _bury(self, error: BaseException, batch: list[_Waiting]) -> None:
        with self._gate:
            self._crash = error
            while not self._queue.empty():
                item = self._queue.get()
                if item is not None:
                    batch.append(item)
        for item in batch:
            _reject(item.promise, _crashed(), error)


def _run(connection: Connection, batch: Sequence[_Waiting]) -> list[_Outcome]:
    """Write the units of work together if that can be done, and run all others."""
    units = {item: item.job for item in batch if isinstance(item.job, Statements)}
    if len(units) < _WORTH_IT or not _are_written(connection, units.values()):
        return [_run_apart(connection, item) for item in batch]
    others = [_run_apart(connection, item) for item in batch if item not in units]
    return [*map(_Outcome, (item.promise for item in units)), *others]


def _are_written(connection: Connection, units: Iterable[Statements]) -> bool:
    """Write units of work together; take all of it back where one cannot be."""
    _savepoint(connection)
    try:
        write_together(units, connection)
    except Exception:  # noqa: BLE001 - whose it is shows when each is run apart
        _take_back(connection)
        return False
    _release(connection)
    return True


def _run_apart(connection: Connection, item: _Waiting) -> _Outcome:
    _savepoint(connection)
    try:
        value = item.job(connection)
    except Exception as error:  # noqa: BLE001 - handed to the caller whose job it is
        _take_back(connection)
        return _Outcome(item.promise, error=error)
    _release(connection)
    return _Outcome(item.promise, value)


# In the driver's words: compiling the savepoint anew costs as much as an insert.
def _savepoint(connection: Connection) -> None:
    connection.exec_driver_sql("SAVEPOINT job")


def _take_back(connection: Connection) -> None:
    connection.exec_driver_sql("ROLLBACK TO SAVEPOINT job")


def _release(connection: Connection) -> None:
    connection.exec_driver_sql("RELEASE SAVEPOINT job")


def _require_transaction(connection: Connection) -> None:
    """Refuse to take a transaction for committed that SQLite gave up by itself.

    A full disk can end it inside a statement; the driver's commit then does nothing and
    says nothing.
    """
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection) and not driver.in_transaction:
        raise sqlite3.OperationalError("the transaction was given up")


def _settle(outcomes: list[_Outcome]) -> None:
    for outcome in outcomes:
        if outcome.error is not None:
            outcome.promise.fail(outcome.error)
        else:
            outcome.promise.keep(outcome.value)


def _fail(batch: list[_Waiting], error: BaseException) -> None:
    for item in batch:
        failure = StoreUnavailable("the record could not be committed", _DISK)
        _reject(item.promise, failure, error)


def _reject(
    promise: Promise[Any], failure: StoreUnavailable, cause: BaseException
) -> None:
    """Tell a caller of a failure, whether or not the job had begun."""
    if promise.is_settled:
        return
    failure.__cause__ = cause
    promise.fail(failure)


def _crashed() -> StoreUnavailable:
    return StoreUnavailable(
        "the writer of the store has died", "start the gateway again; " + _RETRY
    )
