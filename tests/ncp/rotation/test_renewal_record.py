"""What was adopted is on record, if late; nothing is recorded out of its turn."""

from __future__ import annotations

from types import SimpleNamespace

from ncp.assembly.renewal_record import RenewalRecord
from ncp.ports import SystemClock
from ncp.store import StoreUnavailable


def material(generation: int) -> SimpleNamespace:
    return SimpleNamespace(generation=generation, holdings=())


class Trail:
    """A record that can be out of order for a while."""

    def __init__(self) -> None:
        self.is_down = False
        self.told: list[str] = []

    def __call__(self, event) -> None:
        if self.is_down:
            raise StoreUnavailable("the disk is full")
        self.told.append(event.description)


def test_what_could_not_be_recorded_is_recorded_later_and_first():
    trail = Trail()
    record = RenewalRecord(trail, SystemClock(), "LU-1")
    trail.is_down = True
    record.adopted(material(1), material(2))
    record.refused(material(2), "no such file")
    assert trail.told == []
    trail.is_down = False
    record.adopted(material(2), material(3))
    record.catch_up()
    assert trail.told == [
        "set 2 of keys, pins and anchors was adopted",
        "a set of keys, pins and anchors was refused: no such file",
        "set 3 of keys, pins and anchors was adopted",
    ]
