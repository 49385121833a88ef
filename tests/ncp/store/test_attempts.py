"""Wrong guesses are counted where a restart does not forget them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from ncp.store import AttemptLimit, StoreUnavailable

LIMIT = AttemptLimit(3, timedelta(minutes=10))


def guess_wrong(store, clock, *things: str, times: int = LIMIT.most) -> None:
    for _ in range(times):
        store.attempts.note(things, LIMIT.window)
        clock.advance(minutes=1)


def test_up_to_the_limit_there_is_room(store, clock):
    guess_wrong(store, clock, "a", times=LIMIT.most - 1)
    assert store.attempts.room_at("a", LIMIT) is None


def test_over_the_limit_it_is_said_when_there_is_room_again(store, clock):
    begun = clock.now()
    guess_wrong(store, clock, "a")
    free_at = store.attempts.room_at("a", LIMIT)
    assert free_at == begun + LIMIT.window
    clock.moment = free_at
    assert store.attempts.room_at("a", LIMIT) is None


def test_a_guess_counts_for_everything_it_has_in_common(store, clock):
    guess_wrong(store, clock, "a", "b")
    assert store.attempts.room_at("a", LIMIT) is not None
    assert store.attempts.room_at("b", LIMIT) is not None
    assert store.attempts.room_at("c", LIMIT) is None


def test_a_restart_does_not_forget_the_count(open_store, clock):
    with open_store() as store:
        guess_wrong(store, clock, "a")
    with open_store() as store:
        assert store.attempts.room_at("a", LIMIT) is not None


def test_what_is_counted_cannot_be_read_from_the_database(store, clock):
    guess_wrong(store, clock, "doctor-1893120105732")
    with store._engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM failed_attempts")).all()
    assert len(rows) == LIMIT.most
    assert "1893120105732" not in str(rows)


def test_counts_are_deleted_when_their_time_is_over(store, clock):
    guess_wrong(store, clock, "a")
    clock.advance(minutes=20)
    store.purge(clock.now())
    with store._engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM failed_attempts"))
        assert count.scalar() == 0


def test_what_cannot_be_counted_is_no_guess(store, clock):
    with store._engine.begin() as connection:
        connection.execute(text("DROP TABLE failed_attempts"))
    with pytest.raises(StoreUnavailable):
        store.attempts.note(["a"], LIMIT.window)
    with pytest.raises(StoreUnavailable):
        store.attempts.room_at("a", LIMIT)
