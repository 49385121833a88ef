"""A time stamp that is not about its head, or not believed, is found."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest

from ncp.evidence.head_stamps import StampCheck
from ncp.store.log_verification import Fault
from ncp.store.time_stamps import HeadStamp
from tests.clocks import START
from tests.ncp.evidence.stamping import JUDGE, TsaLine, authority, tsa_at
from tests.ncp.store.seals import OTHER_SEAL, SEAL
from tests.ncp.store.test_record_log import record
from trust.timestamps import read_response, write_query

SEALS = [SEAL.certificate]
CHECK = StampCheck(JUDGE)
MOVED = (
    "UPDATE time_stamps SET token = "
    "(SELECT token FROM time_stamps WHERE size = 2) WHERE size = 4"
)
SECOND = timedelta(seconds=1)


@pytest.fixture
def change(database):
    def run(statement: str) -> None:
        connection = sqlite3.connect(database)
        connection.execute(statement)
        connection.commit()
        connection.close()

    return run


def token_on(signed, moment=START) -> tuple[object, bytes]:
    return authority(TsaLine(tsa_at(moment))).stamp(signed, 7, moment)


def sign_and_stamp(store, seal=SEAL) -> HeadStamp:
    record(store)
    store.log.sequence()
    signed = store.log.sign(seal)
    stamp, token = token_on(signed)
    kept = HeadStamp(signed.head.size, stamp.moment, token)
    assert store.time_stamps.keep(kept)
    return kept


@pytest.fixture
def stamped(store):
    """Two heads with a stamp each."""
    for _ in range(2):
        sign_and_stamp(store)
    return store


def faults(store, check=CHECK) -> list[tuple[Fault, str]]:
    return [(each.fault, each.place) for each in store.verify(SEALS, (), check).faults]


@pytest.mark.spec("RFC 3161 2.2")
def test_stamps_that_are_believed_say_since_when_the_log_has_been(stamped):
    report = stamped.verify(SEALS, (), CHECK)
    assert report.is_intact
    assert report.stamps.count == 2
    assert report.stamps.newest == (4, START.replace(microsecond=0))


def test_without_an_authority_stamps_are_counted_and_not_believed(stamped):
    report = stamped.verify(SEALS)
    assert report.is_intact
    assert (report.stamps.count, report.stamps.are_judged) == (2, False)
    assert report.stamps.newest is None


def test_a_head_has_one_stamp(stamped):
    assert not stamped.time_stamps.keep(HeadStamp(4, START, b"another"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE time_stamps SET moment = moment + 1000000 WHERE size = 4",
        "UPDATE time_stamps SET token = 'bm90aGluZw==' WHERE size = 4",
        "UPDATE time_stamps SET token = 'no base64!' WHERE size = 4",
        MOVED,
    ],
)
def test_a_stamp_that_was_changed_or_moved_is_found(stamped, change, statement):
    change(statement)
    assert faults(stamped) == [(Fault.STAMP_WRONG, "time stamp on size 4")]


def test_a_stamp_without_its_head_is_found(stamped, change):
    change("UPDATE time_stamps SET size = 3 WHERE size = 4")
    assert (Fault.STAMP_WRONG, "time stamp on size 3") in faults(stamped)


def test_a_head_that_was_signed_anew_has_lost_its_stamp(store, change):
    """Whoever has the seal and the database still has not the authority."""
    sign_and_stamp(store, OTHER_SEAL)
    change("DELETE FROM tree_heads")
    # Each signature by an elliptic curve is another one.
    store.log.sign(OTHER_SEAL)
    found = store.verify([OTHER_SEAL.certificate], (), CHECK).faults
    assert [each.fault for each in found] == [Fault.STAMP_WRONG]


def test_a_stamp_older_than_its_head_is_found(store):
    record(store)
    store.log.sequence()
    signed = store.log.sign(SEAL)
    early = START - timedelta(hours=1)
    line = TsaLine(tsa_at(early))
    answer = line.ask(write_query(signed.published_bytes(), 7))
    moment = early.replace(microsecond=0)
    store.time_stamps.keep(HeadStamp(2, moment, read_response(answer)))
    [fault] = store.verify(SEALS, (), CHECK).faults
    assert fault.sentence == (
        "time stamp on size 2: the time stamp is not believed: the time stamp is older "
        "than the head"
    )


def test_a_stamp_that_was_kept_elsewhere_is_judged_too(stamped):
    signed = stamped.log.newest_head()
    _, token = token_on(signed)
    report = stamped.verify(SEALS, [signed], StampCheck(JUDGE, [(signed, token)]))
    assert report.is_intact
    assert report.stamps.count == 3
    wrong = StampCheck(JUDGE, [(signed, token[:-1])])
    assert (Fault.STAMP_WRONG, "time stamp on size 4") in faults(stamped, wrong)


def test_how_long_no_stamp_covers_the_log_is_told(store, clock):
    assert store.time_stamps.uncovered_for(clock.now()) == timedelta()
    kept = sign_and_stamp(store)
    assert store.time_stamps.uncovered_for(clock.now()) == timedelta()
    assert store.time_stamps.newest() == kept
    clock.advance(hours=1)
    record(store)
    store.log.sequence()
    store.log.sign(SEAL)
    waits = store.time_stamps.uncovered_for(clock.now())
    assert waits == clock.now() - kept.moment
