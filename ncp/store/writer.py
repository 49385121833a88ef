"""The one thread that writes, and the group commit.

Callers hand in jobs and wait. The writer takes all that wait, runs them in as few
transactions as can be and commits for all in one: the disk is waited for once. Units of
work are written together, by a few statements for all of them; where that fails it is
taken back and each is run apart, as every other job is, inside a savepoint. So a job
that fails takes back its own work and no other's. A commit that fails fails for all in
it. If the thread itself dies, everybody who waits and everybody who comes is told.

Spec: ARCHITECTURE "one writer thread per process, group commit" / SQLite "Savepoints".
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from ncp.store.direct import DirectTransaction, require_transaction
from ncp.store.engine import for_writing
from ncp.store.errors import StoreUnavailable
from ncp.store.promise import Promise
from ncp.store.statements import Statements, together

T = TypeVar("T")
Job: TypeAlias = Callable[[Connection], T]

_RETRY = "the request can be repeated; see the health of the store"
_DISK = "check that the database runs, and its disk: space, permissions, health"


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


_Way: TypeAlias = Callable[[Connection, Sequence[_Waiting]], list[_Outcome]]


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
        driver = engine.dialect.loaded_dbapi
        self._failures: Final = (SQLAlchemyError, driver.Error, OSError)
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
        """Whether the database failed, hung or refused a job when last written to."""
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
            # A database that hangs raises nothing: the next that is written clears it.
            self._is_ailing = True
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
        units = [each for each in batch if isinstance(each.job, Statements)]
        others = [each for each in batch if not isinstance(each.job, Statements)]
        ails = self._commit(units, _write_units, ails=False)
        self._commit(others, _run_jobs, ails=ails)

    def _commit(self, part: Sequence[_Waiting], way: _Way, *, ails: bool) -> bool:
        """Run jobs and tell what became of them; whether the database fails by now."""
        if not part:
            return ails
        try:
            if self._connection is None:
                self._connection = for_writing(self._engine.connect())
            outcomes = way(self._connection, part)
        except self._failures as error:
            self._is_ailing = True
            self._drop_connection()
            _fail(part, error)
        else:
            failed = (isinstance(each.error, OperationalError) for each in outcomes)
            self._is_ailing = ails or any(failed)
            _settle(outcomes)
        return self._is_ailing

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.invalidate()
                connection.close()
            except self._failures:
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


def _write_units(connection: Connection, units: Sequence[_Waiting]) -> list[_Outcome]:
    """Write units of work together if that can be done, else each apart."""
    transaction = DirectTransaction(connection)
    begun = [each for each in units if each.promise.claim()]
    if transaction.writes(together(cast("Statements", each.job) for each in begun)):
        transaction.commit()
        return [_Outcome(each.promise) for each in begun]
    with connection.begin():
        return _run_apart(connection, begun)


def _run_jobs(connection: Connection, jobs: Sequence[_Waiting]) -> list[_Outcome]:
    """Run jobs, each apart, and commit once."""
    with connection.begin():
        return _run_apart(connection, [each for each in jobs if each.promise.claim()])


def _run_apart(connection: Connection, begun: Sequence[_Waiting]) -> list[_Outcome]:
    outcomes = [_run(connection, each) for each in begun]
    require_transaction(connection.connection.driver_connection)
    return outcomes


def _run(connection: Connection, item: _Waiting) -> _Outcome:
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


def _settle(outcomes: list[_Outcome]) -> None:
    for outcome in outcomes:
        if outcome.error is not None:
            outcome.promise.fail(outcome.error)
        else:
            outcome.promise.keep(outcome.value)


def _fail(batch: Sequence[_Waiting], error: BaseException) -> None:
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
