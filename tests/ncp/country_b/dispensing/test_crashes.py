"""After a crash at any point, what was sent is found out, and told exactly once."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ncp.country_b.dispensing import DiscardReason
from ncp.errors import NcpError
from ncp.store import DispensationState as State
from tests.ncp.country_b.dispensing.crashing import booked, crashes, points, told
from tests.ncp.country_b.dispensing.scene import (
    PHARMACIST,
    PharmacyScene,
    dead,
    deliver_and_break,
)

ERROR = DiscardReason.ENTRY_ERROR
POINTS = [
    f"{when} {what}"
    for what in ("commit 1", "commit 2", "sending 1", "commit 3")
    for when in ("before", "after")
]
"""intent, the document with its ids, the line, the answer with its record."""


def recovered(scene: PharmacyScene, dispensation: str):
    """Do what a pharmacist does after a crash: look, wait, and resume."""
    scene.clock.moment += timedelta(minutes=6)
    handle = scene.treating()
    found = scene.pharmacy.state(PHARMACIST, dispensation)
    if found.state is State.PREPARED:
        return scene.submit(found, handle=handle)
    return scene.pharmacy.resume(PHARMACIST, dispensation, handle)


def check_agreement(scene: PharmacyScene, dispensation: str) -> None:
    """What is known here is what the other country holds, and the register is told."""
    found = scene.pharmacy.state(PHARMACIST, dispensation)
    is_booked = booked(scene.folder)[found.document_id]
    assert is_booked == (1 if found.state is State.DISPENSED else 0)
    letters = told(scene)
    was_dispensed = found.state in {State.DISPENSED, State.DISCARDED}
    assert letters[f"{dispensation}-dispensed"] == was_dispensed
    assert letters[f"{dispensation}-discarded"] == (found.state is State.DISCARDED)


def test_the_points_are_all_there_are(scene):
    ready = scene.prepared()
    with points(scene) as passed:
        done = scene.submit(ready)
    assert passed.passed == POINTS
    with points(scene) as passed:
        scene.pharmacy.discard(PHARMACIST, done.dispensation, ERROR)
    assert passed.passed == POINTS


@pytest.mark.spec("sheet 06 7.6 F1")
@pytest.mark.parametrize("point", POINTS)
def test_a_crash_while_submitting_is_recovered(scene, point):
    ready = scene.prepared()
    assert crashes(scene, point, lambda: scene.submit(ready))
    found = scene.pharmacy.state(PHARMACIST, ready.dispensation)
    if point == "before commit 1":
        assert found.state is State.PREPARED
    elif point == "after commit 3":
        assert found.state is State.DISPENSED
    else:
        assert found.state is State.SENDING
    done = recovered(scene, ready.dispensation)
    assert done.state is State.DISPENSED
    check_agreement(scene, ready.dispensation)


@pytest.mark.parametrize("point", POINTS)
def test_a_crash_while_discarding_is_recovered(scene, point):
    done = scene.dispensed()
    handle = scene.treating()

    def discard() -> object:
        return scene.pharmacy.discard(PHARMACIST, done.dispensation, ERROR, handle)

    assert crashes(scene, point, discard)
    scene.clock.moment += timedelta(minutes=6)
    handle = scene.treating()
    gone = scene.pharmacy.discard(PHARMACIST, done.dispensation, ERROR, handle)
    assert gone.state is State.DISCARDED
    check_agreement(scene, done.dispensation)


@pytest.mark.parametrize("point", POINTS[2:])
def test_a_crash_while_resuming_is_recovered(scene, point):
    ready = scene.prepared()
    deliver_and_break(scene)
    scene.submit(ready)
    scene.clock.moment += timedelta(minutes=6)
    handle = scene.treating()

    def resume() -> object:
        return scene.pharmacy.resume(PHARMACIST, ready.dispensation, handle)

    # What the document was sent as is kept already: there is one commit less.
    passed = crashes(scene, point, resume)
    assert passed or point.endswith("commit 3")
    assert recovered(scene, ready.dispensation).state is State.DISPENSED
    check_agreement(scene, ready.dispensation)


def test_what_was_begun_is_somebodys_for_a_while_and_then_anybodys(scene):
    ready = scene.prepared()
    crashes(scene, "before sending 1", lambda: scene.submit(ready))
    handle = scene.treating()
    claimed_until = scene.clock.moment + timedelta(minutes=5)
    with pytest.raises(NcpError, match="at this moment") as waiting:
        scene.pharmacy.resume(PHARMACIST, ready.dispensation, handle)
    assert f"resumed from {claimed_until:%H:%M:%S} UTC on" in waiting.value.remedy
    scene.clock.moment += timedelta(minutes=6)
    handle = scene.treating()
    done = scene.pharmacy.resume(PHARMACIST, ready.dispensation, handle)
    assert done.state is State.DISPENSED


# Histories ----------------------------------------------------------------------------

ACTS = st.sampled_from(["submit", "resume", "discard", "again"])
TROUBLES = st.sampled_from(
    [None, "unheard", "dead", "refused connection", *POINTS, *POINTS]
)


@pytest.mark.timeout(7200)
@settings(
    max_examples=int(os.environ.get("NCP_HISTORIES", "12")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(ACTS, TROUBLES), min_size=1, max_size=6))
def test_every_history_ends_in_agreement(tmp_path_factory, history):
    scene = PharmacyScene(tmp_path_factory.mktemp("history"))
    try:
        live_through(scene, history)
    finally:
        scene.close()


def live_through(scene: PharmacyScene, history) -> None:
    current = scene.prepared("order-0").dispensation
    every = [current]
    for number, (wanted, trouble) in enumerate(history, 1):
        scene.clock.moment += timedelta(minutes=6)
        handle = scene.treating()
        if wanted == "again":
            prepared = scene.pharmacy.prepare(
                PHARMACIST, scene.wish(handle=handle), f"order-{number}"
            )
            if prepared.dispensation is None:
                continue
            current = prepared.dispensation.dispensation
            every.append(current)
        act = "submit" if wanted == "again" else wanted
        attempt(scene, act, current, handle, trouble)
        assert sum(booked(scene.folder).values()) <= 1
    for dispensation in every:
        settle(scene, dispensation)
        check_agreement(scene, dispensation)


def attempt(scene, act, dispensation, handle, trouble) -> None:
    def do() -> None:
        pharmacy = scene.pharmacy
        if act == "submit":
            confirmed = pharmacy.state(PHARMACIST, dispensation).to_confirm
            pharmacy.submit(PHARMACIST, dispensation, confirmed, handle)
        elif act == "resume":
            pharmacy.resume(PHARMACIST, dispensation, handle)
        else:
            pharmacy.discard(PHARMACIST, dispensation, ERROR, handle)

    try:
        if trouble == "unheard":
            deliver_and_break(scene)
            do()
        elif trouble == "dead":
            scene.line.faults = [dead(nothing_was_sent=False)]
            do()
        elif trouble == "refused connection":
            scene.line.faults = [dead(nothing_was_sent=True)] * 2
            do()
        elif trouble is None:
            do()
        else:
            crashes(scene, trouble, do)
    except NcpError:
        # What cannot be done in a state is refused; what matters is that all agree.
        pass
    finally:
        scene.line.faults = []
        scene.line.__dict__.pop("send", None)


def settle(scene: PharmacyScene, dispensation: str) -> None:
    """Find out what became of what is open, on a line that works."""
    scene.clock.moment += timedelta(minutes=6)
    handle = scene.treating()
    found = scene.pharmacy.resume(PHARMACIST, dispensation, handle)
    assert not found.state.is_open, found.steps


def test_a_history_can_fail(tmp_path: Path, monkeypatch):
    """The check sees a register that was told twice: it can fail."""
    scene = PharmacyScene(tmp_path)
    done = scene.dispensed()
    monkeypatch.setattr(
        "tests.ncp.country_b.dispensing.test_crashes.told",
        lambda scene: {f"{done.dispensation}-dispensed": 2},
    )
    with pytest.raises((AssertionError, KeyError)):
        check_agreement(scene, done.dispensation)
    scene.close()
