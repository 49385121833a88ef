"""The desk: once, whatever is sent how often, and the right answer each time."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from ncp.country_a.dispensing import Point
from ncp.errors import NationalError, Refusal
from ncp.national.prescriptions import PrescriptionStatus
from ncp.store import DeedState
from tests.ncp.country_a.dispensing.counter import (
    OTHER_RX,
    PHARMACY,
    RX,
    Counter,
    Crash,
    discard_of,
    dispensation,
    dying_at,
    order,
)
from tests.ncp.country_a.dispensing.nation import Mood
from trust.identifiers import CountryCode


def states(counter: Counter) -> list[DeedState]:
    return [each.state for each in counter.store.deeds.all()]


def test_a_dispensation_stands_in_the_register_once(counter: Counter) -> None:
    assert counter.send(order()).refusal is None
    assert len(counter.nation.stands(RX)) == 1
    [deed] = counter.store.deeds.all()
    assert deed.state is DeedState.RECORDED
    # The keys to take it back are there; the document is no longer needed.
    assert deed.details["receipt"]["dispensation"]
    assert deed.content is None


def test_the_same_again_is_told_its_first_result(counter: Counter) -> None:
    counter.send(order())
    again = counter.send(order())
    assert (again.refusal, again.is_repeated) == (None, True)
    assert len(counter.nation.calls) == 1


def test_a_refusal_is_told_again_too(counter: Counter) -> None:
    counter.send(order(1))
    for _ in range(2):
        assert counter.send(order(2)).refusal is Refusal.PRESCRIPTION_DISPENSED
    assert len(counter.nation.calls) == 1


def test_another_content_under_the_same_id_is_refused(counter: Counter) -> None:
    counter.send(order())
    changed = order(content=dispensation(1, mark="\n"))
    assert counter.send(changed).refusal is Refusal.SUBMISSION_CHANGED
    assert counter.send(order()).refusal is None


def test_another_country_may_use_the_same_id(counter: Counter) -> None:
    counter.send(order())
    theirs = order(prescription=OTHER_RX, peer=CountryCode("FI"))
    assert counter.send(theirs).refusal is None


def test_an_unknown_prescription_has_no_match(counter: Counter) -> None:
    unknown = order(prescription="1.3.182.99.5^nobody")
    assert counter.send(unknown).refusal is Refusal.PRESCRIPTION_UNKNOWN


# Where the register does not say -----------------------------------------------------


@pytest.mark.parametrize("mood", [Mood.SILENT, Mood.LATE])
def test_what_is_not_known_is_not_called_refused(counter: Counter, mood: Mood) -> None:
    counter.bench.register.mood = Mood.WELL  # type: ignore[attr-defined]
    counter.nation.during = lambda: setattr(counter.nation, "mood", mood)
    assert counter.send(order()).refusal is Refusal.SUBMISSION_DEFERRED
    assert states(counter) == [DeedState.UNKNOWN]


def test_sent_again_it_is_settled(counter: Counter) -> None:
    counter.nation.during = lambda: setattr(counter.nation, "mood", Mood.SILENT)
    counter.send(order())
    counter.nation.mood = Mood.WELL
    settled = counter.send(order())
    assert (settled.refusal, settled.is_repeated) == (None, False)
    assert len(counter.nation.created) == 1


def test_the_job_settles_it_after_its_time(counter: Counter) -> None:
    counter.nation.during = lambda: setattr(counter.nation, "mood", Mood.LATE)
    counter.send(order())
    counter.nation.mood = Mood.WELL
    assert counter.reconciler.turn().settled == 0
    counter.clock.advance(minutes=1)
    assert counter.reconciler.turn().settled == 1
    counter.nation.deliver()
    assert len(counter.nation.created) == 1
    assert counter.send(order()).refusal is None


def test_while_it_is_not_known_nobody_else_dispenses(counter: Counter) -> None:
    counter.nation.during = lambda: setattr(counter.nation, "mood", Mood.LATE)
    counter.nation.compares_versions = False
    counter.send(order(1))
    counter.nation.mood = Mood.WELL
    assert counter.send(order(2)).refusal is Refusal.SUBMISSION_DEFERRED
    counter.recover()
    assert counter.send(order(2)).refusal is Refusal.PRESCRIPTION_DISPENSED
    assert len(counter.nation.stands(RX)) == 1


def test_where_it_cannot_be_read_nothing_was_done(counter: Counter) -> None:
    counter.nation.mood = Mood.DOWN
    with pytest.raises(NationalError):
        counter.send(order())
    counter.nation.mood = Mood.WELL
    assert counter.send(order()).refusal is None


def test_one_that_changed_meanwhile_is_judged_again(counter: Counter) -> None:
    counter.nation.during = lambda: counter.nation.touch(RX)
    assert counter.send(order()).refusal is None
    counter.nation.during = lambda: counter.nation.touch(
        OTHER_RX, status=PrescriptionStatus.STOPPED
    )
    stopped = counter.send(order(2, OTHER_RX))
    assert stopped.refusal is Refusal.PRESCRIPTION_NOT_DISPENSABLE
    assert counter.nation.stands(OTHER_RX) == []


# Discard -----------------------------------------------------------------------------


def test_a_discard_gives_the_prescription_free(counter: Counter) -> None:
    counter.send(order(1))
    assert counter.send(discard_of(1)).refusal is None
    assert counter.nation.stands(RX) == []
    assert counter.send(order(2)).refusal is None


def test_the_same_discard_again_is_told_its_first_result(counter: Counter) -> None:
    counter.send(order())
    counter.send(discard_of())
    again = counter.send(discard_of())
    assert (again.refusal, again.is_repeated) == (None, True)


def test_a_dispensation_resent_after_its_discard_is_refused(counter: Counter) -> None:
    counter.send(order())
    counter.send(discard_of())
    assert counter.send(order()).refusal is Refusal.DISPENSATION_DISCARDED
    assert counter.nation.stands(RX) == []


def test_what_was_never_dispensed_cannot_be_discarded(counter: Counter) -> None:
    assert counter.send(discard_of()).refusal is Refusal.DISPENSATION_UNKNOWN


def test_a_discard_that_came_too_early_is_decided_anew(counter: Counter) -> None:
    counter.send(discard_of())
    counter.send(order())
    assert counter.send(discard_of()).refusal is None
    assert counter.nation.stands(RX) == []


def test_another_organization_discards_nothing(counter: Counter) -> None:
    counter.send(order())
    other = discard_of(dispenser=replace(PHARMACY, organization_id="urn:oid:2.999.4"))
    assert counter.send(other).refusal is Refusal.DISCARD_BY_ANOTHER
    assert counter.send(discard_of()).refusal is None


def test_who_discards_by_another_document_stops_nobody_else(counter: Counter) -> None:
    counter.send(order())
    counter.send(discard_of(content=dispensation(1, mark=" ")))
    assert counter.send(discard_of()).refusal is None


def test_another_country_discards_nothing(counter: Counter) -> None:
    counter.send(order())
    theirs = discard_of(peer=CountryCode("FI"))
    assert counter.send(theirs).refusal is Refusal.DISPENSATION_UNKNOWN


def test_another_document_discards_nothing(counter: Counter) -> None:
    counter.send(order())
    changed = discard_of(content=dispensation(1, mark=" "))
    assert counter.send(changed).refusal is Refusal.SUBMISSION_CHANGED
    assert len(counter.nation.stands(RX)) == 1


@pytest.mark.parametrize(
    ("hours", "refusal"), [(23.9, None), (24.1, Refusal.DISCARD_TOO_LATE)]
)
def test_a_discard_has_its_window(counter: Counter, hours: float, refusal) -> None:
    counter.send(order())
    counter.clock.advance(hours=hours)
    assert counter.send(discard_of()).refusal is refusal


def test_a_discard_that_was_refused_early_does_not_stop_the_clock(
    counter: Counter,
) -> None:
    counter.send(discard_of())
    counter.send(order())
    counter.clock.advance(hours=25)
    assert counter.send(discard_of()).refusal is Refusal.DISCARD_TOO_LATE


def test_what_is_not_known_is_settled_before_it_is_taken_back(counter: Counter) -> None:
    counter.nation.during = lambda: setattr(counter.nation, "mood", Mood.LATE)
    counter.send(order())
    counter.nation.mood = Mood.WELL
    assert counter.send(discard_of()).refusal is None
    counter.nation.deliver()
    assert counter.nation.stands(RX) == []


@pytest.mark.parametrize("mood", [Mood.SILENT, Mood.LATE])
def test_a_discard_that_is_not_known_is_settled_too(
    counter: Counter, mood: Mood
) -> None:
    counter.send(order())
    counter.nation.during = lambda: setattr(counter.nation, "mood", mood)
    assert counter.send(discard_of()).refusal is Refusal.SUBMISSION_DEFERRED
    assert counter.send(order()).refusal is Refusal.SUBMISSION_DEFERRED
    counter.nation.mood = Mood.WELL
    assert counter.send(discard_of()).refusal is None
    assert counter.send(order()).refusal is Refusal.DISPENSATION_DISCARDED


# Dying -------------------------------------------------------------------------------


@pytest.mark.parametrize("point", [each for each in Point if each != "unanswered"])
def test_after_dying_anywhere_it_is_done_once(counter: Counter, point: Point) -> None:
    counter.dies = dying_at(point)
    with pytest.raises(Crash):
        counter.send(order())
    counter.recover()
    assert counter.send(order()).refusal is None
    assert len(counter.nation.created) == 1
    assert len(counter.nation.stands(RX)) == 1


@pytest.mark.parametrize("point", [each for each in Point if each != "unanswered"])
def test_after_dying_anywhere_it_is_taken_back_once(
    counter: Counter, point: Point
) -> None:
    counter.send(order())
    counter.dies = dying_at(point)
    with pytest.raises(Crash):
        counter.send(discard_of())
    counter.recover()
    assert counter.send(discard_of()).refusal is None
    assert counter.nation.stands(RX) == []
    assert counter.send(order()).refusal is Refusal.DISPENSATION_DISCARDED


# At once -----------------------------------------------------------------------------


def test_of_the_same_at_once_one_calls_the_register(counter: Counter) -> None:
    other = counter.another_process()
    results = at_once([lambda: counter.send(order()), lambda: other.send(order())] * 6)
    other.store.close()
    assert {each.refusal for each in results} == {None}
    assert sum(not each.is_repeated for each in results) >= 1
    assert len(counter.nation.calls) == 1


def test_of_two_on_one_prescription_at_once_one_wins(counter: Counter) -> None:
    counter.nation.compares_versions = False
    other = counter.another_process()
    sent = [order(number) for number in range(1, 7)]
    desks = (counter, other)
    results = at_once(
        [
            lambda one=one, desk=desks[number % 2]: desk.send(one)
            for number, one in enumerate(sent)
        ]
    )
    other.store.close()
    assert [each.refusal for each in results].count(None) == 1
    assert len(counter.nation.created) == 1


def test_who_slept_over_the_claim_changes_nothing(counter: Counter) -> None:
    """The register is so slow that another process takes over meanwhile."""
    other = counter.another_process()

    def overtake() -> None:
        counter.clock.advance(minutes=10)
        assert other.send(order()).refusal is None
        assert other.send(discard_of()).refusal is None

    counter.nation.during = overtake
    assert counter.send(order()).refusal is Refusal.DISPENSATION_DISCARDED
    other.store.close()
    assert counter.nation.stands(RX) == []
    assert len(counter.nation.created) == 1


def at_once(calls):
    results = []
    ready = threading.Barrier(len(calls))

    def run(call):
        ready.wait()
        results.append(call())

    threads = [threading.Thread(target=run, args=(each,)) for each in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == len(calls)
    return results
