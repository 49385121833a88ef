"""What others have not been told yet is found by ``ncp check``."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from ncp.cli.backlog_findings import inspect_backlog
from ncp.store import Destination
from tests.clocks import START
from tests.ncp.audit import samples
from tests.ncp.store.seals import SEAL

NATIONAL = Destination("audit-national", timedelta(days=2), timedelta(days=5))


@pytest.fixture
def store(place, clock):
    with place.opened(clock, repositories=(NATIONAL,)) as store:
        with store.unit_of_work() as work:
            work.audit(samples.START)
            work.commit()
        yield store


def test_where_there_is_no_database_yet_nothing_is_found_and_none_is_made(
    settings, clock, place
):
    assert list(inspect_backlog(settings, clock)) == []
    assert not place.database.exists()


def test_what_waits_for_a_moment_is_no_finding(settings, clock, store):
    clock.moment = START + timedelta(minutes=5)
    assert list(inspect_backlog(settings, clock)) == []


@pytest.mark.spec("sheet 06 2.4 alert at age above five minutes")
def test_what_is_late_is_told_with_how_much_and_since_when(settings, clock, store):
    clock.moment = START + timedelta(minutes=5, seconds=1)
    [finding] = inspect_backlog(settings, clock)
    assert finding.key == "outbox audit-national"
    assert finding.sentence == "1 letters wait, the oldest since 2026-03-01 09:30Z"


def test_what_is_not_tried_any_more_is_told(settings, clock, store):
    clock.moment = START + timedelta(days=3)
    store.outbox.bury_expired(clock.moment)
    [finding] = inspect_backlog(settings, clock)
    assert "1 letters did not arrive" in finding.sentence


def test_a_log_that_no_time_stamp_covers_is_told(settings, clock, store):
    settings.record.time_stamps = SimpleNamespace(period_s=3600.0)
    store.log.sequence()
    store.log.sign(SEAL)
    clock.moment = START + timedelta(hours=1, minutes=5)
    assert found(settings, clock, "record.time_stamps") == []
    clock.moment = START + timedelta(hours=3)
    [finding] = found(settings, clock, "record.time_stamps")
    assert "for 3.0 hours" in finding.sentence


def found(settings, clock, key):
    return [each for each in inspect_backlog(settings, clock) if each.key == key]
