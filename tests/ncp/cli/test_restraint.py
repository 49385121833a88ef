"""Who is held back is listed without a name, and let go on the record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from typer.testing import CliRunner

from ncp.cli.main import app
from ncp.ports import SystemClock
from ncp.store import ENDLESS, Hold, Store
from tests.ncp.audit.samples import exchange
from tests.ncp.cli.store_place import EXAMPLE


@pytest.fixture
def store(place):
    with place.opened(SystemClock()) as store:
        yield store


def ncp(*arguments: str):
    settings = ["--settings", str(EXAMPLE)]
    return CliRunner().invoke(app, ["restraint", *arguments, *settings])


def keep(store: Store, reference: str, action: str, until=None) -> None:
    """Have an exchange break a rule."""
    now = SystemClock().now()
    until = until or now + timedelta(hours=1)
    with store.unit_of_work() as work:
        work.audit(exchange())
        work.hold(
            Hold(
                thing=f"doctor-canary-{reference}",
                reference=reference,
                rule="cp-059-all",
                side="A",
                per="gateway",
                action=action,
                country="DK",
                since=now,
                until=until,
                told_until=until,
                counted=9,
            )
        )
        work.commit()


def test_where_nothing_was_noticed_nothing_is_listed(store):
    done = ncp("list")
    assert (done.exit_code, done.output) == (0, "Nobody is held back.\n")


def test_what_was_only_told_is_listed_and_is_no_trouble(store):
    keep(store, "ref-1", "alert")
    done = ncp("list")
    assert done.exit_code == 0
    assert done.output.startswith("ref-1  alert")


def test_who_is_held_back_is_found_by_the_audit_trail_alone(store):
    keep(store, "ref-1", "block", ENDLESS)
    done = ncp("list")
    assert done.exit_code == 1
    assert "ref-1  block     until it is lifted" in done.output
    assert "cp-059-all: one gateway (NCP-A, DK)" in done.output
    assert "audit event 1" in done.output
    assert "canary" not in done.output.lower()


def test_what_is_lifted_is_over_and_on_record(store, monkeypatch):
    monkeypatch.setenv("LOGNAME", "ann")
    keep(store, "ref-1", "block")
    keep(store, "ref-2", "block")
    done = ncp("lift", "ref-1")
    assert (done.exit_code, done.output) == (0, "ref-1 is lifted.\n")
    assert [each.reference for each in store.restraints.all()] == ["ref-2"]
    *_, event = store.audit_trail()
    assert event.event == "restricted-function"
    assert b'UserID="ann"' in event.dicom
    assert b"urn:ncp:restraint:ref-1" in event.dicom


def test_what_is_not_in_force_is_said_and_changes_nothing(store):
    keep(store, "ref-1", "block")
    done = ncp("lift", "ref-9")
    assert (done.exit_code, done.output) == (1, "ref-9 is nothing that is in force.\n")
    assert len(store.restraints.all()) == 1
    assert all(each.event != "restricted-function" for each in store.audit_trail())
