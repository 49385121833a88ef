"""What one professional did for one reason on one day stands together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from ncp.accesses.access import Act, Ending
from ncp.accesses.report.report import given, visits
from tests.ncp.accesses.report.conftest import LOPES, LUXEMBOURG
from trust.identifiers import CountryCode


def test_a_look_up_a_list_and_a_document_are_one_visit(make):
    accesses = [make(each) for each in (Act.IDENTIFIED, Act.LISTED, Act.FETCHED)]
    [visit] = visits(accesses, LUXEMBOURG)
    assert visit.accesses == tuple(accesses)
    assert (visit.day, visit.peer) == (date(2026, 3, 12), "PT")


@pytest.mark.parametrize(
    "changes",
    [
        {"organisation": "Hospital de São João"},
        {"professional": replace(LOPES, user_id="another")},
        {"purpose": "EMERGENCY"},
        {"peer": CountryCode("DE")},
        {"moment": datetime(2026, 3, 12, 23, 30, tzinfo=UTC)},
    ],
)
def test_whoever_else_for_whatever_else_on_whichever_day_is_another(make, changes):
    accesses = [make(Act.FETCHED), make(Act.FETCHED, **changes)]
    assert [each.accesses for each in visits(accesses, LUXEMBOURG)] == [
        (accesses[1],),
        (accesses[0],),
    ]


def test_the_newest_visit_is_first_and_each_is_in_the_order_of_time(make):
    early = [make(Act.IDENTIFIED), make(Act.FETCHED)]
    late = [make(Act.FETCHED, purpose="EMERGENCY")]
    found = visits([*early, *late], LUXEMBOURG)
    assert [each.accesses for each in found] == [tuple(late), tuple(early)]


def test_an_event_that_knows_of_no_country_does_not_part_a_visit(make):
    accesses = [
        make(Act.TREATMENT_CONFIRMED, peer=None),
        make(Act.FETCHED, peer=CountryCode("DE")),
        make(Act.FETCHED, peer=CountryCode("PT")),
    ]
    found = visits(accesses, LUXEMBOURG)
    assert [each.peer for each in found] == ["PT", "DE"]
    assert len(found[1].accesses) == 2


def test_the_day_is_that_of_the_reader(make):
    access = make(Act.FETCHED, moment=datetime(2026, 3, 12, 23, 30, tzinfo=UTC))
    [visit] = visits([access], LUXEMBOURG)
    assert visit.day == date(2026, 3, 13)


def test_only_what_moved_data_is_counted_as_given(make):
    accesses = [
        make(Act.FETCHED),
        make(Act.FETCHED, Ending.PARTLY),
        make(Act.FETCHED, Ending.NO_CONSENT),
        make(Act.TREATMENT_CONFIRMED),
        make(Act.RECORD_SEARCHED),
    ]
    assert given(accesses) == 2
