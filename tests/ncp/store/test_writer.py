from __future__ import annotations

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, OperationalError

from ncp.errors import Refusal
from ncp.store import StoreUnavailable
from ncp.store.engine import open_engine
from ncp.store.writer import Writer


@pytest.fixture
def engine(database):
    engine = open_engine(f"sqlite:///{database}")
    with engine.connect() as connection, connection.begin():
        connection.execute(text("CREATE TABLE t (n INTEGER PRIMARY KEY)"))
    yield engine
    engine.dispose()


@pytest.fixture
def writer(engine):
    writer = Writer(engine, timeout_s=5)
    yield writer
    writer.close()


def insert(number: int):
    def job(connection):
        connection.execute(text("INSERT INTO t VALUES (:n)"), {"n": number})
        return number

    return job


def numbers(database) -> set[int]:
    connection = sqlite3.connect(database)
    try:
        return {row[0] for row in connection.execute("SELECT n FROM t")}
    finally:
        connection.close()


class Held:
    """Keeps the writer busy, so that what is submitted meanwhile waits together."""

    def __init__(self, writer: Writer) -> None:
        self.entered, self.release = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=writer.submit, args=(self._job,))
        self._thread.start()
        assert self.entered.wait(5)

    def _job(self, _connection):
        self.entered.set()
        assert self.release.wait(5)

    def let_go(self) -> None:
        self.release.set()
        self._thread.join(5)


def submit_together(writer: Writer, jobs: list):
    """Submit jobs so that they wait at the same time; give their futures."""
    held = Held(writer)
    pool = ThreadPoolExecutor(len(jobs))
    futures = [pool.submit(writer.submit, job) for job in jobs]
    deadline = time.monotonic() + 30
    while writer._queue.qsize() < len(jobs) and time.monotonic() < deadline:
        time.sleep(0.001)
    held.let_go()
    pool.shutdown()
    return futures


def test_what_was_submitted_is_in_the_file_when_submit_returns(writer, database):
    assert writer.submit(insert(1)) == 1
    assert numbers(database) == {1}


def test_many_jobs_that_wait_share_one_commit(writer, engine, database):
    commits: list[int] = []
    event.listen(engine, "commit", lambda _connection: commits.append(1))
    futures = submit_together(writer, [insert(n) for n in range(20)])
    assert {future.result() for future in futures} == set(range(20))
    assert numbers(database) == set(range(20))
    assert len(commits) == 2  # the one that held the writer, and all the others


def test_a_failing_job_takes_back_its_own_work_and_no_other(writer, database):
    writer.submit(insert(1))

    def half_done(connection):
        insert(100)(connection)
        insert(1)(connection)  # is there already

    before, failed, after = submit_together(writer, [insert(2), half_done, insert(3)])
    assert isinstance(failed.exception(), IntegrityError)
    assert (before.result(), after.result()) == (2, 3)
    assert numbers(database) == {1, 2, 3}


def test_a_job_that_raises_anything_gets_its_own_exception_back(writer, database):
    def broken(connection):
        insert(7)(connection)
        raise KeyError("mine")

    futures = submit_together(writer, [broken, insert(8)])
    assert isinstance(futures[0].exception(), KeyError)
    assert futures[1].result() == 8
    assert numbers(database) == {8}


def test_a_commit_that_fails_fails_for_all_in_it_and_the_next_one_works(
    writer, engine, database
):
    commits: list[int] = []

    def no_commit(_connection):
        commits.append(1)
        if len(commits) == 2:  # the first is of the job that held the writer
            raise sqlite3.OperationalError("disk I/O error")

    event.listen(engine, "commit", no_commit)
    futures = submit_together(writer, [insert(1), insert(2)])
    event.remove(engine, "commit", no_commit)
    for future in futures:
        assert isinstance(future.exception(), StoreUnavailable)
        assert future.exception().refusal is Refusal.RECORD_UNAVAILABLE
        assert isinstance(future.exception().__cause__, sqlite3.OperationalError)
    assert writer.is_ailing
    assert writer.submit(insert(3)) == 3
    assert not writer.is_ailing
    assert numbers(database) == {3}


def test_a_transaction_the_database_gave_up_is_not_taken_for_committed(
    writer, database
):
    def rolled_back_below_us(connection):
        insert(1)(connection)
        connection.connection.driver_connection.execute("ROLLBACK")
        connection.connection.driver_connection.execute("SAVEPOINT job")

    with pytest.raises(StoreUnavailable):
        writer.submit(rolled_back_below_us)
    assert numbers(database) == set()


