"""What pharmacies do is kept version by version; a prescription is live once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ncp.store import DataKey, DispensationState, ForeignDispensation, StoreConflict
from tests.clocks import START
from tests.ncp.audit.samples import PATIENT
from trust.identifiers import CountryCode

State = DispensationState
PORTUGAL = CountryCode("PT")


def dispensation(**changes) -> ForeignDispensation:
    kept = ForeignDispensation(
        handle="h-1",
        version=1,
        pharmacy="urn:oid:1.3.182.9",
        order_key="till-1",
        content_hash="0" * 64,
        country=PORTUGAL,
        patient=PATIENT,
        prescription="2.999.5^RX-CANARY",
        state=State.PREPARED,
        claimed_until=None,
        prepared_at=START,
        changed_at=START,
        details=b"DETAILS-CANARY",
        document=b"<ClinicalDocument>DOCUMENT-CANARY</ClinicalDocument>",
        delete_after=START + timedelta(days=30),
    )
    return replace(kept, **changes)


def keep(store, *every: ForeignDispensation) -> None:
    with store.unit_of_work() as work:
        for each in every:
            work.foreign_dispensation(each)
        work.commit()


def test_a_dispensation_comes_back_as_it_was_kept(store):
    keep(store, dispensation())
    reader = store.foreign_dispensations
    assert reader.load("h-1") == dispensation()
    assert reader.ordered("urn:oid:1.3.182.9", "till-1") == dispensation()
    assert reader.ordered("urn:oid:1.3.182.9", "till-2") is None
    assert reader.ordered("urn:oid:1.3.182.8", "till-1") is None
    assert reader.of_patient(PORTUGAL, PATIENT) == [dispensation()]
    assert reader.of_patient(CountryCode("ES"), PATIENT) == []


def test_a_later_version_takes_the_place_of_the_one_before(store):
    keep(store, dispensation())
    later = dispensation(version=2, state=State.SENDING)
    keep(store, later)
    assert store.foreign_dispensations.load("h-1") == later


@pytest.mark.parametrize("version", [1, 2, 4])
def test_of_two_who_change_the_same_version_the_second_changes_nothing(store, version):
    keep(store, dispensation())
    now = dispensation(version=2, state=State.SENDING)
    keep(store, now)
    with pytest.raises(StoreConflict):
        keep(store, dispensation(version=version, state=State.REFUSED))
    assert store.foreign_dispensations.load("h-1") == now


def test_what_contradicts_takes_all_of_its_unit_of_work_with_it(store):
    keep(store, dispensation())
    with pytest.raises(StoreConflict):
        keep(store, dispensation(handle="h-2", order_key="till-2"), dispensation())
    assert store.foreign_dispensations.load("h-2") is None


@pytest.mark.spec("ARCHITECTURE: a second lock is on the prescription")
def test_a_prescription_is_live_in_one_dispensation_at_a_time(store):
    first = dispensation(version=1, state=State.SENDING)
    other = dispensation(handle="h-2", order_key="till-2", state=State.SENDING)
    keep(store, first)
    assert store.foreign_dispensations.live(PORTUGAL, first.prescription) == "h-1"
    with pytest.raises(StoreConflict):
        keep(store, other)
    keep(store, replace(other, country=CountryCode("ES")))
    keep(store, replace(first, version=2, state=State.DISCARDED))
    assert store.foreign_dispensations.live(PORTUGAL, first.prescription) is None
    keep(store, replace(other, handle="h-3", order_key="till-3"))
    assert store.foreign_dispensations.live(PORTUGAL, first.prescription) == "h-3"


@pytest.mark.parametrize("state", list(State))
def test_a_state_in_which_it_may_be_dispensed_is_live(store, state):
    keep(store, dispensation(state=state))
    live = store.foreign_dispensations.live(PORTUGAL, "2.999.5^RX-CANARY")
    free = {State.PREPARED, State.REFUSED, State.DISCARDED}
    assert (live is None) is (state in free)


def test_the_same_order_of_a_pharmacy_is_kept_once(store):
    keep(store, dispensation())
    with pytest.raises(StoreConflict):
        keep(store, dispensation(handle="h-2"))
    keep(store, dispensation(handle="h-2", pharmacy="urn:oid:1.3.182.8"))


def test_a_live_prescription_is_found_under_a_key_that_was_retired(
    open_store, data_key
):
    keep(open_store(), dispensation(state=State.DISPENSED))
    renewed = open_store(data_key=DataKey(b"n" * 32), retired_keys=[data_key])
    reader = renewed.foreign_dispensations
    assert reader.live(PORTUGAL, "2.999.5^RX-CANARY") == "h-1"
    assert [each.handle for each in reader.of_patient(PORTUGAL, PATIENT)] == ["h-1"]


def test_a_pharmacys_dispensations_are_read_newest_change_first(store):
    old = dispensation(changed_at=START - timedelta(days=9))
    first = dispensation(handle="h-2", order_key="till-2")
    last = dispensation(
        handle="h-3", order_key="till-3", changed_at=START + timedelta(hours=1)
    )
    keep(store, old, first, last)
    reader = store.foreign_dispensations
    since = START - timedelta(days=7)
    found = reader.of_pharmacy("urn:oid:1.3.182.9", since)
    assert [each.handle for each in found] == ["h-3", "h-2"]


def test_what_has_had_its_time_is_gone(store, clock):
    keep(store, dispensation())
    clock.advance(days=30)
    assert store.foreign_dispensations.load("h-1") is None
    assert store.purge(clock.now())["foreign_dispensations"] == 1


def test_nothing_of_a_person_stands_in_clear(open_store, database):
    store = open_store(url=f"sqlite:///{database}")
    keep(store, dispensation())
    store.close()
    kept = b"".join(each.read_bytes() for each in database.parent.glob("store.db*"))
    assert b"h-1" in kept
    assert b"CANARY" not in kept
    assert PATIENT.extension.encode() not in kept
