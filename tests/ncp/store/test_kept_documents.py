"""What was given out and what was listed abroad is found again, until it expires."""

from __future__ import annotations

from datetime import timedelta

from ncp.store import (
    SubmissionState,
)
from tests.ncp.audit.samples import (
    OTHER_PATIENT,
    PATIENT,
)
from tests.ncp.store import samples
from tests.ncp.store.committing import commit, rows


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
