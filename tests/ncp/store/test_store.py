from __future__ import annotations

import logging
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from ncp.audit import to_dicom
from ncp.errors import ConfigurationError, InternalError, Refusal
from ncp.store import (
    DataKey,
    RecordStore,
    Retention,
    Sighting,
    Store,
    StoreUnavailable,
    SubmissionState,
)
from tests.ncp.audit.samples import (
    ALERT,
    OTHER_PATIENT,
    PATIENT,
    START,
    every_event,
    exchange,
)
from tests.ncp.store import samples
from tests.ncp.store.samples import DENMARK
from trust.identifiers import CountryCode


def commit(store: Store, **parts) -> None:
    """Commit one unit of work made of the given parts."""
    with store.unit_of_work() as work:
        for name, part in parts.items():
            getattr(work, name)(part)
        work.commit()


def rows(database, table: str) -> int:
    connection = sqlite3.connect(database)
    try:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    finally:
        connection.close()


def test_the_store_is_what_the_use_cases_ask_for(store):
    asked_for: RecordStore = store
    assert asked_for.sighting(DENMARK, None, "h") is Sighting.NEW


# --- the unit of work ------------------------------------------------------------


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


# --- sightings -------------------------------------------------------------------


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
    known = store._known_hash
    answers = iter([None])  # the first look sees nothing yet
    monkeypatch.setattr(
        store, "_known_hash", lambda *of: next(answers, None) or known(*of)
    )
    assert store.sighting(DENMARK, "urn:1", "hash") is Sighting.DUPLICATE


def test_a_sighting_survives_a_restart(open_store):
    open_store().sighting(DENMARK, "urn:1", "hash")
    assert open_store().sighting(DENMARK, "urn:1", "hash") is Sighting.DUPLICATE


# --- documents given out ---------------------------------------------------------


def test_an_issued_document_is_found_with_all_that_was_said_of_it(store):
    commit(store, issued_document=samples.issued())
    assert store.issued_documents.find("2.25.1") == samples.issued()
    assert store.issued_documents.find("2.25.2") is None


def test_an_issued_document_without_content_has_none(store):
    document = samples.issued(content=None, language=None)
    commit(store, issued_document=document)
    assert store.issued_documents.find("2.25.1") == document


def test_an_issued_document_is_gone_when_it_expires(store, clock):
    commit(store, issued_document=samples.issued())
    clock.advance(hours=4)
    assert store.issued_documents.find("2.25.1") is None


def test_listing_a_document_again_renews_it(store, clock, database):
    commit(store, issued_document=samples.issued())
    later = samples.issued(expires=clock.now() + timedelta(hours=9))
    commit(store, issued_document=later)
    assert rows(database, "issued_documents") == 1
    assert store.issued_documents.find("2.25.1") == later


def test_a_document_bound_to_two_patients_is_found_for_each(store):
    mine, theirs = samples.issued(), samples.issued(patient=OTHER_PATIENT)
    commit(store, issued_document=mine)
    commit(store, issued_document=theirs)
    assert store.issued_documents.find("2.25.1", PATIENT) == mine
    assert store.issued_documents.find("2.25.1", OTHER_PATIENT) == theirs


def test_a_document_of_another_patient_is_found_with_that_patient(store):
    commit(store, issued_document=samples.issued(patient=OTHER_PATIENT))
    found = store.issued_documents.find("2.25.1", PATIENT)
    assert found is not None
    assert found.patient == OTHER_PATIENT


# --- country B -------------------------------------------------------------------


def test_a_treatment_is_loaded_and_its_confirmation_replaces_it(store, database):
    commit(store, treatment=samples.treatment())
    assert store.treatments.load("t-1") == samples.treatment()
    confirmed = samples.treatment(trc_assertion=b"<TRC/>")
    commit(store, treatment=confirmed)
    assert store.treatments.load("t-1") == confirmed
    assert rows(database, "treatments") == 1


def test_a_treatment_is_unknown_before_it_was_committed_and_after_it_expired(
    store, clock
):
    assert store.treatments.load("t-1") is None
    commit(store, treatment=samples.treatment())
    clock.advance(hours=2)
    assert store.treatments.load("t-1") is None


