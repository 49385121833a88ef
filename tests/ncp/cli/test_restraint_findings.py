"""Who is held back is found by ``ncp check``, and who was only told of is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from ncp.cli.restraint_findings import inspect_holds
from ncp.store import DataKey, Hold, Store

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
WINDOW = timedelta(minutes=15)


class SetClock:
    moment = NOW

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def settings(tmp_path):
    key = tmp_path / "data.key"
    DataKey.write_new(key)
    return SimpleNamespace(
        keys=SimpleNamespace(data_key_file=key),
        store=SimpleNamespace(url=f"sqlite:///{tmp_path / 'store.db'}"),
    )


def hold(store, rule: str, action: str, until: datetime = NOW + WINDOW) -> None:
    broken = Hold(
        thing=f"{rule} doctor-1",
        reference=rule,
        rule=rule,
        side="A",
        per="professional",
        action=action,
        country="DK",
        since=NOW,
        until=until,
        told_until=until,
        counted=5,
    )
    with store.unit_of_work() as work:
        work.hold(broken)
        work.commit()


@pytest.fixture
def store(settings, clock):
    key = DataKey.load(settings.keys.data_key_file)
    with Store.open(settings.store.url, key, clock) as store:
        store.migrate()
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
    clock.moment = NOW + WINDOW
    assert list(inspect_holds(settings, clock)) == []
