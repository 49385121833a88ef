"""Who is not let in at a door of this house is on record, or refused all the same."""

from __future__ import annotations

from contextlib import contextmanager

from ncp.audit import UserAuthentication
from ncp.store import StoreUnavailable
from ncp.web.unauthorised import StrangerRecord
from tests.ncp.country_a.scene import NOW, StoppedClock


class Memory:
    """A store of events alone."""

    def __init__(self, *, fails: bool = False) -> None:
        self.events: list[object] = []
        self.fails = fails

    @contextmanager
    def unit_of_work(self):
        yield self

    def audit(self, event: object) -> None:
        self.events.append(event)

    def commit(self) -> None:
        if self.fails:
            raise StoreUnavailable("the disk is full")


def record(memory: Memory) -> StrangerRecord:
    return StrangerRecord(memory, StoppedClock(), "LU-1", "ncp-gateway national")


def test_the_door_and_the_address_are_recorded_and_nothing_that_was_shown():
    memory = Memory()
    record(memory)("192.0.2.9")
    told = UserAuthentication(NOW, "LU-1", "ncp-gateway national", "192.0.2.9")
    assert memory.events == [told]


def test_a_refusal_that_cannot_be_recorded_stays_a_refusal(capsys):
    record(Memory(fails=True))("192.0.2.9")
    assert "door.unrecorded" in capsys.readouterr().err
