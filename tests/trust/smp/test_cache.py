"""Fresh entries, forced ones, and the last good one while a directory is down."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass, field

import pytest

from tests.trust.pki import NOW, seal
from tests.trust.smp.directory import ASKED, DAY, SMP, World, information, published
from trust.decision import Reason, TrustDecision
from trust.smp import EntryCache, Event, Freshness, Happening, HeldEntry
from trust.smp.cache import FORCED_INTERVAL

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
NEW = "https://new.example.dk/XCPD_Service"
FRESHNESS = Freshness(DAY, 7 * DAY, 5 * MINUTE)


@dataclass
class Operator:
    events: list[Event] = field(default_factory=list)

    def told(self, event: Event) -> None:
        self.events.append(event)

    @property
    def heard(self) -> list[Happening]:
        return [event.happening for event in self.events]


@dataclass
class Scene:
    world: World = field(default_factory=World)
    operator: Operator = field(default_factory=Operator)

    def __post_init__(self) -> None:
        self.cache = EntryCache(self.world.lookup, FRESHNESS, self.operator)

    def get(self, after: dt.timedelta = dt.timedelta(0), *, force=False):
        return self.cache.get(ASKED, NOW + after, force=force)

    def address(self, after: dt.timedelta = dt.timedelta(0), *, force=False) -> str:
        held = self.get(after, force=force)
        assert isinstance(held, HeldEntry), held
        return held.information.endpoint.address

    @property
    def times_asked(self) -> int:
        return len(self.world.server.asked)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def moved(**changes) -> bytes:
    return published(information(address=NEW, **changes))


def test_a_fresh_entry_is_served_without_asking_again(scene):
    for minutes in (0, 10, 1400):
        scene.address(minutes * MINUTE)
    assert scene.times_asked == 1
    assert scene.operator.heard == [Happening.FOUND]


def test_an_entry_that_is_no_longer_fresh_is_asked_for_again(scene):
    scene.address()
    scene.world.server.publish(moved())
    assert scene.address(DAY) == NEW
    assert scene.operator.heard == [Happening.FOUND, Happening.CHANGED]


def test_an_entry_is_asked_for_again_where_the_clock_went_back(scene):
    scene.address()
    scene.address(-HOUR)
    assert scene.times_asked == 2


def test_a_forced_refresh_takes_the_change_at_once(scene):
    scene.address()
    scene.world.server.publish(moved())
    assert scene.address(MINUTE) != NEW
    assert scene.address(MINUTE, force=True) == NEW


def test_an_entry_that_is_the_same_again_is_confirmed(scene):
    scene.address()
    scene.address(DAY)
    assert scene.operator.heard == [Happening.FOUND, Happening.CONFIRMED]
    held = scene.operator.events[-1].held
    assert held is not None
    assert held.fetched_at == NOW + DAY


def test_forcing_does_not_hammer_the_directory(scene):
    scene.address()
    for _ in range(50):
        scene.address(FORCED_INTERVAL, force=True)
    assert scene.times_asked == 2


@pytest.mark.spec("fact sheet 06 7.6 F18")
@pytest.mark.parametrize("part", ["dns", "server"])
def test_the_last_good_entry_serves_while_the_directory_is_down(scene, part):
    scene.address()
    getattr(scene.world, part).is_down = True
    held = scene.get(2 * DAY)
    assert isinstance(held, HeldEntry)
    assert held.failure is not None
    assert held.failure.reason is Reason.DIRECTORY_UNREACHABLE
    assert scene.operator.heard[1:] == [Happening.REFUSED, Happening.LAST_GOOD_SERVED]


def test_the_last_good_entry_serves_as_long_as_the_settings_allow(scene):
    scene.address()
    scene.world.server.is_down = True
    assert isinstance(scene.get(7 * DAY - MINUTE), HeldEntry)
    lost = scene.get(7 * DAY)
    assert isinstance(lost, TrustDecision)
    assert lost.reason is Reason.DIRECTORY_UNREACHABLE
    assert scene.operator.heard[-1] is Happening.LOST


def test_the_last_good_entry_never_serves_past_its_own_end(scene):
    scene.world.server.publish(published(information(expiration=NOW + 2 * DAY)))
    scene.address()
    scene.world.server.is_down = True
    assert isinstance(scene.get(2 * DAY - MINUTE), HeldEntry)
    lost = scene.get(2 * DAY)
    assert isinstance(lost, TrustDecision)
    assert not lost.is_accepted


def test_a_directory_that_failed_is_not_asked_again_at_once(scene):
    scene.world.server.is_down = True
    for minutes in (0, 1, 4):
        assert isinstance(scene.get(minutes * MINUTE), TrustDecision)
    assert scene.times_asked == 1
    scene.world.server.is_down = False
    scene.address(5 * MINUTE)
    assert scene.times_asked == 2


def test_an_entry_that_is_not_there_is_looked_for_again_later_or_when_forced(scene):
    scene.world.server.answers.clear()
    for after in (dt.timedelta(0), 5 * MINUTE, HOUR - MINUTE):
        assert isinstance(scene.get(after), TrustDecision)
    assert scene.times_asked == 1
    scene.world.server.publish(published())
    assert isinstance(scene.get(HOUR - MINUTE), TrustDecision)
    assert isinstance(scene.get(HOUR - MINUTE, force=True), HeldEntry)


def test_a_failure_is_forgotten_when_the_directory_answers_again(scene):
    scene.address()
    scene.world.server.is_down = True
    scene.get(DAY)
    scene.world.server.is_down = False
    held = scene.get(DAY + HOUR)
    assert isinstance(held, HeldEntry)
    assert held.failure is None


@pytest.mark.spec("fact sheet 02 7.2 row 32")
def test_attack_cache_poisoning_leaves_the_old_entry_in_its_place(scene):
    scene.address()
    forged = published(information(address=NEW), publisher=seal("evil"))
    scene.world.server.publish(forged)
    held = scene.get(MINUTE, force=True)
    assert isinstance(held, HeldEntry)
    assert held.information == information()
    assert held.failure is not None
    assert held.failure.reason is Reason.SIGNER_NOT_PINNED
    assert Happening.REFUSED in scene.operator.heard


@pytest.mark.spec("fact sheet 06 6.3.8")
def test_attack_stale_metadata_brings_no_older_entry_back(scene):
    scene.address()
    scene.world.server.publish(moved(activation=NOW - 30 * DAY))
    held = scene.get(MINUTE, force=True)
    assert isinstance(held, HeldEntry)
    assert held.information == information()
    assert held.failure is not None
    assert held.failure.reason is Reason.DIRECTORY_ENTRY_OLDER


def test_an_entry_for_the_same_time_replaces_the_one_that_is_held(scene):
    scene.address()
    scene.world.server.publish(moved())
    assert scene.address(MINUTE, force=True) == NEW


def test_an_operator_may_take_an_older_entry_by_forgetting_the_newer(scene):
    scene.address()
    scene.world.server.publish(moved(activation=NOW - 30 * DAY))
    scene.cache.forget(ASKED)
    assert scene.address(MINUTE) == NEW


def test_an_expired_entry_may_be_replaced_by_any(scene):
    scene.world.server.publish(published(information(expiration=NOW + HOUR)))
    scene.address()
    scene.world.server.publish(moved(activation=NOW - 30 * DAY))
    assert scene.address(2 * HOUR) == NEW


def test_entries_of_an_earlier_run_serve_until_newer_ones_come(scene):
    held = scene.get()
    assert isinstance(held, HeldEntry)
    later = Scene(World())
    later.world.server.is_down = True
    later.cache.restore([held])
    assert later.address(2 * DAY) == information().endpoint.address
    assert [each.entry for each in later.cache.held()] == [ASKED]


def test_one_look_up_serves_all_who_ask_at_once(scene):
    answers: list[object] = []
    fetch = scene.world.server.fetch
    barrier = threading.Barrier(8)

    def slow(address):
        threading.Event().wait(0.05)
        return fetch(address)

    scene.world.server.fetch = slow

    def ask():
        barrier.wait()
        answers.append(scene.get())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert scene.times_asked == 1
    assert scene.world.server.asked == [SMP + ASKED.path]
