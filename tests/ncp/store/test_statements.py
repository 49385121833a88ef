"""Units of work that wait for the same commit, written by a few statements for all."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

from sqlalchemy import select

from ncp.store import Store, StoreConflict, StoreUnavailable, schema
from ncp.store.direct import DirectTransaction
from ncp.store.insertion import Insertion
from tests.ncp.audit.samples import exchange
from tests.ncp.store import samples
from tests.ncp.store.samples import DENMARK


def together(store: Store, *fillings) -> list[Future[None]]:
    """Commit units of work that wait at the same time."""
    entered, release = threading.Event(), threading.Event()

    def hold(_connection) -> None:
        entered.set()
        assert release.wait(60)

    def commit(fill) -> None:
        with store.unit_of_work() as work:
            fill(work)
            work.commit()

    with ThreadPoolExecutor(len(fillings) + 1) as pool:
        pool.submit(store._writer.submit, hold)
        assert entered.wait(60)
        done = []
        for number, fill in enumerate(fillings, start=1):
            done.append(pool.submit(commit, fill))
            while store._writer._queue.qsize() < number:  # they come in this order
                time.sleep(0.001)
        release.set()
    return done


def exchange_of(name: str):
    def fill(work) -> None:
        work.message(samples.message(message_id=name))
        work.audit(exchange(request_message_id=name))

    return fill


def test_what_waits_together_is_written_by_few_statements(store, monkeypatch):
    written: list[str] = []
    worded = Insertion.worded

    def listening(insertion, rows, mark):
        for statement, values in worded(insertion, rows, mark):
            written.append(statement)
            yield statement, values

    monkeypatch.setattr(Insertion, "worded", listening)
    done = together(store, *[exchange_of(f"urn:{n}") for n in range(8)])
    assert [each.result() for each in done] == [None] * 8
    assert [each.partition(" (")[0] for each in written] == [
        "INSERT INTO messages",
        "INSERT INTO audit_events",
    ]
    names = [each.record.message_id for each in store.messages()]
    assert names == [f"urn:{n}" for n in range(8)]
    messages = {each.exchange_id: each.record.message_id for each in store.messages()}
    for entry in store.audit_trail():
        assert messages[entry.exchange_id].encode() in entry.dicom


def test_a_unit_that_cannot_be_written_fails_alone(store):
    def claiming(work) -> None:
        work.sighting(DENMARK, "urn:mine", "0" * 64)
        exchange_of("urn:second")(work)

    first, again, other = together(store, claiming, claiming, exchange_of("urn:third"))
    assert first.result() is None
    assert isinstance(again.exception(), StoreConflict)
    assert other.result() is None
    names = [each.record.message_id for each in store.messages()]
    assert names == ["urn:second", "urn:third"]
    assert len(list(store.audit_trail())) == 2


def test_units_that_replace_the_same_row_are_written_one_after_the_other(store):
    def submission(document: bytes):
        return lambda work: work.submission(samples.submission(content=document))

    for done in together(store, *[submission(each) for each in (b"1", b"2", b"3")]):
        assert done.result() is None
    with store._engine.connect() as connection:
        rows = connection.execute(select(schema.sent_submissions.c.handle)).all()
    assert len(rows) == 1
    assert store.sent_submissions.load(samples.submission().handle).content == b"3"


def test_a_unit_of_nothing_is_written_with_others(store):
    def nothing(_work) -> None:
        return None

    done = together(store, nothing, exchange_of("urn:1"), nothing)
    assert [each.result() for each in done] == [None] * 3
    assert len(list(store.messages())) == 1


def test_a_commit_that_fails_fails_for_all_units_in_it(store, monkeypatch):
    def lost(_transaction) -> None:
        raise store._engine.dialect.loaded_dbapi.OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(DirectTransaction, "commit", lost)
        done = together(store, *[exchange_of(f"urn:{n}") for n in range(3)])
    for failed in done:
        assert isinstance(failed.exception(), StoreUnavailable)
    (done,) = together(store, exchange_of("urn:later"))
    assert done.result() is None
    assert [each.record.message_id for each in store.messages()] == ["urn:later"]


def test_units_and_other_jobs_that_wait_together_are_all_done(store):
    def job(_connection) -> str:
        return "done"

    with ThreadPoolExecutor(4) as jobs:
        done = [jobs.submit(store._writer.submit, job) for _ in range(3)]
        units = together(store, *[exchange_of(f"urn:{n}") for n in range(3)])
        assert [each.result() for each in (*units, *done)] == [None] * 3 + ["done"] * 3
    assert len(list(store.messages())) == 3


def test_a_transaction_the_database_gave_up_is_not_taken_for_committed(
    store, database, monkeypatch
):
    run = Insertion.run_directly

    def given_up(insertion, cursor, rows, mark) -> None:
        run(insertion, cursor, rows, mark)
        cursor.connection.rollback()

    with monkeypatch.context() as patch:
        patch.setattr(Insertion, "run_directly", given_up)
        (done,) = together(store, exchange_of("urn:1"))
    assert isinstance(done.exception(), StoreUnavailable)
    assert list(store.messages()) == []
    assert database.is_file()
