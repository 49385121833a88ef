"""What was not heard of is unknown until a message or a person settles it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ncp.errors import Refusal
from ncp.national.dispensations import DispensationResult
from ncp.store import DispensationState as State
from tests.ncp.country_a.scene import EVA, LUC
from tests.ncp.country_b.dispensing.asking import refusal_of
from tests.ncp.country_b.dispensing.scene import (
    COLLEAGUE,
    PHARMACIST,
    STRANGER,
    dead,
    deliver_and_break,
    prescription,
)


def test_what_was_not_heard_of_is_unknown_and_resumed_as_the_same_message(scene):
    deliver_and_break(scene)
    unknown = scene.dispensed()
    assert unknown.state is State.UNKNOWN
    assert "Keep the medicine" in unknown.what_to_do
    done = scene.pharmacy.resume(PHARMACIST, unknown.dispensation)
    assert done.state is State.DISPENSED
    assert [step.state for step in done.steps][-3:] == [
        State.UNKNOWN,
        State.SENDING,
        State.DISPENSED,
    ]
    first, second = (payload.body for payload in scene.line.sent)
    assert done.document_id.encode() in first
    assert first.count(b"urn:uuid:") == second.count(b"urn:uuid:")
    assert scene.letters() == ["dispensed"]


def test_submitting_what_is_unknown_resumes_it(scene):
    deliver_and_break(scene)
    unknown = scene.dispensed()
    assert scene.submit(unknown).state is State.DISPENSED


def test_what_never_left_can_be_submitted_again(scene):
    ready = scene.prepared()
    scene.line.faults = [dead(nothing_was_sent=True), dead(nothing_was_sent=True)]
    ready = scene.submit(ready)
    assert ready.state is State.PREPARED
    assert "the line is dead" in ready.steps[-1].sentence.casefold()
    assert scene.submit(ready).state is State.DISPENSED


def test_what_may_have_arrived_before_stays_unknown_though_nothing_left_now(scene):
    deliver_and_break(scene)
    unknown = scene.dispensed()
    scene.line.faults = [dead(nothing_was_sent=True), dead(nothing_was_sent=True)]
    assert scene.pharmacy.resume(PHARMACIST, unknown.dispensation).state is (
        State.UNKNOWN
    )


def test_a_colleague_resumes_it_from_a_treatment_of_the_same_patient(scene):
    deliver_and_break(scene)
    unknown = scene.dispensed()
    scene.clock.moment += timedelta(hours=5)
    assert (
        refusal_of(scene.pharmacy.resume, COLLEAGUE, unknown.dispensation)
        is Refusal.TREATMENT_UNKNOWN
    )
    other = scene.treating(LUC, COLLEAGUE)
    assert (
        refusal_of(scene.pharmacy.resume, COLLEAGUE, unknown.dispensation, other)
        is Refusal.SUBMISSION_OF_ANOTHER_PATIENT
    )
    later = scene.treating(EVA, COLLEAGUE)
    done = scene.pharmacy.resume(COLLEAGUE, unknown.dispensation, later)
    assert done.state is State.DISPENSED
    assert done.steps[-1].by == "Ole Lund"


def test_while_one_is_unknown_no_other_is_prepared_and_the_list_warns(scene):
    deliver_and_break(scene)
    unknown = scene.dispensed()
    wish = scene.wish()
    assert scene.pharmacy.check(PHARMACIST, wish)[0].rule == "dispensed-before"
    scene.lists(wish.handle, wish.document)
    listed = scene.pharmacy.prescriptions(PHARMACIST, wish.handle)
    assert listed.warnings[0].startswith("ERROR_ED_EDISPENSATION_ACK_NOT_RECEIVED")
    assert listed.prescriptions[0].state is State.UNKNOWN
    assert listed.prescriptions[0].dispensation == unknown.dispensation
    scene.pharmacy.resume(PHARMACIST, unknown.dispensation)
    listed = scene.pharmacy.prescriptions(PHARMACIST, wish.handle)
    assert listed.warnings == ()
    assert listed.prescriptions[0].state is State.DISPENSED


def test_another_pharmacy_sees_that_it_is_dispensed_and_not_by_what(scene):
    scene.dispensed()
    handle = scene.treating(professional=STRANGER)
    document = scene.fetched(handle, prescription())
    scene.lists(handle, document)
    (listed,) = scene.pharmacy.prescriptions(STRANGER, handle).prescriptions
    assert (listed.state, listed.dispensation) == (State.DISPENSED, None)


def test_a_peer_that_says_it_is_dispensed_already_may_mean_this_very_one(scene):
    """Seen: OpenNCP does not know a repeated message; its register refuses it."""
    deliver_and_break(scene)
    unknown = scene.dispensed()
    says = DispensationResult(Refusal.PRESCRIPTION_DISPENSED, "dispensed before")
    scene.register._decided = lambda *_: says
    still = scene.pharmacy.resume(PHARMACIST, unknown.dispensation)
    assert still.state is State.UNKNOWN
    assert "service desk" in still.steps[-1].sentence


@pytest.mark.parametrize(
    ("is_done", "state", "letters"),
    [(True, State.DISPENSED, ["dispensed"]), (False, State.REFUSED, [])],
)
def test_what_no_message_settles_is_settled_by_hand(scene, is_done, state, letters):
    deliver_and_break(scene)
    unknown = scene.dispensed()
    settled = scene.pharmacy.clarify(
        COLLEAGUE, unknown.dispensation, is_done=is_done, source="Lisbon, by phone"
    )
    assert settled.state is state
    assert settled.steps[-1].sentence == "Clarified by hand: Lisbon, by phone"
    assert settled.steps[-1].by == "Ole Lund"
    assert scene.letters() == letters


def test_what_is_known_is_not_settled_by_hand(scene):
    done = scene.dispensed()
    again = scene.pharmacy.clarify(
        PHARMACIST, done.dispensation, is_done=False, source="nobody"
    )
    assert again == done
