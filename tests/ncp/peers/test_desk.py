"""An operator's switch is on record before it is thrown."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ncp.audit import AdministrationEvent
from ncp.peers.desk import CurrentPeerDesk
from ncp.peers.switches import ALL, Switches
from ncp.ports import SystemClock
from ncp.store import StoreUnavailable
from trust.identifiers import CountryCode

DENMARK = CountryCode("DK")


@pytest.fixture
def switches(tmp_path) -> Switches:
    return Switches(folder=tmp_path)


def desk_of(switches: Switches, record) -> CurrentPeerDesk:
    directory = SimpleNamespace(find=lambda country: country)
    return CurrentPeerDesk(
        lambda: directory,
        None,
        switches,
        SimpleNamespace(),
        lambda _country: False,
        SystemClock(),
        record,
        "LU-1",
    )


def test_who_switched_what_off_is_on_record(switches):
    told: list[AdministrationEvent] = []
    desk = desk_of(switches, told.append)
    desk.switch(DENMARK, ALL, "ann", off=True, why="maintenance")
    [event] = told
    assert event.operator == "ann"
    assert event.changed == "urn:ncp:switch:DK:all"
    assert event.description.endswith("switched off")
    assert [each.country for each in switches.all()] == [DENMARK]


def test_what_cannot_be_recorded_is_not_switched(switches):
    def fail(_event):
        raise StoreUnavailable("the disk is full")

    with pytest.raises(StoreUnavailable):
        desk_of(switches, fail).switch(DENMARK, ALL, "ann", off=True, why="maintenance")
    assert switches.all() == ()
