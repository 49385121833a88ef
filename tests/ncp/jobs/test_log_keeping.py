from __future__ import annotations

import json
from datetime import timedelta

from ncp.evidence.tree_head import SignedTreeHead
from ncp.jobs import HeadFolder, LogKeeper
from ncp.telemetry import Metrics
from tests.ncp.store.seals import OTHER_SEAL, SEAL
from tests.ncp.store.test_record_log import record

MINUTE = timedelta(minutes=1)


def keeper_of(store, clock, heads=None, seal=SEAL):
    return LogKeeper(store.log, lambda: seal, clock, Metrics(), MINUTE, heads)


def test_new_records_are_taken_up_and_signed_when_it_is_time(
    open_store, clock, tmp_path
):
    store = open_store()
    keeper = keeper_of(store, clock, HeadFolder(tmp_path / "heads"))
    record(store)
    keeper.turn()
    assert store.log.state().frontier.size == 2
    assert store.log.newest_head() is None
    clock.advance(seconds=60)
    keeper.turn()
    (published,) = (tmp_path / "heads").iterdir()
    kept = SignedTreeHead.from_json(json.loads(published.read_bytes()))
    assert kept == store.log.newest_head()
    assert published.stat().st_mode & 0o777 == 0o600


def test_nothing_new_is_not_signed_again(open_store, clock):
    store = open_store()
    keeper = keeper_of(store, clock)
    record(store)
    for _ in range(3):
        clock.advance(seconds=60)
        keeper.turn()
    assert len(list(store.log.heads())) == 1


def test_at_the_end_everything_is_signed_and_another_process_can_carry_on(
    open_store, clock
):
    first, second = open_store(), open_store()
    keeper = keeper_of(first, clock)
    record(first)
    keeper.finish()
    assert first.log.newest_size() == 2
    record(second)
    other = keeper_of(second, clock, seal=OTHER_SEAL)
    other.turn()
    assert second.log.state().frontier.size == 4


def test_a_process_that_is_not_let_signs_nothing(open_store, clock):
    first, second = open_store(), open_store()
    record(first)
    keeper_of(first, clock).turn()
    other = keeper_of(second, clock)
    record(second)
    other.finish()
    assert second.log.newest_head() is None
    assert second.log.waiting() == 2


def test_how_many_wait_is_counted(open_store, clock):
    first, second = open_store(), open_store()
    record(first, 1)
    keeper_of(first, clock).turn()
    metrics = Metrics()
    other = LogKeeper(second.log, lambda: SEAL, clock, metrics, MINUTE)
    record(second, 3)
    other.turn()
    assert metrics.registry.get_sample_value("ncp_records_unlogged") == 6


def test_a_gateway_at_rest_writes_nothing(open_store, clock, monkeypatch):
    store = open_store()
    keeper = keeper_of(store, clock)
    record(store, 1)
    keeper.turn()
    submitted: list[object] = []
    monkeypatch.setattr(store._writer, "submit", submitted.append)
    keeper.turn()
    assert submitted == []
