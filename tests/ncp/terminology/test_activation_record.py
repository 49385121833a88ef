"""Which catalogue speaks is on record before it does."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from ncp.audit import AdministrationEvent
from ncp.settings.terminology import TerminologySettings
from ncp.store import StoreUnavailable
from ncp.terminology.desk import TerminologyDesk, open_desk
from ncp.terminology.shelf import bring_in_demo
from tests.ncp.country_a.scene import NOW, StoppedClock
from transformations.terminology.catalogue import Releases


@pytest.fixture
def releases(tmp_path) -> Releases:
    releases = Releases(tmp_path)
    bring_in_demo(releases, NOW)
    return releases


def desk_of(releases: Releases, clock: StoppedClock, write) -> TerminologyDesk:
    settings = TerminologySettings(folder=releases.folder)
    desk = open_desk(settings, ["fr-LU"], clock, write, "LU-1")
    assert desk is not None
    return desk


def test_each_change_is_recorded_once_with_the_digest_before_and_after(releases):
    clock, written = StoppedClock(), []
    desk = desk_of(releases, clock, written.append)
    for _ in range(3):
        desk.shelf.get()
    [first] = written
    assert isinstance(first, AdministrationEvent)
    content = releases.release_path("demo").read_bytes()
    inner = hashlib.sha256(content).digest()
    assert (first.before, first.after) == (None, hashlib.sha256(inner).hexdigest())
    assert first.description == "demo speaks from now on"
    releases.activate("demo", (), NOW + timedelta(hours=1))
    desk.shelf.get()
    assert len(written) == 1
    clock.moment += timedelta(hours=1)
    desk.shelf.get()
    assert [each.before for each in written] == [None, first.after]


def test_what_cannot_be_recorded_does_not_speak(releases):
    def fail(_event: object) -> None:
        raise StoreUnavailable("the disk is full")

    desk = desk_of(releases, StoppedClock(), fail)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            desk.pivoted(b"<ClinicalDocument xmlns='urn:hl7-org:v3'/>")
