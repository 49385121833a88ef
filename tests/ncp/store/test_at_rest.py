"""Nothing personal stands in the files, and every row goes when its time is over."""

from __future__ import annotations

import logging
import sqlite3
import stat
from dataclasses import replace
from datetime import timedelta

import pytest

from ncp.errors import ConfigurationError
from ncp.store import (
    DataKey,
    Retention,
    StoreUnavailable,
)
from tests.ncp.audit.samples import (
    OTHER_PATIENT,
    PATIENT,
    exchange,
)
from tests.ncp.store import samples
from tests.ncp.store.committing import commit, rows
from tests.ncp.store.samples import DENMARK


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
    monkeypatch.setattr("ncp.store.purging.PAGE", 4)
    for number in range(9):
        store.sighting(DENMARK, f"urn:{number}", "hash")
    assert store.purge(clock.now() + timedelta(days=2))["sightings"] == 9
    assert rows(database, "sightings") == 0


def test_a_sequence_number_is_never_used_again(store, clock):
    commit(store, audit=exchange())
    store.purge(clock.now() + timedelta(days=5000))
    commit(store, audit=exchange())
    assert [entry.sequence for entry in store.audit_trail()] == [2]
