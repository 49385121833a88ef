from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from ncp.errors import ConfigurationError
from ncp.evidence.merkle import entry_leaf, proves_inclusion
from ncp.evidence.tree_head import SignedTreeHead
from ncp.store.lease import LeaseLost
from tests.ncp.audit.samples import exchange
from tests.ncp.store import samples
from tests.ncp.store.seals import OTHER_SEAL, SEAL


def record(store, number: int = 1) -> None:
    """Commit that many exchanges, each with its message and its event."""
    for _ in range(number):
        with store.unit_of_work() as work:
            work.message(samples.message())
            work.audit(exchange())
            work.commit()


def test_every_record_gets_one_place_and_none_twice(store):
    record(store, 3)
    assert store.log.waiting() == 6
    assert store.log.sequence() == 6
    assert store.log.waiting() == 0
    assert store.log.sequence() == 0
    record(store)
    assert store.log.sequence() == 2
    assert store.log.state().frontier.size == 8
    report = store.verify([])
    assert report.is_intact
    assert (report.size, report.waiting) == (8, 0)


def test_a_backlog_longer_than_a_page_is_taken_up_whole(store, monkeypatch):
    monkeypatch.setattr("ncp.store.record_log._PAGE", 3)
    record(store, 5)
    assert store.log.sequence() == 10
    assert store.verify([]).is_intact


def test_the_log_goes_on_where_it_was_when_the_store_is_opened_again(open_store):
    first = open_store()
    record(first)
    first.log.sequence()
    first.log.release()
    first.close()
    second = open_store()
    record(second)
    assert second.log.sequence() == 2
    assert second.verify([]).size == 4
    assert second.verify([]).is_intact


# --- one sequencer at a time ---------------------------------------------------------


@pytest.mark.spec("ARCHITECTURE: one sequencer under a database lease")
def test_a_second_process_waits_until_the_lease_is_over(open_store, clock):
    first, second = open_store(), open_store()
    record(first)
    assert first.log.sequence() == 2
    record(second)
    assert second.log.sequence() is None
    clock.advance(seconds=31)
    assert second.log.sequence() == 2
    record(first)
    assert first.log.sequence() is None


def test_a_lease_that_was_given_up_can_be_taken_at_once(open_store):
    first, second = open_store(), open_store()
    record(first)
    first.log.sequence()
    first.log.release()
    record(second)
    assert second.log.sequence() == 2


def test_a_sequencer_that_slept_is_fenced_off(open_store, clock):
    first, second = open_store(), open_store()
    record(first)
    asleep = first.log._lease()
    clock.advance(seconds=31)
    assert second.log.sequence() == 2
    record(first)
    with pytest.raises(LeaseLost):
        first._writer.submit(lambda c: first.log._append(asleep, c))
    assert first.log.waiting() == 2
    assert first.verify([]).is_intact


# --- heads and proofs ----------------------------------------------------------------


@pytest.mark.parametrize("seal", [SEAL, OTHER_SEAL], ids=["RSA", "EC"])
def test_a_head_is_signed_once_for_each_size(store, clock, seal):
    record(store)
    store.log.sequence()
    signed = store.log.sign(seal)
    assert signed.is_genuine()
    assert (signed.head.size, signed.head.moment) == (2, clock.now())
    assert store.log.sign(seal) is None
    assert list(store.log.heads()) == [signed]
    assert SignedTreeHead.from_json(json.loads(json.dumps(signed.to_json()))) == signed


def test_nothing_is_signed_of_a_log_that_is_empty(store):
    assert store.log.sign(SEAL) is None


@pytest.mark.parametrize("name", ["log_id", "moment", "root", "size"])
def test_a_head_of_which_anything_was_changed_is_not_genuine(store, name):
    record(store)
    store.log.sequence()
    value = store.log.sign(SEAL).to_json()
    changed = {
        "log_id": "0" * 32,
        "moment": "2026-03-01T09:30:00+00:00",
        "root": "0" * 64,
        "size": 1,
    }
    value["head"][name] = changed[name]
    assert not SignedTreeHead.from_json(value).is_genuine()


@pytest.mark.parametrize(
    "value", [{}, {"head": {}, "signature": "", "certificate": ""}, {"head": 1}]
)
def test_what_is_no_head_is_refused_with_a_remedy(value):
    with pytest.raises(ConfigurationError, match="not a signed tree head"):
        SignedTreeHead.from_json(value)


@pytest.mark.spec("RFC 6962 2.1.1")
def test_a_record_is_proved_to_others_by_its_hash_alone(store):
    record(store, 4)
    store.log.sequence()
    head = store.log.sign(SEAL).head
    proof = store.log.prove("audit_events", 3)
    leaf = entry_leaf(
        proof.source, proof.sequence, proof.delete_after, proof.content_hash
    )
    assert proves_inclusion(leaf, proof.index, head.size, proof.path, head.root)
    assert proof.to_json()["entry"]["content_hash"] == proof.content_hash


def test_a_record_that_no_head_covers_is_not_proved(store):
    record(store)
    with pytest.raises(ConfigurationError, match="No signed head"):
        store.log.prove("messages", 1)
    store.log.sequence()
    store.log.sign(SEAL)
    record(store)
    store.log.sequence()
    with pytest.raises(ConfigurationError, match="No signed head"):
        store.log.prove("messages", 2)


def test_a_record_that_is_not_there_is_not_said_to_wait_for_a_head(store):
    record(store)
    store.log.sequence()
    store.log.sign(SEAL)
    with pytest.raises(ConfigurationError, match="no such record"):
        store.log.prove("messages", 4711)
    with pytest.raises(ConfigurationError, match="no records of this name"):
        store.log.prove("audit_event", 1)


@pytest.mark.spec("RFC 6962 2.1.2")
def test_a_later_head_is_shown_to_have_grown_out_of_an_earlier_one(store):
    record(store, 3)
    store.log.sequence()
    early = store.log.sign(SEAL)
    record(store, 4)
    store.log.sequence()
    late = store.log.sign(SEAL)
    assert store.log.grew_out_of(early, late)
    assert not store.log.grew_out_of(late, early)
    with store._engine.begin() as connection:
        connection.execute(
            text("UPDATE log_entries SET sequence = 99 WHERE log_index = 1")
        )
    assert not store.log.grew_out_of(early, late)


# --- deletion ------------------------------------------------------------------------


def test_a_record_may_go_when_its_time_is_over_and_the_log_still_holds(store, clock):
    record(store, 2)
    store.log.sequence()
    store.log.sign(SEAL)
    clock.advance(days=400)
    assert store.purge(clock.now())["messages"] == 2
    report = store.verify([SEAL.certificate])
    assert report.is_intact
    assert (report.size, report.expired) == (4, 2)


def test_what_has_no_place_yet_is_not_deleted(open_store, clock):
    first, second = open_store(), open_store()
    assert first.log.sequence() == 0
    record(second)
    assert second.purge(clock.now() + timedelta(days=5000))["messages"] == 0
