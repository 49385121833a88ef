"""How often a professional is served is counted where a restart does not forget it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from ncp.store import IssueLimit, Store, StoreUnavailable

LIMIT = IssueLimit(3, timedelta(minutes=10))


def fill(store: Store, clock, professional: str = "doctor-1") -> None:
    for _ in range(LIMIT.most):
        assert store.claim_issue(professional, LIMIT) is None
        clock.advance(minutes=1)


def test_up_to_the_limit_everybody_is_served(store, clock):
    fill(store, clock)
    assert store.claim_issue("doctor-1", LIMIT) is not None


def test_a_refusal_says_when_there_is_room_again_and_counts_nothing(store, clock):
    begun = clock.now()
    fill(store, clock)
    free_at = store.claim_issue("doctor-1", LIMIT)
    assert free_at == begun + LIMIT.window
    clock.moment = free_at - timedelta(microseconds=1)
    assert store.claim_issue("doctor-1", LIMIT) is not None
    clock.moment = free_at
    assert store.claim_issue("doctor-1", LIMIT) is None


def test_one_professional_does_not_count_for_another(store, clock):
    fill(store, clock)
    assert store.claim_issue("doctor-2", LIMIT) is None


def test_a_restart_does_not_forget_the_count(database, open_store, clock):
    with open_store() as store:
        fill(store, clock)
    with open_store() as store:
        assert store.claim_issue("doctor-1", LIMIT) is not None


def test_of_many_at_once_no_more_than_the_limit_are_served(open_store):
    stores = [open_store(), open_store()]

    def claim(number: int):
        return stores[number % 2].claim_issue("doctor-1", LIMIT)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(claim, range(20)))
    assert answers.count(None) == LIMIT.most


def test_no_name_of_a_professional_is_written_down(store, database):
    store.claim_issue("doctor-canary", LIMIT)
    store.close()
    assert b"doctor-canary" not in database.read_bytes()


def test_a_count_goes_when_its_window_is_over(store, clock):
    fill(store, clock)
    clock.moment += LIMIT.window
    assert store.purge(clock.now())["token_issues"] == LIMIT.most


def test_what_cannot_be_counted_is_not_served(store):
    with store._engine.begin() as connection:
        connection.execute(text("DROP TABLE token_issues"))
    with pytest.raises(StoreUnavailable, match="could not be counted"):
        store.claim_issue("doctor-1", LIMIT)
