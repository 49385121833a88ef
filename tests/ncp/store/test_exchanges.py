"""Exchanges of a span of time, read with what their messages tell."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ncp.audit import Side
from ncp.ihe.codes import Transaction
from ncp.store import exchanges
from tests.ncp.audit.samples import ALERT, MOMENT, exchange, token
from tests.ncp.store.samples import DENMARK, message

DAY = timedelta(days=1)


def record(store, *events, messages=()):
    with store.unit_of_work() as work:
        for each in messages:
            work.message(each)
        for event in events:
            work.audit(event)
        work.commit()


def read(store, since=MOMENT, until=MOMENT + DAY):
    return [
        (each.entry.event, each.entry.side, each.peer, each.condition)
        for each in store.recorded_exchanges(since, until)
    ]


def test_an_exchange_comes_with_the_country_of_its_message(open_store):
    store = open_store()
    record(store, exchange(), messages=[message()])
    record(store, exchange(Transaction.ITI_55, Side.B))
    assert read(store) == [
        ("ITI-39", "A", DENMARK, "digest-mismatch"),
        ("ITI-55", "B", None, None),
    ]


def test_an_exchange_is_one_however_many_messages_were_committed_with_it(open_store):
    store = open_store()
    record(store, exchange(), messages=[message(), message(condition="second")])
    assert read(store) == [("ITI-39", "A", DENMARK, "digest-mismatch")]


def test_what_is_no_exchange_is_not_among_them(open_store):
    store = open_store()
    record(store, ALERT, token(), messages=[message()])
    assert read(store) == []


def test_the_end_of_the_span_is_not_in_it(open_store):
    store = open_store()
    record(store, exchange())
    assert read(store, MOMENT - DAY, MOMENT) == []
    assert len(read(store, MOMENT, MOMENT + timedelta(microseconds=1))) == 1


@pytest.mark.parametrize("number", [4, 5])
def test_pages_lose_and_repeat_nothing(open_store, monkeypatch, number):
    monkeypatch.setattr(exchanges, "_PAGE", 2)
    store = open_store()
    record(store, *[exchange()] * number)
    found = list(store.recorded_exchanges(MOMENT, MOMENT + DAY))
    assert [each.entry.sequence for each in found] == list(range(1, number + 1))