def test_a_list_entry_is_loaded_by_its_own_treatment_only(store, clock):
    commit(store, listed_entry=samples.entry())
    assert store.listed_entries.load("t-1", "d-1") == samples.entry()
    assert store.listed_entries.load("t-2", "d-1") is None
    clock.advance(hours=2)
    assert store.listed_entries.load("t-1", "d-1") is None


def test_a_submission_is_loaded_and_its_outcome_replaces_it(store, clock):
    sent = samples.submission()
    commit(store, submission=sent)
    assert store.sent_submissions.load(sent.handle) == sent
    accepted = samples.submission(state=SubmissionState.ACCEPTED)
    commit(store, submission=accepted)
    assert store.sent_submissions.load(sent.handle) == accepted
    clock.advance(days=8)
    assert store.sent_submissions.load(sent.handle) is None


# --- at rest ---------------------------------------------------------------------


def test_nothing_personal_stands_in_the_files(open_store, database):
    store = open_store()
    commit(store, message=samples.message(), audit=exchange())
    commit(store, issued_document=samples.issued(), treatment=samples.treatment())
    commit(store, listed_entry=samples.entry(), submission=samples.submission())
    files = list(database.parent.glob("store.db*"))
    assert len(files) == 3  # the database, its log, the log's index
    for file in files:
        content = file.read_bytes()
        assert b"CANARY" not in content
        assert b"base64" not in content
    store.close()
    assert b"CANARY" not in database.read_bytes()


