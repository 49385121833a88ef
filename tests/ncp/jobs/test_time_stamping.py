"""The newest head is stamped now and then; an authority that fails holds up nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ncp.jobs import HeadFolder
from ncp.jobs.time_stamping import TimeStamper
from ncp.ports import RandomIds
from ncp.telemetry import Metrics
from tests.clocks import START
from tests.ncp.evidence.stamping import JUDGE, TsaLine, authority, tsa_at
from tests.ncp.store.seals import SEAL
from tests.ncp.store.test_record_log import record
from tests.trust.timestamps.tsa import POLICY
from trust.identifiers import Oid

HOUR = timedelta(hours=1)


@pytest.fixture
def signed_store(open_store):
    store = open_store()
    sign(store)
    return store


def sign(store) -> None:
    record(store)
    store.log.sequence()
    store.log.sign(SEAL)


def stamper_of(store, clock, line, *, policy=None, heads=None, metrics=None):
    return TimeStamper(
        store.time_stamps,
        authority(line, policy),
        HOUR,
        store.takes_turn,
        clock,
        RandomIds(),
        metrics or Metrics(),
        heads,
    )


@pytest.mark.spec("RFC 3161 2.2 / sheet 06 3.4 a stamp on the signed tree head")
def test_the_newest_head_is_stamped_and_the_stamp_stands_beside_it(
    signed_store, clock, tmp_path
):
    heads = HeadFolder(tmp_path / "heads")
    signed = signed_store.log.newest_head()
    published = heads.publish(signed)
    stamper_of(signed_store, clock, TsaLine(tsa_at(START)), heads=heads).turn()
    beside = published.with_suffix(".tst")
    stamp = JUDGE(beside.read_bytes(), published.read_bytes())
    assert stamp.moment == START.replace(microsecond=0)
    kept = signed_store.time_stamps.newest()
    assert (kept.size, kept.token) == (signed.head.size, beside.read_bytes())
    assert beside.stat().st_mode & 0o777 == 0o600


def test_stamps_are_a_period_apart_and_only_on_new_heads(signed_store, clock):
    line = TsaLine(tsa_at(START))
    stamper = stamper_of(signed_store, clock, line)
    for _ in range(3):
        stamper.turn()
        sign(signed_store)
        clock.advance(minutes=10)
    assert line.asked == 1
    clock.advance(minutes=30)
    line.tsa = tsa_at(clock.moment)
    stamper.turn()
    assert line.asked == 2
    clock.advance(hours=5)
    stamper.turn()
    assert line.asked == 2


def test_what_failed_is_made_up_for_at_the_next_turn(signed_store, clock):
    line, metrics = TsaLine(None), Metrics()
    stamper = stamper_of(signed_store, clock, line, metrics=metrics)
    clock.advance(minutes=2)
    stamper.turn()
    assert signed_store.time_stamps.newest() is None
    name = "ncp_log_unstamped_seconds"
    assert metrics.registry.get_sample_value(name) == 120
    line.tsa = tsa_at(clock.moment)
    stamper.turn()
    assert signed_store.time_stamps.unstamped() is None
    assert metrics.registry.get_sample_value(name) == 0


def test_the_last_head_is_stamped_at_the_end_whenever_that_is(signed_store, clock):
    line = TsaLine(tsa_at(START))
    stamper = stamper_of(signed_store, clock, line)
    stamper.turn()
    sign(signed_store)
    stamper.finish()
    assert line.asked == 2
    assert signed_store.time_stamps.unstamped() is None


@pytest.mark.parametrize(
    ("tsa", "policy"),
    [
        (tsa_at(START, forgets_nonce=True), None),
        (tsa_at(START, status="rejection"), None),
        (tsa_at(START), Oid("1.2.3")),
        (tsa_at(START + timedelta(minutes=6)), None),
        (tsa_at(START - timedelta(minutes=6)), None),
    ],
    ids=["nonce", "rejection", "policy", "late", "early"],
)
@pytest.mark.spec("RFC 3161 2.2 what a requester checks")
def test_a_stamp_that_is_not_believed_is_not_kept(signed_store, clock, tsa, policy):
    stamper_of(signed_store, clock, TsaLine(tsa), policy=policy).turn()
    assert signed_store.time_stamps.newest() is None


def test_a_stamp_under_the_policy_that_was_asked_for_is_kept(signed_store, clock):
    line = TsaLine(tsa_at(START))
    stamper_of(signed_store, clock, line, policy=Oid(POLICY)).turn()
    assert signed_store.time_stamps.newest() is not None


def test_of_several_processes_one_asks(open_store, signed_store, clock):
    line = TsaLine(None)
    stamper_of(signed_store, clock, line).turn()
    stamper_of(open_store(), clock, line).turn()
    assert line.asked == 1


def test_without_a_head_nobody_is_asked(open_store, clock):
    line = TsaLine(None)
    stamper_of(open_store(), clock, line).turn()
    assert line.asked == 0
