"""Who is held back is found by ``ncp check``, and who was only told of is not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ncp.cli.restraint_findings import inspect_holds
from ncp.store import Hold
from tests.clocks import START

WINDOW = timedelta(minutes=15)


def hold(store, rule: str, action: str, until: datetime = START + WINDOW) -> None:
    broken = Hold(
        thing=f"{rule} doctor-1",
        reference=rule,
        rule=rule,
        side="A",
        per="professional",
        action=action,
        country="DK",
        since=START,
        until=until,
        told_until=until,
        counted=5,
    )
    with store.unit_of_work() as work:
        work.hold(broken)
        work.commit()


@pytest.fixture
def store(place, clock):
    with place.opened(clock) as store:
        yield store


def test_where_there_is_no_database_yet_nothing_is_found(settings, clock):
    assert list(inspect_holds(settings, clock)) == []


def test_what_is_only_told_is_no_finding(settings, clock, store):
    hold(store, "emergencies", "alert")
    assert list(inspect_holds(settings, clock)) == []


def test_who_is_held_back_is_found_until_it_is_over(settings, clock, store):
    hold(store, "wrong-keys", "throttle")
    hold(store, "emergencies", "block")
    [finding] = inspect_holds(settings, clock)
    assert finding.sentence == "somebody is held back by emergencies, wrong-keys"
    assert "ncp restraint lift" in finding.remedy
    clock.moment = START + WINDOW
    assert list(inspect_holds(settings, clock)) == []
