"""What was dispensed is taken back, within its window and by the same bytes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ncp.errors import Refusal
from ncp.national.dispensations import DispensationResult
from ncp.store import DispensationState as State
from tests.ncp.country_b.dispensing.asking import ERROR, refusal_of
from tests.ncp.country_b.dispensing.scene import (
    COLLEAGUE,
    PHARMACIST,
    deliver_and_break,
    prescription,
)


def test_a_discard_takes_it_back_by_the_same_bytes(scene):
    done = scene.dispensed()
    gone = scene.pharmacy.discard(PHARMACIST, done.dispensation, ERROR)
    assert gone.state is State.DISCARDED
    assert gone.discard_until is None
    assert [step.sentence for step in gone.steps][-2] == "entry-error"
    dispensed, discarded = scene.line.sent
    kept = scene.store.foreign_dispensations.load(done.dispensation).document
    assert kept in dispensed.body
    assert kept in discarded.body
    assert scene.letters() == ["dispensed", "discarded"]


def test_after_a_discard_the_prescription_is_dispensed_anew(scene):
    done = scene.dispensed()
    scene.pharmacy.discard(PHARMACIST, done.dispensation, ERROR)
    again = scene.dispensed("order-2")
    assert again.state is State.DISPENSED
    assert again.document_id != done.document_id
    assert scene.letters() == ["dispensed", "discarded", "dispensed"]


def test_a_discard_is_told_again_and_not_sent_again(scene):
    done = scene.dispensed()
    gone = scene.pharmacy.discard(PHARMACIST, done.dispensation, ERROR)
    assert scene.pharmacy.discard(COLLEAGUE, done.dispensation, ERROR) == gone
    assert scene.pharmacy.submit(PHARMACIST, done.dispensation) == gone
    assert len(scene.line.sent) == 2


def test_a_discard_not_heard_of_is_resumed(scene):
    done = scene.dispensed()
    deliver_and_break(scene)
    unknown = scene.pharmacy.discard(PHARMACIST, done.dispensation, ERROR)
    assert unknown.state is State.DISCARD_UNKNOWN
    gone = scene.pharmacy.resume(PHARMACIST, done.dispensation)
    assert gone.state is State.DISCARDED
    assert scene.letters() == ["dispensed", "discarded"]


def test_a_discard_after_its_window_does_not_leave(scene):
    done = scene.dispensed()
    scene.clock.moment += timedelta(hours=24, seconds=1)
    later = scene.treating()
    late = refusal_of(
        scene.pharmacy.discard, PHARMACIST, done.dispensation, ERROR, later
    )
    assert late is Refusal.DISCARD_WINDOW_OVER
    assert scene.line.sent == []


def test_a_discard_that_is_refused_leaves_it_dispensed(scene):
    done = scene.dispensed()
    says = DispensationResult(Refusal.DISCARD_TOO_LATE, "too late")
    scene.register._decided = lambda *_: says
    still = scene.pharmacy.discard(PHARMACIST, done.dispensation, ERROR)
    assert still.state is State.DISPENSED
    assert scene.letters() == ["dispensed"]


@pytest.mark.parametrize("is_sent", [False, True])
def test_what_is_not_dispensed_cannot_be_taken_back(scene, is_sent):
    ready = scene.prepared(content=prescription(named="1.3.182.11.5^RX-404"))
    if is_sent:
        scene.submit(ready)
    nothing = refusal_of(scene.pharmacy.discard, PHARMACIST, ready.dispensation, ERROR)
    assert nothing is Refusal.NOTHING_TO_DISCARD
