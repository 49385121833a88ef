from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest

from ncp.store import Destination, Letter
from ncp.store.lease import LeaseLost
from ncp.store.outbox import Setback
from tests.ncp.store import samples

REGISTER = Destination("register", timedelta(days=2), timedelta(days=5))
REPOSITORY = Destination("repository")


def letter(number: int = 1) -> Letter:
    return Letter(f"letter-{number}", "dispensed", f"CANARY-{number}".encode())


def post(store, *numbers: int, to: Destination = REGISTER) -> None:
    for number in numbers:
        with store.unit_of_work() as work:
            work.post(letter(number), to)
            work.commit()


def waiting(store, to: Destination = REGISTER, limit: int = 100) -> list[list[str]]:
    """Return the ids that are due, one list for each node."""
    return [
        [each.id for each in batch.letters]
        for batch in store.outbox.due(to.name, limit)
    ]


def first_batch(store, to: Destination = REGISTER):
    return next(store.outbox.due(to.name, 100))


def set_back(store, again_at=None, proven: int = 0) -> None:
    lease = store.outbox.take(REGISTER.name)
    setback = Setback("the register did not answer", again_at)
    store.outbox.settle(lease, first_batch(store), proven, setback)


# --- written with what it tells ------------------------------------------------------


@pytest.mark.spec("ARCHITECTURE: audit, evidence, outcome in one commit")
def test_a_letter_stands_or_falls_with_its_unit_of_work(store):
    with store.unit_of_work() as work:
        work.message(samples.message())
        work.post(letter(), REGISTER)
    assert waiting(store) == []
    with store.unit_of_work() as work:
        work.message(samples.message())
        work.post(letter(), REGISTER)
        work.commit()
    assert waiting(store) == [["letter-1"]]


def test_a_letter_waits_for_each_of_its_destinations_by_itself(store):
    post(store, 1, to=REGISTER)
    post(store, 1, to=REPOSITORY)
    store.outbox.settle(store.outbox.take("register"), first_batch(store), 1)
    assert waiting(store, REGISTER) == []
    assert waiting(store, REPOSITORY) == [["letter-1"]]
    assert store.outbox.destinations() == ("repository",)


def test_the_payload_comes_back_and_stands_nowhere_in_clear(open_store, database):
    store = open_store(url=f"sqlite:///{database}")
    post(store, 1)
    assert first_batch(store).letters == (letter(1),)
    store.close()
    kept = b"".join(each.read_bytes() for each in database.parent.glob("store.db*"))
    assert b"letter-1" in kept
    assert b"CANARY-1" not in kept


def test_a_letter_opens_at_no_other_destination(open_store, database):
    store = open_store(url=f"sqlite:///{database}")
    post(store, 1)
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE outbox SET destination = 'repository'")
    with pytest.raises(Exception, match="not what was written there"):
        first_batch(store, REPOSITORY)


# --- in order, until proven ----------------------------------------------------------


def test_letters_are_due_in_the_order_in_which_they_were_committed(store):
    post(store, 2, 1, 3)
    assert waiting(store) == [["letter-2", "letter-1", "letter-3"]]
    assert waiting(store, limit=2) == [["letter-2", "letter-1"]]


def test_each_node_has_an_order_of_its_own(open_store):
    east, west = open_store(node="east"), open_store(node="west")
    post(east, 1)
    post(west, 2)
    post(east, 3)
    assert waiting(east) == [["letter-1", "letter-3"], ["letter-2"]]


def test_what_is_not_proven_is_due_again_after_the_store_was_opened_again(open_store):
    first = open_store()
    post(first, 1, 2, 3)
    lease = first.outbox.take(REGISTER.name)
    first.outbox.settle(lease, first_batch(first), proven=1)
    first.close()
    assert waiting(open_store()) == [["letter-2", "letter-3"]]


def test_nothing_overtakes_a_letter_that_failed(store, clock):
    post(store, 1, 2)
    set_back(store, again_at=clock.now() + timedelta(seconds=10))
    post(store, 3)
    assert waiting(store) == []
    clock.advance(seconds=10)
    assert waiting(store) == [["letter-1", "letter-2", "letter-3"]]
    assert first_batch(store).attempts == 1


