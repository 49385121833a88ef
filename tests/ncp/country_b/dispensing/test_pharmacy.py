"""From a prescription to the sale and back, whatever happens on the way."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from ncp.country_b.dispensing import DiscardReason
from ncp.country_b.dispensing.register_letters import REGISTER
from ncp.errors import NcpError, PolicyError, ProtocolError, Refusal
from ncp.national.dispensations import DispensationResult
from ncp.store import DispensationState as State
from tests.ncp.country_a.scene import EVA, LUC
from tests.ncp.country_a.submissions import OTHER_PRESCRIPTION
from tests.ncp.country_b.dispensing.scene import (
    COLLEAGUE,
    PHARMACIST,
    STRANGER,
    PharmacyScene,
    dead,
    deliver_and_break,
    prescription,
)
from tests.ncp.country_b.scene import LUXEMBOURG

ERROR = DiscardReason.ENTRY_ERROR


def refusal_of(call, *arguments, **named) -> Refusal:
    with pytest.raises(NcpError) as refused:
        call(*arguments, **named)
    return refused.value.refusal


# Opening ----------------------------------------------------------------------------


def test_what_is_no_coded_prescription_is_refused_with_its_reason(scene):
    handle = scene.treating()
    content = prescription(**{'"57833-6"': '"60591-5"'})
    wish = scene.wish(handle=handle, content=content)
    with pytest.raises(ProtocolError, match="not that of a prescription"):
        scene.pharmacy.check(PHARMACIST, wish)


# Preparing --------------------------------------------------------------------------


def test_what_is_prepared_is_kept_and_nothing_leaves(scene):
    ready = scene.prepared()
    assert (ready.state, ready.country) == (State.PREPARED, LUXEMBOURG)
    assert ready.document_id.startswith("2.25.")
    assert ready.product.name == "Amoxicilline Alzette 500 mg 16"
    assert ready.packages == 2
    assert "Nothing has been sent" in ready.what_to_do
    assert scene.line.sent == []
    assert scene.pharmacy.state(PHARMACIST, ready.dispensation) == ready


def test_what_stops_is_told_and_nothing_is_prepared(scene):
    wish = scene.wish(product="404")
    prepared = scene.pharmacy.prepare(PHARMACIST, wish, "order-1")
    assert prepared.dispensation is None
    assert [each.rule for each in prepared.findings] == [
        "product-unknown",
        "pharmacist-instructed",
    ]
    assert scene.pharmacy.check(PHARMACIST, wish) == prepared.findings


def test_the_same_order_under_the_same_key_is_the_same_dispensation(scene):
    wish = scene.wish()
    first = scene.pharmacy.prepare(PHARMACIST, wish, "order-1")
    again = scene.pharmacy.prepare(COLLEAGUE, wish, "order-1")
    assert again == first
    assert len(scene.writer.written) == 1


def test_another_order_under_the_same_key_is_refused(scene):
    wish = scene.wish()
    scene.pharmacy.prepare(PHARMACIST, wish, "order-1")
    other = scene.wish(handle=wish.handle, packages=1)
    used = refusal_of(scene.pharmacy.prepare, PHARMACIST, other, "order-1")
    assert used is Refusal.ORDER_KEY_REUSED


def test_the_keys_of_two_pharmacies_have_nothing_to_do_with_each_other(scene):
    scene.prepared("order-1")
    handle = scene.treating(professional=STRANGER)
    wish = scene.wish(handle=handle, packages=1)
    prepared = scene.pharmacy.prepare(STRANGER, wish, "order-1")
    assert prepared.dispensation.packages == 1


def test_a_draft_that_was_not_sent_goes_after_a_day(scene):
    scene.prepared()
    scene.clock.moment += timedelta(hours=24)
    assert scene.store.purge(scene.clock.now())["foreign_dispensations"] == 1


# Submitting -------------------------------------------------------------------------


@pytest.mark.spec("sheet 06 7.3")
def test_what_the_other_country_takes_is_dispensed_and_the_register_is_told(scene):
    done = scene.dispensed()
    assert done.state is State.DISPENSED
    assert "Hand the medicine over" in done.what_to_do
    assert [step.state for step in done.steps] == [
        State.PREPARED,
        State.SENDING,
        State.DISPENSED,
    ]
    assert done.discard_until == scene.clock.now() + timedelta(hours=24)
    (batch,) = scene.store.outbox.due(REGISTER.name, 10)
    (letter,) = batch.letters
    told = json.loads(letter.payload)
    assert letter.id == f"{done.dispensation}-dispensed"
    assert (told["act"], told["packages"], told["version"]) == ("dispensed", 2, 1)
    assert told["patient"]["id"] == f"{EVA.root}^{EVA.extension}"
    assert told["pharmacist"]["pharmacy"] == "Havnens Apotek"


def test_differences_have_to_be_confirmed_by_their_words(scene):
    ready = scene.prepared()
    assert ready.to_confirm == ("substituted",)
    assert (
        refusal_of(scene.pharmacy.submit, PHARMACIST, ready.dispensation)
        is Refusal.DIFFERENCES_NOT_CONFIRMED
    )
    assert scene.line.sent == []
    assert scene.submit(ready).state is State.DISPENSED


def test_what_is_known_is_told_again_and_not_sent_again(scene):
    done = scene.dispensed()
    assert scene.submit(done) == done
    assert scene.pharmacy.resume(PHARMACIST, done.dispensation) == done
    assert len(scene.line.sent) == 1
    assert scene.letters() == ["dispensed"]


def test_what_the_other_country_refuses_is_refused_with_its_codes(scene):
    unknown = prescription(named="1.3.182.11.5^RX-404")
    refused = scene.dispensed(content=unknown)
    assert refused.state is State.REFUSED
    assert "4105" in refused.steps[-1].sentence
    assert "Do not hand" in refused.what_to_do
    assert scene.letters() == []


def test_a_refused_prescription_may_be_prepared_anew(scene):
    unknown = prescription(named="1.3.182.11.5^RX-404")
    scene.dispensed(content=unknown)
    assert scene.dispensed("order-2", content=unknown).state is State.REFUSED


def test_a_prescription_is_dispensed_once_in_this_country(scene):
    wish = scene.wish()
    first, second = (
        scene.pharmacy.prepare(PHARMACIST, wish, key).dispensation
        for key in ("order-1", "order-2")
    )
    scene.submit(first)
    assert refusal_of(scene.submit, second) is Refusal.PRESCRIPTION_DISPENSED
    assert len(scene.line.sent) == 1
    findings = scene.pharmacy.check(PHARMACIST, wish)
    assert findings[0].rule == "dispensed-before"
    stopped = scene.pharmacy.prepare(PHARMACIST, wish, "order-3")
    assert stopped.dispensation is None


def test_two_prescriptions_are_two(scene):
    scene.dispensed()
    other = prescription(named=OTHER_PRESCRIPTION)
    assert scene.dispensed("order-2", content=other).state is State.DISPENSED


# Not heard of -----------------------------------------------------------------------


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


# Taking back ------------------------------------------------------------------------


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


# Whose it is ------------------------------------------------------------------------


def test_only_its_pharmacy_sees_and_changes_a_dispensation(scene):
    done = scene.dispensed()
    pharmacy = scene.pharmacy
    for call in (
        lambda who: pharmacy.state(who, done.dispensation),
        lambda who: pharmacy.submit(who, done.dispensation),
        lambda who: pharmacy.resume(who, done.dispensation),
        lambda who: pharmacy.discard(who, done.dispensation, ERROR),
        lambda who: pharmacy.clarify(who, done.dispensation, is_done=True, source="me"),
    ):
        assert refusal_of(call, STRANGER) is Refusal.SUBMISSION_UNKNOWN
    assert pharmacy.state(COLLEAGUE, done.dispensation) == done
    assert pharmacy.recent(STRANGER) == ()
    assert [each.dispensation for each in pharmacy.recent(COLLEAGUE)] == [
        done.dispensation
    ]


def test_what_nobody_knows_of_stands_first_in_the_pharmacys_list(scene):
    deliver_and_break(scene)
    unknown = scene.dispensed()
    scene.clock.moment += timedelta(minutes=1)
    other = prescription(named=OTHER_PRESCRIPTION)
    done = scene.dispensed("order-2", content=other)
    recent = scene.pharmacy.recent(PHARMACIST)
    assert [each.dispensation for each in recent] == [
        unknown.dispensation,
        done.dispensation,
    ]


def test_only_who_may_dispense_prepares(scene):
    nurse = replace(PHARMACIST, permissions=())
    handle = scene.treating()
    wish = scene.wish(handle=handle)
    prepared = scene.pharmacy.prepare(nurse, wish, "order-1")
    assert prepared.dispensation is None
    assert "role-may-not-dispense" in [each.rule for each in prepared.findings]


def test_the_treatment_has_to_be_confirmed(scene):
    handle = scene.treating()
    wish = scene.wish(handle=handle)
    with pytest.raises(PolicyError):
        scene.pharmacy.prepare(COLLEAGUE, wish, "order-1")


def test_what_is_kept_stands_nowhere_in_clear(scene: PharmacyScene):
    done = scene.dispensed(remark="CANARY-REMARK")
    scene.store.close()
    kept = b"".join(each.read_bytes() for each in scene.folder.glob("b.db*"))
    assert done.dispensation.encode() in kept
    for canary in (b"CANARY-REMARK", b"Nogueira", EVA.extension.encode(), b"RX-1"):
        assert canary not in kept
    scene.restart()


# At once ----------------------------------------------------------------------------


def at_once(number: int, act) -> list[object]:
    """Do something in several threads at once; return what each came to."""
    ready = Barrier(number)

    def one(_: int) -> object:
        ready.wait()
        try:
            return act()
        except NcpError as error:
            return error.refusal

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


def test_of_many_who_submit_the_same_one_sends_it(scene):
    ready = scene.prepared()
    came = at_once(12, lambda: scene.submit(ready))
    states = {each.state for each in came if not isinstance(each, Refusal)}
    assert states == {State.DISPENSED}
    refused = {each for each in came if isinstance(each, Refusal)}
    assert refused <= {Refusal.DISPENSATION_IN_PROGRESS}
    assert len(scene.line.sent) == 1
    assert scene.letters() == ["dispensed"]


def test_of_many_orders_on_one_prescription_one_is_dispensed(scene):
    wish = scene.wish()
    ready = [
        scene.pharmacy.prepare(PHARMACIST, wish, f"order-{number}").dispensation
        for number in range(8)
    ]
    waiting = iter(ready)
    came = at_once(8, lambda: scene.submit(next(waiting)))
    done = [each for each in came if not isinstance(each, Refusal)]
    assert [each.state for each in done] == [State.DISPENSED]
    assert came.count(Refusal.PRESCRIPTION_DISPENSED) == 7
    assert len(scene.line.sent) == 1


def test_of_many_who_order_the_same_under_one_key_one_is_prepared(scene):
    wish = scene.wish()
    came = at_once(8, lambda: scene.pharmacy.prepare(PHARMACIST, wish, "order-1"))
    assert len({each.dispensation.dispensation for each in came}) == 1
