from __future__ import annotations

import queue
import threading
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ncp.jobs import BackOff, Courier
from ncp.jobs.courier import RHYTHM
from ncp.jobs.heartbeat import Heartbeat
from ncp.store import Destination, StoreUnavailable
from ncp.store.outbox import NotDelivered
from ncp.telemetry import Metrics
from tests.ncp.store.test_outbox import post

REGISTER = Destination("register", timedelta(days=2), timedelta(days=5))


class Register:
    """A destination that behaves as it is told, once for each entry of ``will``.

    ``takes``: how many letters arrive; ``proves``: how many of them it says so of;
    ``fails``: nothing, for a while or for ever.
    """

    def __init__(self, *will) -> None:
        self.will = list(will)
        self.arrived: list[str] = []

    def carry(self, letters):
        takes, proves, fails = self.will.pop(0) if self.will else (99, 99, None)
        self.arrived += [each.id for each in letters[:takes]]
        proven = min(proves, takes, len(letters))
        if fails == "broken":
            raise ConnectionResetError("CANARY")
        if fails is not None:
            raise NotDelivered("no", proven=proven, is_final=fails == "final")
        return proven

    def first_arrivals(self) -> list[str]:
        return list(dict.fromkeys(self.arrived))


def courier_of(store, clock, carrier, metrics=None, new_over=threading.Event):
    back_off = BackOff(timedelta(seconds=2), timedelta(minutes=1), lambda: 1.0)
    return Courier(
        store.outbox, REGISTER, carrier, clock, metrics or Metrics(), back_off, new_over
    )


def ids(*numbers):
    return [f"letter-{number}" for number in numbers]


def test_what_waits_is_delivered_in_order_and_let_go(open_store, clock, monkeypatch):
    monkeypatch.setattr("ncp.jobs.courier.BATCH", 2)
    store, register = open_store(), Register()
    post(store, 1, 2, 3, 4, 5)
    courier_of(store, clock, register).turn()
    assert register.arrived == ids(1, 2, 3, 4, 5)
    assert store.outbox.backlog("register").waiting == 0


def test_what_arrived_without_proof_is_sent_again_from_the_last_proven(
    open_store, clock
):
    store, register = open_store(), Register((3, 1, "later"))
    post(store, 1, 2, 3)
    courier = courier_of(store, clock, register)
    courier.turn()
    clock.advance(seconds=2)
    courier.turn()
    assert register.arrived == ids(1, 2, 3, 2, 3)


def test_a_carrier_that_waits_for_proof_is_no_failure(open_store, clock):
    store, register = open_store(), Register((3, 0, None))
    post(store, 1, 2, 3)
    courier = courier_of(store, clock, register)
    courier.turn()
    assert store.outbox.backlog("register").waiting == 3
    courier.turn()
    assert store.outbox.backlog("register").waiting == 0


@pytest.mark.parametrize("fault", ["later", "broken"])
def test_a_destination_that_is_down_is_tried_less_and_less_often(
    open_store, clock, fault
):
    register = Register(*[(0, 0, fault)] * 9)
    store = open_store()
    post(store, 1)
    courier = courier_of(store, clock, register)
    waits = []
    while register.will:
        before = len(register.will)
        courier.turn()
        assert len(register.will) == before - 1
        waited = 0
        while not list(store.outbox.due("register", 1)):
            clock.advance(seconds=1)
            waited += 1
        waits.append(waited)
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60, 60]
    courier.turn()
    assert register.arrived == ids(1)


def test_nodes_that_failed_together_do_not_come_back_together():
    waits = {
        BackOff(chance=lambda at=at: at).after(3).total_seconds()
        for at in (0.0, 0.5, 1.0)
    }
    assert waits == {4.0, 6.0, 8.0}


def test_a_letter_that_is_refused_for_good_does_not_stop_the_next(open_store, clock):
    store, metrics = open_store(), Metrics()
    register = Register((0, 0, "final"))
    post(store, 1, 2)
    courier_of(store, clock, register, metrics).turn()
    assert register.arrived == ids(2)
    (dead,) = store.outbox.dead_letters("register")
    assert (dead.letter.id, dead.reason) == ("letter-1", "no")
    assert (
        metrics.registry.get_sample_value(
            "ncp_outbox_dead", {"destination": "register"}
        )
        == 1
    )


def test_what_broke_a_carrier_is_not_quoted(open_store, clock):
    store = open_store()
    post(store, 1)
    courier_of(store, clock, Register((0, 0, "broken"))).turn()
    clock.advance(days=2)
    store.outbox.bury_expired(clock.now())
    (dead,) = store.outbox.dead_letters("register")
    assert "ConnectionResetError" in dead.reason
    assert "CANARY" not in dead.reason


def test_the_figures_tell_how_much_waits_and_how_long(open_store, clock):
    store, metrics = open_store(), Metrics()
    post(store, 1)
    clock.advance(minutes=3)
    post(store, 2)
    courier_of(store, clock, Register((0, 0, "later")), metrics).turn()
    told = {
        name: metrics.registry.get_sample_value(name, {"destination": "register"})
        for name in ("ncp_outbox_waiting", "ncp_outbox_oldest_seconds")
    }
    assert told == {"ncp_outbox_waiting": 2.0, "ncp_outbox_oldest_seconds": 180.0}


