"""What is committed is kept, all of it or nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from ncp.audit import to_dicom
from ncp.errors import InternalError, Refusal
from ncp.store import (
    RecordStore,
    Sighting,
    StoreUnavailable,
)
from tests.ncp.audit.samples import (
    ALERT,
    START,
    every_event,
    exchange,
)
from tests.ncp.store import samples
from tests.ncp.store.committing import commit, rows
from tests.ncp.store.samples import DENMARK
from trust.identifiers import CountryCode


def test_the_store_is_what_the_use_cases_ask_for(store):
    asked_for: RecordStore = store
    assert asked_for.sighting(DENMARK, None, "h") is Sighting.NEW


# --- the unit of work ---------------------------------------------------------------


def test_message_and_audit_are_read_back_as_they_were_committed(store, clock):
    record, event = samples.message(), exchange()
    commit(store, message=record, audit=event)
    (message,) = store.messages()
    (entry,) = store.audit_trail()
    assert message.record == record
    assert entry.dicom == to_dicom(event)
    assert (entry.event, entry.side, entry.outcome) == ("ITI-39", "A", 0)
    assert entry.document_kind == "60591-5"
    assert entry.occurred_at == event.moment
    assert message.recorded_at == entry.recorded_at == clock.now()
    assert message.exchange_id == entry.exchange_id


def test_a_message_that_could_not_be_read_is_recorded_with_what_is_known(store):
    record = samples.message(
        peer=None,
        transaction=None,
        message_id=None,
        body_hash=None,
        decisions=(),
        condition="malformed-xml",
        sentence="the XML is not well-formed at line 1, column 2",
    )
    commit(store, message=record)
    assert [each.record for each in store.messages()] == [record]


def test_every_kind_of_event_is_kept(store):
    events = every_event()
    for event in events:
        commit(store, audit=event)
    assert [entry.dicom for entry in store.audit_trail()] == list(map(to_dicom, events))


def test_events_that_are_no_exchange_have_names_of_their_own(store):
    commit(store, audit=ALERT)
    commit(store, audit=START)
    trail = [(entry.event, entry.side) for entry in store.audit_trail()]
    assert trail == [("node-authentication", None), ("application-start", None)]


def test_what_is_not_committed_is_not_written(store, database):
    with store.unit_of_work() as work:
        work.message(samples.message())
        work.audit(exchange())
    assert rows(database, "messages") == rows(database, "audit_events") == 0


def test_an_exception_in_a_unit_of_work_writes_nothing(store, database):
    def fail():
        with store.unit_of_work() as work:
            work.audit(exchange())
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert rows(database, "audit_events") == 0


def test_a_unit_of_work_is_all_or_nothing(store, database):
    commit(store, listed_entry=samples.entry())
    with store.unit_of_work() as work:
        work.audit(exchange())
        work.listed_entry(samples.entry())  # its handle is taken
        with pytest.raises(StoreUnavailable) as caught:
            work.commit()
    assert caught.value.refusal is Refusal.RECORD_UNAVAILABLE
    assert rows(database, "audit_events") == 0
    assert store.health().is_healthy


def test_a_unit_of_work_ends_with_its_commit(store):
    with store.unit_of_work() as work:
        work.audit(exchange())
        work.commit()
        with pytest.raises(InternalError):
            work.audit(exchange())
        with pytest.raises(InternalError):
            work.commit()


def test_units_of_work_of_many_threads_are_all_kept(store, database):
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: commit(store, audit=exchange()), range(200)))
    assert rows(database, "audit_events") == 200
    sequences = [entry.sequence for entry in store.audit_trail()]
    assert sequences == list(range(1, 201))


def test_the_trail_is_read_page_by_page_without_gap(store, monkeypatch):
    monkeypatch.setattr("ncp.store.readers._PAGE", 3)
    for _ in range(7):
        commit(store, audit=exchange())
    assert [entry.sequence for entry in store.audit_trail()] == [1, 2, 3, 4, 5, 6, 7]
    assert [entry.sequence for entry in store.audit_trail(after=5)] == [6, 7]


# --- sightings ----------------------------------------------------------------------


def test_the_same_message_is_new_once_and_then_a_duplicate(store):
    assert store.sighting(DENMARK, "urn:1", "hash") is Sighting.NEW
    assert store.sighting(DENMARK, "urn:1", "hash") is Sighting.DUPLICATE
    assert store.sighting(DENMARK, "urn:1", "hash") is Sighting.DUPLICATE


def test_the_same_id_with_another_body_is_a_conflict_and_stays_one(store):
    store.sighting(DENMARK, "urn:1", "hash")
    assert store.sighting(DENMARK, "urn:1", "other") is Sighting.CONFLICT
    assert store.sighting(DENMARK, "urn:1", "other") is Sighting.CONFLICT
    assert store.sighting(DENMARK, "urn:1", "hash") is Sighting.DUPLICATE


def test_two_peers_may_use_the_same_id(store):
    store.sighting(DENMARK, "urn:1", "hash")
    assert store.sighting(CountryCode("FI"), "urn:1", "hash") is Sighting.NEW


def test_a_missing_id_is_never_a_duplicate(store, database):
    for _ in range(3):
        assert store.sighting(DENMARK, None, "hash") is Sighting.NEW
    assert rows(database, "sightings") == 0


def test_an_id_of_any_length_is_remembered(store):
    long = "urn:" + "x" * 100_000
    assert store.sighting(DENMARK, long, "hash") is Sighting.NEW
    assert store.sighting(DENMARK, long, "hash") is Sighting.DUPLICATE


@pytest.mark.parametrize("number_of_stores", [1, 2])
def test_of_identical_requests_at_once_exactly_one_is_new(open_store, number_of_stores):
    stores = [open_store() for _ in range(number_of_stores)]
    with ThreadPoolExecutor(16) as pool:
        for round_number in range(10):
            found = list(
                pool.map(
                    lambda n, name=f"urn:{round_number}": stores[
                        n % number_of_stores
                    ].sighting(DENMARK, name, "hash"),
                    range(16),
                )
            )
            assert found.count(Sighting.NEW) == 1
            assert found.count(Sighting.DUPLICATE) == 15


def test_a_claim_lost_to_another_process_is_a_duplicate(store, monkeypatch):
    store.sighting(DENMARK, "urn:1", "hash")
    sightings = store._sightings
    known = sightings._known_hash
    answers = iter([None])  # the first look sees nothing yet
    monkeypatch.setattr(
        sightings, "_known_hash", lambda *of: next(answers, None) or known(*of)
    )
    assert store.sighting(DENMARK, "urn:1", "hash") is Sighting.DUPLICATE


def test_a_sighting_survives_a_restart(open_store):
    open_store().sighting(DENMARK, "urn:1", "hash")
    assert open_store().sighting(DENMARK, "urn:1", "hash") is Sighting.DUPLICATE
