"""A thousand histories in which nothing is dispensed twice, and nothing is lost.

``make chaos`` lives many more: NCP_CHAOS_HISTORIES says how many.
"""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

from ncp.country_a.dispensing import Bench, Event, Reconciler
from ncp.country_a.dispensing import desk as desk_module
from ncp.country_a.dispensing import details as details_module
from ncp.country_a.dispensing import discarding as discarding_module
from ncp.country_a.dispensing import dispensation as dispensation_module
from ncp.country_a.dispensing.ports import Objection
from ncp.errors import Refusal
from ncp.store import Change, DeedState
from tests.ncp.country_a.dispensing.counter import Counter
from tests.ncp.country_a.dispensing.histories import TERMS, Broken, History
from tests.ncp.country_a.dispensing.quick_store import QuickStore

HISTORIES = int(os.environ.get("NCP_CHAOS_HISTORIES", "1000"))
FIRST = int(os.environ.get("NCP_CHAOS_FIRST", "1"))
PARTS = 10
MEMORY = Path("/dev/shm")


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    """A counter whose database is in memory where the machine has such a place."""
    place = MEMORY if MEMORY.is_dir() else tmp_path
    # The same few documents are in all histories, and say the same in each.
    read = lru_cache(dispensation_module.read_dispensation_facts)
    monkeypatch.setattr(dispensation_module, "read_dispensation_facts", read)
    with (
        tempfile.TemporaryDirectory(dir=place) as folder,
        Counter(
            f"sqlite:///{folder}/store.db",
            terms=TERMS,
            opens=QuickStore,
            pause=lambda _seconds: None,
        ) as made,
    ):
        yield made


@pytest.mark.spec("ARCHITECTURE: never twice, never lost")
@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_is_dispensed_twice_and_nothing_is_lost(
    counter: Counter, part: int
) -> None:
    _live(counter, range(FIRST + part, FIRST + HISTORIES, PARTS))


def test_both_databases_live_some(url: str) -> None:
    """The real store, with its writer and its disk."""
    with Counter(url, terms=TERMS) as counter:
        for number in range(FIRST, FIRST + 6):
            History(counter, number, first=number * 100).live()


class Steady(History):
    """A history in which nothing depends on which thread is faster."""

    def _deeds(self):
        return [each for each in super()._deeds() if each != self._at_once]


@pytest.mark.parametrize("number", range(1, 5))
def test_the_quick_store_lives_through_the_same_as_the_real_one(
    counter: Counter, tmp_path: Path, number: int
) -> None:
    url = f"sqlite:///{tmp_path}/real.db"
    with Counter(url, terms=TERMS, pause=lambda _seconds: None) as real:
        histories = [Steady(each, number) for each in (counter, real)]
        for each in histories:
            each.live(steps=20)
    quick, slow = (each.log for each in histories)
    assert quick == slow


# The histories can fail: each of these defects is found. ------------------------------


def _forget_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    moved = Bench.moved

    def unlocked(self, deed, event, **changes):
        return moved(self, deed, event, **{**changes, "prescription": None})

    monkeypatch.setattr(Bench, "moved", unlocked)


def _call_silence_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self, deed):
        return self.refused(deed, Objection(Refusal.DISPENSATION_NOT_STORED, "?"))

    monkeypatch.setattr(Bench, "lost", refused)


def _call_silence_success(monkeypatch: pytest.MonkeyPatch) -> None:
    def confirmed(self, deed):
        details = {**deed.details, "receipt": {"dispensation": "", "prescription": ""}}
        return self.moved(
            deed, "confirm", details=details, recorded_at=self.clock.now()
        )

    monkeypatch.setattr(Bench, "lost", confirmed)


def _name_it_anew_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(details_module, "register_key", lambda _: uuid.uuid4().urn)


def _never_ask_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Reconciler, "turn", lambda self: None)
    monkeypatch.setattr(
        desk_module, "settle_dispensation", lambda bench, deed: bench.release(deed)
    )


def _dispense_again_after_a_discard(monkeypatch: pytest.MonkeyPatch) -> None:
    told = desk_module.told

    def forgetful(deed, *, is_repeated):
        result = told(deed, is_repeated=is_repeated)
        is_discarded = result.refusal is Refusal.DISPENSATION_DISCARDED
        return replace(result, refusal=None) if is_discarded else result

    monkeypatch.setattr(desk_module, "told", forgetful)


def _let_anybody_discard(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (desk_module, discarding_module):
        monkeypatch.setattr(module, "is_same_organization", lambda one, other: True)


def _call_before_the_intent_is_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def hasty(self, deed, event, **changes):
        change = self.change(deed, event, **changes)
        if event is not Event.INTEND:
            is_in_memory = change.before.state is DeedState.RECORDING
            state = DeedState.RECEIVED if is_in_memory else change.before.state
            before = replace(change.before, state=state)
            self.deeds.change(Change(before, change.after))
        return change.after

    monkeypatch.setattr(Bench, "moved", hasty)


DEFECTS = (
    _forget_the_lock,
    _call_silence_a_refusal,
    _call_silence_success,
    _name_it_anew_each_time,
    _never_ask_again,
    _dispense_again_after_a_discard,
    _let_anybody_discard,
    _call_before_the_intent_is_on_disk,
)


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda each: each.__name__.strip("_"))
def test_a_defect_is_found(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, defect
) -> None:
    defect(monkeypatch)
    with pytest.raises(Broken):
        _live(counter, range(1, 200))


def _live(counter: Counter, numbers: range) -> None:
    for number in numbers:
        counter.store.forget()
        History(counter, number).live()