def test_another_process_delivers_only_when_it_may(open_store, clock):
    first, second = open_store(), open_store()
    post(first, 1)
    holder = courier_of(first, clock, Register((0, 0, "later")))
    holder.turn()
    clock.advance(seconds=5)
    register = Register()
    other = courier_of(second, clock, register)
    other.turn()
    assert register.arrived == []
    holder.finish()
    other.turn()
    assert register.arrived == ids(1)


@pytest.mark.spec("06 7.4")
def test_the_turn_of_a_killed_process_is_over_within_seconds(open_store, clock):
    first, second = open_store(), open_store()
    post(first, 1)
    courier_of(first, clock, Register((0, 0, "later"))).turn()
    clock.advance(seconds=19)
    register = Register()
    other = courier_of(second, clock, register)
    other.turn()
    assert register.arrived == []
    clock.advance(seconds=1)
    other.turn()
    assert register.arrived == ids(1)


class Beats:
    """The beats of a heart, each of them let happen by the test."""

    def __init__(self) -> None:
        self._due: queue.Queue[bool] = queue.Queue()
        self._waits = threading.Semaphore(0)

    def wait(self, timeout: float) -> bool:
        self._waits.release()
        return self._due.get()

    def set(self) -> None:
        self._due.put(True)

    def happen(self) -> None:
        """Let one happen, and return when it is over and the next one is awaited."""
        self._waits.acquire()
        self._due.put(False)

    def are_over(self) -> None:
        self._waits.acquire()
        self._waits.release()


class SlowRegister(Register):
    """Takes five seconds, again and again; others try to deliver meanwhile."""

    def __init__(self, clock, beats, rounds, meanwhile) -> None:
        super().__init__()
        self.clock, self.beats = clock, beats
        self.rounds, self.meanwhile = rounds, meanwhile

    def carry(self, letters):
        for _ in range(self.rounds):
            self.clock.advance(seconds=5)
            self.beats.happen()
            self.beats.are_over()
            self.meanwhile()
        return super().carry(letters)


def test_whoever_carries_for_long_keeps_its_turn(open_store, clock):
    first, second = open_store(), open_store()
    post(first, 1)
    beats, late = Beats(), Register()
    other = courier_of(second, clock, late)
    slow = SlowRegister(clock, beats, 12, other.turn)
    courier_of(first, clock, slow, new_over=lambda: beats).turn()
    assert slow.arrived == ids(1)
    assert late.arrived == []
    assert first.outbox.backlog("register").waiting == 0


def test_whoever_hangs_loses_its_turn_and_settles_nothing(open_store, clock):
    first, second = open_store(), open_store()
    post(first, 1, 2)
    late = Register((1, 1, None), (1, 1, None))
    other = courier_of(second, clock, late)

    def carry(letters):
        clock.advance(minutes=3)
        other.turn()
        return len(letters)

    hung = Register()
    hung.carry = carry
    courier_of(first, clock, hung, new_over=Beats).turn()
    assert late.arrived == ids(1, 2)
    assert first.outbox.backlog("register").waiting == 0


@pytest.mark.parametrize(("lives", "beaten"), [(99, 24), (3, 4)])
def test_a_heart_beats_for_a_while_only_and_stops_where_nothing_lives(lives, beaten):
    beats = Beats()
    answers = iter([True] * lives + [False] * 99)
    with Heartbeat(lambda: next(answers), RHYTHM, lambda: beats):
        for _ in range(beaten):
            beats.happen()
    assert next(answers) is (lives > beaten)


def test_a_beat_that_fails_is_not_the_last():
    beats, seen = Beats(), []

    def beat() -> bool:
        seen.append(len(seen))
        if len(seen) == 1:
            raise StoreUnavailable("CANARY")
        return True

    with Heartbeat(beat, RHYTHM, lambda: beats):
        beats.happen()
        beats.happen()
        beats.are_over()
    assert seen == [0, 1]


FAULTS = st.tuples(
    st.integers(0, 3), st.integers(0, 3), st.sampled_from([None, "later", "broken"])
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(FAULTS, max_size=12), st.lists(st.booleans(), max_size=12))
def test_whatever_happens_everything_arrives_in_order_and_is_let_go(
    tmp_path_factory, will, takeovers
):
    """Of faults of every kind, and of processes that die between two turns."""
    from ncp.store import DataKey, Store
    from tests.clocks import SetClock

    clock, register = SetClock(), Register(*will)
    url = f"sqlite:///{tmp_path_factory.mktemp('outbox')}/store.db"
    store = Store.open(url, DataKey(b"k" * 32), clock)
    store.migrate()
    post(store, *range(1, 8))
    courier = courier_of(store, clock, register)
    dies = list(takeovers)
    while store.outbox.backlog("register").waiting:
        courier.turn()
        clock.advance(minutes=3)
        if dies and dies.pop():
            store.close()
            store = Store.open(url, DataKey(b"k" * 32), clock)
            courier = courier_of(store, clock, register)
    store.close()
    assert register.first_arrivals() == ids(*range(1, 8))
