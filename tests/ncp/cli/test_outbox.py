"""What is dead is told with its reason, and tried again when somebody says so."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from ncp.cli.main import app
from ncp.ports import SystemClock
from ncp.store import Destination, Letter, Store
from ncp.store.outbox import Setback
from tests.ncp.cli.store_place import EXAMPLE

REGISTER = Destination("dispensation-register")


@pytest.fixture
def store(place):
    with place.opened(SystemClock()) as store:
        yield store


def ncp(*arguments: str):
    settings = ["--settings", str(EXAMPLE)]
    return CliRunner().invoke(app, ["outbox", *arguments, *settings])


def kill(store: Store, *letters: str) -> None:
    """Post letters and have the register refuse each of them for good."""
    for each in letters:
        with store.unit_of_work() as work:
            work.post(Letter(each, "dispensed", b"CANARY"), REGISTER)
            work.commit()
        lease = store.outbox.take(REGISTER.name)
        (batch,) = store.outbox.due(REGISTER.name, 1)
        store.outbox.settle(lease, batch, 0, Setback("it knows no such product", None))


def test_nothing_is_told_where_nothing_waits(store):
    done = ncp("list")
    assert (done.exit_code, done.output) == (0, "Nothing waits.\n")


def test_dead_letters_are_counted_and_told_with_their_reason_alone(store):
    kill(store, "letter-1", "letter-2")
    listed = ncp("list")
    assert listed.exit_code == 1
    assert "0 waiting        2 dead" in listed.output
    dead = ncp("dead", REGISTER.name)
    assert dead.exit_code == 1
    assert "letter-1  dispensed" in dead.output
    assert "it knows no such product" in dead.output
    assert "CANARY" not in dead.output
    assert ncp("dead", "audit-elsewhere").output == "There is none.\n"


def test_a_letter_is_revived_by_its_id_or_all_of_them(store):
    kill(store, "letter-1", "letter-2", "letter-3")
    one = ncp("revive", REGISTER.name, "letter-2")
    assert (one.exit_code, one.output) == (0, "1 wait again.\n")
    assert [each.letter.id for each in store.outbox.dead_letters(REGISTER.name)] == [
        "letter-1",
        "letter-3",
    ]
    assert ncp("revive", REGISTER.name).output == "2 wait again.\n"
    (batch,) = store.outbox.due(REGISTER.name, 9)
    assert [each.id for each in batch.letters] == ["letter-1", "letter-2", "letter-3"]


def test_what_is_no_dead_letter_is_said(store):
    kill(store, "letter-1")
    done = ncp("revive", REGISTER.name, "letter-1", "letter-9")
    assert done.exit_code == 1
    assert "1 wait again." in done.output
    assert "letter-9 is no dead letter" in done.output


def test_who_had_letters_revived_is_on_record(store, monkeypatch):
    monkeypatch.setenv("LOGNAME", "ann")
    kill(store, "letter-1")
    ncp("revive", REGISTER.name, "letter-1")
    (event,) = store.audit_trail()
    assert event.event == "restricted-function"
    assert b'UserID="ann"' in event.dicom
    assert b"urn:ncp:outbox:dispensation-register" in event.dicom