def test_an_operational_error_of_a_job_makes_the_writer_ailing(writer):
    def no_such_table(connection):
        connection.execute(text("INSERT INTO absent VALUES (1)"))

    with pytest.raises(OperationalError):
        writer.submit(no_such_table)
    assert writer.is_ailing


def test_a_full_database_fails_loudly_and_recovers_when_there_is_space(
    writer, database
):
    def limit(pages: int):
        def job(connection):
            connection.execute(text(f"PRAGMA max_page_count = {pages}"))

        return job

    def fill(connection):
        connection.execute(text("CREATE TABLE big (b BLOB)"))
        connection.execute(text("INSERT INTO big VALUES (zeroblob(1000000))"))

    writer.submit(limit(8))
    with pytest.raises((OperationalError, StoreUnavailable)):
        writer.submit(fill)
    assert writer.is_ailing
    writer.submit(limit(100_000))
    writer.submit(insert(1))
    assert not writer.is_ailing
    assert numbers(database) == {1}


def test_a_database_that_hangs_is_ailing_until_it_writes_again(engine):
    writer, release = Writer(engine, timeout_s=0.05), threading.Event()
    try:
        with pytest.raises(StoreUnavailable, match="No record was confirmed"):
            writer.submit(lambda _connection: release.wait(60))
        assert writer.is_ailing
        release.set()
        end = time.monotonic() + 60
        while writer.is_ailing and time.monotonic() < end:
            time.sleep(0.01)
        assert not writer.is_ailing
    finally:
        release.set()
        writer.close()


def test_a_locked_database_fails_loudly(writer, database, monkeypatch):
    monkeypatch.setattr("ncp.store.engine._BUSY_TIMEOUT_S", 0.05)
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    engine = open_engine(f"sqlite:///{database}")
    hasty = Writer(engine)
    try:
        with pytest.raises(StoreUnavailable, match="could not be committed"):
            hasty.submit(insert(1))
    finally:
        other.close()
        hasty.close()
        engine.dispose()


class Killed(BaseException):
    """What no job may catch."""


def test_when_the_writer_dies_everybody_is_told(writer):
    def deadly(_connection):
        raise Killed

    futures = submit_together(writer, [deadly, insert(1), insert(2)])
    for future in futures:
        assert isinstance(future.exception(), StoreUnavailable)
        assert isinstance(future.exception().__cause__, Killed)
    assert writer.has_crashed
    with pytest.raises(StoreUnavailable, match="writer of the store has died"):
        writer.submit(insert(3))


def test_nothing_of_a_batch_that_killed_the_writer_is_kept(writer, database):
    def deadly(connection):
        insert(1)(connection)
        raise Killed

    with pytest.raises(StoreUnavailable):
        writer.submit(deadly)
    assert numbers(database) == set()


def test_a_caller_who_waited_too_long_is_told_and_the_job_is_not_begun(
    engine, database
):
    writer = Writer(engine, timeout_s=0.5)
    release = threading.Event()
    entered = threading.Event()

    def slow(_connection):
        entered.set()
        release.wait(5)

    def expect_timeout():
        with pytest.raises(StoreUnavailable):
            writer.submit(slow)

    blocked = threading.Thread(target=expect_timeout)
    blocked.start()
    assert entered.wait(5)
    with pytest.raises(StoreUnavailable, match="No record was confirmed"):
        writer.submit(insert(1))
    blocked.join(5)  # it too was told, while its job still runs
    release.set()
    writer.submit(insert(2))
    writer.close()
    assert numbers(database) == {2}


def test_closing_writes_what_waits_and_then_refuses(engine, database):
    writer = Writer(engine, timeout_s=5)
    held = Held(writer)
    pool = ThreadPoolExecutor(4)
    futures = [pool.submit(writer.submit, insert(n)) for n in range(4)]
    while writer._queue.qsize() < 4:
        time.sleep(0.001)
    closing = threading.Thread(target=writer.close)
    closing.start()
    held.let_go()
    closing.join(5)
    assert {future.result(5) for future in futures} == {0, 1, 2, 3}
    pool.shutdown()
    assert numbers(database) == {0, 1, 2, 3}
    with pytest.raises(StoreUnavailable, match="closed"):
        writer.submit(insert(9))
    writer.close()