def test_a_failure_on_one_node_does_not_hold_up_another(open_store, clock):
    east, west = open_store(node="east"), open_store(node="west")
    post(east, 1)
    set_back(east, again_at=clock.now() + timedelta(hours=1))
    post(west, 2)
    assert waiting(east) == [["letter-2"]]


# --- one process at a time -----------------------------------------------------------


def test_a_second_process_waits_until_the_lease_is_over(open_store, clock):
    first, second = open_store(), open_store()
    assert first.outbox.take(REGISTER.name) is not None
    assert second.outbox.take(REGISTER.name) is None
    assert second.outbox.take(REPOSITORY.name) is not None
    clock.advance(minutes=2, seconds=1)
    assert second.outbox.take(REGISTER.name) is not None


def test_a_process_that_slept_settles_nothing(open_store, clock):
    first, second = open_store(), open_store()
    post(first, 1)
    asleep, batch = first.outbox.take(REGISTER.name), first_batch(first)
    clock.advance(minutes=3)
    second.outbox.take(REGISTER.name)
    with pytest.raises(LeaseLost):
        first.outbox.settle(asleep, batch, proven=1)
    assert waiting(second) == [["letter-1"]]


def test_a_lease_that_was_given_up_can_be_taken_at_once(open_store):
    first, second = open_store(), open_store()
    first.outbox.release(first.outbox.take(REGISTER.name))
    assert second.outbox.take(REGISTER.name) is not None


# --- dead letters --------------------------------------------------------------------


def test_a_letter_that_is_never_taken_is_dead_and_the_next_one_follows(store):
    post(store, 1, 2, 3)
    set_back(store, again_at=None, proven=1)
    assert waiting(store) == [["letter-3"]]
    (dead,) = store.outbox.dead_letters(REGISTER.name)
    assert (dead.letter, dead.attempts) == (letter(2), 1)
    assert dead.reason == "the register did not answer"


def test_a_letter_that_waited_too_long_is_dead_and_keeps_its_last_reason(store, clock):
    post(store, 1)
    set_back(store, again_at=clock.now())
    clock.advance(days=1)
    post(store, 2)
    clock.advance(days=1)
    store.purge(clock.now())
    assert waiting(store) == [["letter-2"]]
    (dead,) = store.outbox.dead_letters(REGISTER.name)
    assert dead.reason.endswith("in the time given to it: the register did not answer")


def test_only_dead_letters_are_deleted_when_their_time_is_over(store, clock):
    post(store, 1)
    clock.advance(days=5)
    # It was declared dead only now: whoever looks after it has not seen it yet.
    store.outbox.bury_expired(clock.now() - timedelta(days=4))
    assert store.purge(clock.now())["outbox"] == 1
    assert list(store.outbox.dead_letters(REGISTER.name)) == []


def test_a_dead_letter_can_be_revived_in_its_old_place(store, clock):
    post(store, 1, 2)
    set_back(store, again_at=None)
    assert store.outbox.revive(REGISTER, "letter-1")
    assert waiting(store) == [["letter-1", "letter-2"]]
    assert not store.outbox.revive(REGISTER, "letter-1")
    assert not store.outbox.revive(REGISTER, "letter-9")
    clock.advance(days=1, hours=23)
    assert store.outbox.bury_expired(clock.now()) == 0


# --- figures -------------------------------------------------------------------------


def test_the_backlog_is_counted_and_its_age_told(open_store, clock):
    east, west = open_store(node="east"), open_store(node="west")
    empty = east.outbox.backlog(REGISTER.name)
    assert (empty.waiting, empty.dead, empty.oldest) == (0, 0, None)
    post(west, 1)
    clock.advance(minutes=5)
    post(east, 2, 3)
    backlog = east.outbox.backlog(REGISTER.name)
    assert (backlog.waiting, backlog.dead) == (3, 0)
    assert clock.now() - backlog.oldest == timedelta(minutes=5)
    set_back(east, again_at=None)
    assert east.outbox.backlog(REGISTER.name).dead == 1


@pytest.mark.parametrize(
    ("name", "tried", "kept"), [("", 1, 2), ("x" * 25, 1, 2), ("register", 2, 2)]
)
def test_a_destination_that_cannot_be_kept_is_refused(name, tried, kept):
    with pytest.raises(ValueError, match=r"destination|kept longer"):
        Destination(name, timedelta(days=tried), timedelta(days=kept))
