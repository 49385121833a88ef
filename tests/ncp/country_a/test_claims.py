"""Claims go to disk with the record; who is overtaken is decided about anew."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ncp.errors import Refusal
from ncp.ihe.codes import Transaction
from ncp.store import Sighting
from tests.ncp.country_a.scene import EVA, LUC, CountryA, discovery
from tests.ncp.country_a.test_presenters import (
    LENIENT,
    NEUTRAL,
    as_finland,
    refusal_codes,
    resign,
    set_text,
    with_finland,
)
from trust.decision import Reason


class Overtaken:
    """A store at which every claim looks free: others take it before the commit."""

    def __init__(self, store) -> None:
        self._store = store

    def __getattr__(self, name: str):
        return getattr(self._store, name)

    def seen(self, *_claim) -> Sighting:
        return Sighting.NEW

    def presenters(self, uses) -> tuple[None, ...]:
        return (None,) * len(uses)


def overtake(country: CountryA) -> None:
    country.serve_by(replace(country.services, store=Overtaken(country.store)))


@pytest.mark.spec("ARCHITECTURE Duplicates")
def test_message_id_assertions_and_record_are_one_transaction(country_a, monkeypatch):
    jobs: list[object] = []
    submit = country_a.store._writer.submit
    monkeypatch.setattr(
        country_a.store._writer,
        "submit",
        lambda job: (jobs.append(job), submit(job))[1],
    )
    country_a.identify(EVA, "urn:uuid:once")
    assert len(jobs) == 1
    assert country_a.store.seen("DK", "urn:uuid:once", "?") is Sighting.CONFLICT


def test_a_duplicate_that_was_overtaken_is_served_as_one(country_a: CountryA):
    country_a.identify(EVA, "urn:uuid:again")
    overtake(country_a)
    answer = country_a.identify(EVA, "urn:uuid:again")
    assert b"Weber" in answer.payload.body
    assert [each.sighting for each in country_a.records()] == [
        Sighting.NEW,
        Sighting.DUPLICATE,
    ]
    assert country_a.conditions() == [None, None]


def test_another_message_under_the_same_id_gets_no_answer_though_it_was_made(
    country_a: CountryA,
):
    country_a.identify(EVA, "urn:uuid:again")
    overtake(country_a)
    answer = country_a.identify(LUC, "urn:uuid:again")
    assert refusal_codes(answer)
    assert b"subject1" not in answer.payload.body
    assert country_a.conditions() == [None, Refusal.MESSAGE_ID_REUSED]


def test_an_assertion_another_peer_took_meanwhile_is_refused(build):
    country = with_finland(build(assertion_policy=LENIENT))
    danish = resign(country.hcp(), set_text("//s:Issuer", NEUTRAL))
    finnish = resign(danish, seal="fi")
    country.send(Transaction.ITI_55, discovery(EVA), [danish])
    with_finland(country)
    overtake(country)
    as_finland(country)
    answer = country.send(Transaction.ITI_55, discovery(EVA), [finnish])
    assert b"subject1" not in answer.payload.body
    assert country.conditions() == [None, Reason.ASSERTION_OF_ANOTHER_PEER]


def test_of_the_same_message_many_times_at_once_one_is_new(country_a: CountryA):
    hcp = country_a.hcp()

    def send(_number: int):
        return country_a.send(Transaction.ITI_55, discovery(EVA), [hcp], "urn:uuid:n")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(16)))
    assert all(b"Weber" in answer.payload.body for answer in answers)
    sightings = [each.sighting for each in country_a.records()]
    assert sorted(sightings) == [Sighting.DUPLICATE] * 15 + [Sighting.NEW]
