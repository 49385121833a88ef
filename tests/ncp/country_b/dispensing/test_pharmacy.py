"""From a prescription to the sale: opened, prepared, submitted."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from ncp.country_b.dispensing.register_letters import REGISTER
from ncp.errors import ProtocolError, Refusal
from ncp.store import DispensationState as State
from tests.ncp.country_a.scene import EVA
from tests.ncp.country_a.submissions import OTHER_PRESCRIPTION
from tests.ncp.country_b.dispensing.asking import refusal_of
from tests.ncp.country_b.dispensing.scene import (
    COLLEAGUE,
    PHARMACIST,
    STRANGER,
    prescription,
)
from tests.ncp.country_b.scene import LUXEMBOURG


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
