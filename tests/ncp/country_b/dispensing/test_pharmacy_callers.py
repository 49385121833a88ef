"""Whose a dispensation is, and what becomes of many who call at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from ncp.errors import NcpError, PolicyError, Refusal
from ncp.store import DispensationState as State
from tests.ncp.country_a.scene import EVA
from tests.ncp.country_a.submissions import OTHER_PRESCRIPTION
from tests.ncp.country_b.dispensing.asking import ERROR, refusal_of
from tests.ncp.country_b.dispensing.scene import (
    COLLEAGUE,
    PHARMACIST,
    STRANGER,
    PharmacyScene,
    deliver_and_break,
    prescription,
)


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