def test_the_files_are_for_their_owner_alone(store, database):
    commit(store, audit=exchange())
    for file in database.parent.glob("store.db*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_received_document_takes_the_place_of_its_entry_alone(store, database):
    commit(store, listed_entry=samples.entry())
    whole = replace(samples.entry(), content=b"<ClinicalDocument/>" * 20)
    commit(store, received_entry=whole)
    handles = (whole.treatment_handle, whole.handle)
    assert store.listed_entries.load(*handles) == whole
    for file in database.parent.glob(f"{database.name}*"):
        assert b"ClinicalDocument" not in file.read_bytes()


def test_a_failing_statement_shows_no_value(store, caplog):
    commit(store, listed_entry=samples.entry())
    with caplog.at_level(logging.DEBUG), store.unit_of_work() as work:
        work.treatment(samples.treatment())
        work.listed_entry(samples.entry())
        with pytest.raises(StoreUnavailable) as caught:
            work.commit()
    cause = str(caught.value.__cause__)
    assert "SQL parameters hidden" in cause
    assert "CANARY" not in cause + str(caught.value) + caplog.text


def test_a_row_moved_to_another_place_does_not_open(store, database):
    commit(store, treatment=samples.treatment())
    commit(store, treatment=samples.treatment(handle="t-2", patient=OTHER_PATIENT))
    connection = sqlite3.connect(database)
    connection.execute(
        "UPDATE treatments SET patient ="
        " (SELECT patient FROM treatments WHERE handle = 't-2') WHERE handle = 't-1'"
    )
    connection.commit()
    connection.close()
    with pytest.raises(StoreUnavailable, match=r"treatments\.patient"):
        store.treatments.load("t-1")


def test_rows_of_an_unknown_key_are_refused_and_of_a_retired_one_read(open_store):
    first = open_store()
    commit(first, issued_document=samples.issued(), audit=exchange())
    new_key = DataKey(b"n" * 32)
    stranger = open_store(data_key=new_key)
    with pytest.raises(ConfigurationError, match="not configured"):
        stranger.issued_documents.find("2.25.1")
    with pytest.raises(ConfigurationError, match="not configured"):
        list(stranger.audit_trail())
    heir = open_store(data_key=new_key, retired_keys=[DataKey(b"k" * 32)])
    assert heir.issued_documents.find("2.25.1", PATIENT) == samples.issued()
    commit(heir, issued_document=samples.issued(language="de"))
    assert heir.issued_documents.find("2.25.1").language == "de"
    assert len(list(heir.audit_trail())) == 1


# --- purge -----------------------------------------------------------------------


def test_every_row_goes_when_its_time_is_over_and_not_before(open_store, clock):
    store = open_store(
        retention=Retention(
            messages=timedelta(days=3),
            audit=timedelta(days=5),
            sightings=timedelta(days=1),
        )
    )
    commit(store, message=samples.message(), audit=exchange())
    commit(store, issued_document=samples.issued(), treatment=samples.treatment())
    commit(store, listed_entry=samples.entry(), submission=samples.submission())
    store.sighting(DENMARK, "urn:1", "hash")

    def purged(**after: float) -> set[str]:
        gone = store.purge(clock.now() + timedelta(**after))
        # An event has several terms by which it is found.
        assert {gone[each] for each in gone if each != "audit_index"} <= {0, 1}
        return {table for table, count in gone.items() if count}

    assert purged(minutes=119) == set()
    assert purged(hours=2) == {"treatments", "listed_entries"}
    assert purged(hours=4) == {"issued_documents"}
    assert purged(days=1) == {"sightings"}
    assert purged(days=3) == {"messages"}
    assert purged(days=4, hours=23) == set()
    assert purged(days=5) == {"audit_events", "audit_index"}
    assert purged(days=7) == {"sent_submissions"}


def test_a_purge_deletes_in_pages_and_all(store, clock, database, monkeypatch):
    monkeypatch.setattr("ncp.store.store._PURGE_PAGE", 4)
    for number in range(9):
        store.sighting(DENMARK, f"urn:{number}", "hash")
    assert store.purge(clock.now() + timedelta(days=2))["sightings"] == 9
    assert rows(database, "sightings") == 0


def test_a_sequence_number_is_never_used_again(store, clock):
    commit(store, audit=exchange())
    store.purge(clock.now() + timedelta(days=5000))
    commit(store, audit=exchange())
    assert [entry.sequence for entry in store.audit_trail()] == [2]


# --- opening and health ----------------------------------------------------------


def test_before_the_migration_nothing_is_recorded_and_health_says_so(
    database, data_key, clock
):
    with Store.open(f"sqlite:///{database}", data_key, clock) as store:
        assert not store.is_migrated()
        with pytest.raises(StoreUnavailable):
            commit(store, audit=exchange())
        assert not store.health().is_healthy
        store.migrate()
        assert store.is_migrated()
        assert store.health().sentence == "the store records again"
        assert store.health().sentence == "the store records"


def test_a_store_whose_writer_died_is_unhealthy_and_refuses(store):
    class KilledError(BaseException):
        pass

    def deadly(_connection):
        raise KilledError

    assert store.health().is_healthy
    with pytest.raises(StoreUnavailable):
        store._writer.submit(deadly)
    assert not store.health().is_healthy
    with pytest.raises(StoreUnavailable):
        commit(store, audit=exchange())
    with pytest.raises(StoreUnavailable):
        store.sighting(DENMARK, "urn:1", "hash")


def test_a_closed_store_refuses(store):
    store.close()
    with pytest.raises(StoreUnavailable):
        commit(store, audit=exchange())


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("mysql://user:S3CRET@host/db", "a database we do not know"),
        ("no url S3CRET", "not a database URL"),
        ("sqlite:////absent/folder/x.db", "cannot be opened"),
    ],
)
def test_a_url_that_will_not_do_is_refused_with_a_remedy(
    data_key, clock, url, sentence
):
    with pytest.raises(ConfigurationError, match=sentence) as caught:
        Store.open(url, data_key, clock)
    assert caught.value.remedy
    assert "S3CRET" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused(database, data_key, clock):
    database.write_bytes(
        b"this is no database, but long enough to look like a file" * 9
    )
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        Store.open(f"sqlite:///{database}", data_key, clock)


@pytest.mark.spec("SQLite PRAGMA synchronous")
def test_every_connection_keeps_a_synchronous_write_ahead_log(store, database):
    def pragmas(connection):
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert store._writer.submit(pragmas) == ["wal", 2, 1]
