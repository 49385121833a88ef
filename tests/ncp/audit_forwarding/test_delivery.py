"""From the commit of an event to the repository: nothing is lost, and order is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ncp.audit_forwarding import RepositoryCarrier
from ncp.jobs import BackOff, Courier
from ncp.store import Destination
from ncp.telemetry import Metrics
from tests.ncp.audit import samples
from tests.ncp.audit_forwarding.receiver import Manners, Receiver
from tests.ncp.audit_forwarding.test_carrier import at, repository, seal
from tests.ncp.store.conftest import *  # noqa: F403 - its stores, on both databases

__all__ = ["repository", "seal"]

NATIONAL, SECOND = Destination("audit-national"), Destination("audit-second")


def record(store, *numbers: int) -> None:
    for number in numbers:
        with store.unit_of_work() as work:
            work.audit(samples.exchange(request_message_id=f"urn:uuid:{number}"))
            work.commit()


def courier_of(store, clock, target, to=NATIONAL):
    carrier = RepositoryCarrier(store, target)
    back_off = BackOff(timedelta(seconds=1), timedelta(seconds=1), lambda: 1.0)
    return Courier(store.outbox, to, carrier, clock, Metrics(), back_off)


def numbers(receiver) -> list[int]:
    return [
        int(each.split(b'"urn:uuid:')[1].split(b'"')[0]) for each in receiver.messages
    ]


@pytest.mark.spec("sheet 06 2.4 outbox row in the transaction of the record")
def test_every_event_is_written_for_every_repository_with_its_record(open_store):
    store = open_store(repositories=(NATIONAL, SECOND))
    record(store, 1, 2)
    with store.unit_of_work() as work:
        work.audit(samples.exchange())
    assert store.outbox.backlog(NATIONAL.name).waiting == 2
    assert store.outbox.backlog(SECOND.name).waiting == 2
    assert len(list(store.audit_trail())) == 2


def test_events_recorded_while_the_repository_is_down_arrive_when_it_is_back(
    open_store, clock, luxembourg, repository
):
    store = open_store(repositories=(NATIONAL,))
    for number in range(1, 6):
        record(store, number)
        courier_of(store, clock, at(repository, 1)).turn()
        clock.advance(seconds=60)
    assert store.outbox.backlog(NATIONAL.name).waiting == 5
    with Receiver(luxembourg) as receiver:
        courier_of(store, clock, at(repository, receiver.port)).turn()
    assert numbers(receiver) == [1, 2, 3, 4, 5]
    assert store.outbox.backlog(NATIONAL.name).waiting == 0


@pytest.mark.spec("sheet 06 2.4 resent from the last proven point")
def test_a_repository_that_dies_on_the_way_gets_all_of_it_again_in_order(
    open_store, clock, luxembourg, repository
):
    store = open_store(repositories=(NATIONAL,))
    record(store, *range(1, 8))
    manners = Manners(["dies", "rude", "dies", "well"], dies_after=0)
    with Receiver(luxembourg, manners) as receiver:
        courier = courier_of(store, clock, at(repository, receiver.port))
        for _ in range(4):
            courier.turn()
            record(store, 100 + len(receiver.messages))
            clock.advance(seconds=2)
        courier.turn()
    once = list(dict.fromkeys(receiver.messages))
    assert len(once) == len(list(store.audit_trail()))
    arrived = list(dict.fromkeys(numbers(receiver)))
    assert arrived[:7] == list(range(1, 8))
    assert store.outbox.backlog(NATIONAL.name).waiting == 0


def test_one_repository_that_is_down_holds_no_other_up(
    open_store, clock, luxembourg, repository
):
    store = open_store(repositories=(NATIONAL, SECOND))
    record(store, 1, 2)
    courier_of(store, clock, at(repository, 1)).turn()
    with Receiver(luxembourg) as receiver:
        there = replace(at(repository, receiver.port), seal=None)
        courier_of(store, clock, there, SECOND).turn()
    assert numbers(receiver) == [1, 2]
    assert store.outbox.backlog(NATIONAL.name).waiting == 2
