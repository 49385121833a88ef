"""Who presented an assertion first: claimed once, durable, forgotten in time."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from ncp.store import Store, StoreUnavailable
from ncp.store.assertion_uses import AssertionClaims
from tests.clocks import START
from trust.assertions import AssertionUse, AssertionUses
from trust.identifiers import CountryCode

DENMARK, FINLAND = CountryCode("DK"), CountryCode("FI")
USE = AssertionUse("urn:idp:countryB", "_1", DENMARK, START + timedelta(hours=4))
OTHER = replace(USE, assertion_id="_2")


def by_finland(use: AssertionUse) -> AssertionUse:
    return replace(use, peer=FINLAND)


def kept(database) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(database)
    try:
        return connection.execute("SELECT * FROM assertion_uses").fetchall()
    finally:
        connection.close()


def test_the_store_remembers_uses_as_trust_asks(store):
    memory: AssertionUses = store
    assert memory.first_presenters([]) == ()


def test_who_presents_first_owns_an_assertion(store, database):
    assert store.first_presenters([USE]) == (DENMARK,)
    assert store.first_presenters([USE]) == (DENMARK,)
    assert store.first_presenters([by_finland(USE)]) == (DENMARK,)
    assert len(kept(database)) == 1


def test_each_of_several_assertions_has_its_own_owner(store):
    store.first_presenters([USE])
    both = [by_finland(OTHER), by_finland(USE)]
    assert store.first_presenters(both) == (FINLAND, DENMARK)
    assert store.first_presenters([OTHER, USE]) == (FINLAND, DENMARK)


def test_an_assertion_is_named_by_issuer_and_id_together(store):
    store.first_presenters([USE])
    elsewhere = replace(USE, issuer="urn:idp:FI:countryB", peer=FINLAND)
    assert store.first_presenters([elsewhere]) == (FINLAND,)
    # The same characters, parted elsewhere.
    shifted = replace(USE, issuer=USE.issuer + "_", assertion_id="1", peer=FINLAND)
    assert store.first_presenters([shifted]) == (FINLAND,)


def test_neither_issuer_nor_id_is_kept_in_clear(store, database):
    store.first_presenters([USE])
    [row] = kept(database)
    assert USE.issuer not in str(row)
    assert len(row[0]) == 64


def test_a_claim_survives_a_restart(open_store):
    open_store().first_presenters([USE])
    assert open_store().first_presenters([by_finland(USE)]) == (DENMARK,)


def test_a_claim_is_over_when_its_assertion_is(store, clock, database):
    store.first_presenters([USE])
    clock.advance(hours=4)
    assert store.first_presenters([by_finland(USE)]) == (DENMARK,)
    clock.advance(seconds=1)
    renewed = replace(by_finland(USE), forget_after=clock.now() + timedelta(hours=4))
    assert store.first_presenters([renewed]) == (FINLAND,)
    assert len(kept(database)) == 1


def test_the_purge_takes_claims_that_are_over(store, clock, database):
    store.first_presenters([USE])
    clock.advance(hours=4, seconds=1)
    assert store.purge(clock.now())["assertion_uses"] == 1
    assert kept(database) == []


def test_of_many_at_the_same_instant_one_is_first(open_store):
    stores = [open_store(), open_store()]
    peers = [CountryCode(f"{a}{b}") for a in "ABCD" for b in "EFGH"]

    def present(number: int) -> tuple[CountryCode, ...]:
        use = replace(USE, peer=peers[number])
        return stores[number % 2].first_presenters([use, replace(use, issuer="x")])

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(present, range(len(peers))))
    assert len(answers) == 1


class SlowWriter:
    """Lets somebody else be faster, or the database fail."""

    def __init__(self, error: Exception, faster: Store | None = None) -> None:
        self.error = error
        self.faster = faster

    def submit(self, _job):
        if self.faster is not None:
            self.faster.first_presenters([by_finland(USE)])
        raise self.error


def claims(store: Store, clock, writer) -> AssertionClaims:
    return AssertionClaims(store._engine, writer, clock)


def test_whoever_was_slower_reads_who_was_faster(store, clock):
    slow = SlowWriter(IntegrityError("", {}, Exception()), store)
    assert claims(store, clock, slow).first_presenters([USE]) == (FINLAND,)


@pytest.mark.parametrize("error", [IntegrityError, OperationalError])
def test_what_cannot_be_claimed_is_not_believed(store, clock, error):
    failing = SlowWriter(error("", {}, Exception()))
    with pytest.raises(StoreUnavailable):
        claims(store, clock, failing).first_presenters([USE])
