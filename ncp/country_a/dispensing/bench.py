"""What whoever works on a deed has at hand, and the few moves there are.

Spec: ARCHITECTURE "Dispensation".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ncp.country_a.dispensing.ports import (
    Deeds,
    DispensationJudge,
    DispensingTerms,
    Objection,
    Point,
)
from ncp.country_a.dispensing.states import Event, after
from ncp.errors import Refusal
from ncp.national.dispensing import Declined, NationalRegister
from ncp.national.prescriptions import PrescriptionSource
from ncp.ports import Clock, FreshIds
from ncp.store import Change, Deed, DeedMoved, DeedState


def _go_on(_point: Point) -> None:
    """Do nothing at a point."""


@dataclass(frozen=True, slots=True)
class Bench:
    """The ports of the dispensing, and how a deed is moved."""

    deeds: Deeds
    prescriptions: PrescriptionSource
    register: NationalRegister
    judge: DispensationJudge
    clock: Clock
    ids: FreshIds
    terms: DispensingTerms = field(default_factory=DispensingTerms)
    reached: Callable[[Point], None] = _go_on

    def claimed(self, deed: Deed) -> Deed:
        """Return a new deed as ours to work on."""
        return replace(deed, claim=self.ids.uuid().hex, claimed_until=self._until())

    def claim(self, deed: Deed) -> Deed | None:
        """Take a deed to work on; None where somebody has it, or it moved."""
        try:
            return self.deeds.claim(deed, self.ids.uuid().hex, self._until())
        except DeedMoved:
            return None

    def release(self, deed: Deed) -> Deed:
        """Let others work on it."""
        freed = _free(deed)
        self.deeds.change(Change(deed, freed))
        return freed

    def moved(self, deed: Deed, event: Event, **changes: Any) -> Deed:
        """Move a deed and return it when that is on disk."""
        change = self.change(deed, event, **changes)
        self.deeds.change(change)
        return change.after

    def change(self, deed: Deed, event: Event, **changes: Any) -> Change:
        """Prepare a move, to be written with others."""
        state = after(deed.state, event, deed.operation)
        moved = replace(deed, state=state, changed_at=self.clock.now(), **changes)
        if state in _SETTLED:
            moved = replace(_free(moved), content=None, next_attempt=None)
        return Change(deed, moved)

    def refused(self, deed: Deed, objection: Objection) -> Deed:
        """Settle a deed as refused."""
        return self.moved(
            deed,
            Event.REFUSE,
            refusal=objection.refusal.value,
            sentence=objection.sentence,
        )

    def lost(self, deed: Deed) -> Deed:
        """Note that the register did not say; it is asked again later."""
        self.reached(Point.UNANSWERED)
        attempts = deed.attempts + 1
        wait = self.terms.retry * 2 ** min(attempts - 1, 16)
        return self.moved(
            deed,
            Event.LOSE,
            attempts=attempts,
            next_attempt=self.clock.now() + min(wait, self.terms.longest_retry),
            sentence="the register did not say what became of it",
            claim=None,
            claimed_until=None,
        )

    def _until(self) -> datetime:
        return self.clock.now() + self.terms.claim


_SETTLED = frozenset({DeedState.RECORDED, DeedState.REFUSED, DeedState.DISCARDED})


def _free(deed: Deed) -> Deed:
    return replace(deed, claim=None, claimed_until=None)


def objection_of(declined: Declined) -> Objection:
    """Return what the register has against it."""
    return Objection(declined.refusal, declined.sentence)


def not_updated() -> Objection:
    """Return what is said where a prescription changes faster than it is judged."""
    return Objection(
        Refusal.PRESCRIPTION_NOT_UPDATED,
        "the prescription changed each time it was about to be completed",
    )
