"""Carries a discard from what was received to what was taken back.

Only the organization that dispensed takes back, within its window, and by the very
document. What is not known for certain to stand in the register is settled first.

Spec: eHDSI CP-036 (eDispensation discard).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ncp.country_a.dispensing.bench import Bench, objection_of
from ncp.country_a.dispensing.details import (
    is_same_organization,
    receipt_of,
    register_key,
)
from ncp.country_a.dispensing.ports import Objection, Point
from ncp.country_a.dispensing.states import Event
from ncp.errors import InternalError, NationalError, Refusal
from ncp.national.dispensations import DispensationOperation
from ncp.national.dispensing import Declined
from ncp.store import Deed, DeedState

BringOn = Callable[[Deed], Deed]
"""Settles a deed as far as can be, and returns it as it is then."""


def discard(bench: Bench, deed: Deed, bring_on: BringOn) -> Deed:
    """Go on with a received discard that is ours to work on."""
    target = _target(bench, deed)
    if target is not None and target.is_unsettled:
        target = bring_on(target)
    objection = _objection(bench, deed, target)
    if objection is not None or target is None:
        return bench.refused(deed, objection or _unknown())
    if target.state is not DeedState.RECORDED:
        return bench.release(deed)
    bench.reached(Point.JUDGED)
    intent = bench.change(deed, Event.INTEND)
    begun = bench.change(target, Event.BEGIN_DISCARD)
    bench.deeds.change(intent, begun)
    bench.reached(Point.INTENDED)
    return settle_discard(bench, intent.after)


def settle_discard(bench: Bench, deed: Deed) -> Deed:
    """Take back what a discard whose intent is on disk is about."""
    target = _target(bench, deed)
    if target is None:
        raise InternalError(Refusal.INTERNAL, "a discard lost its dispensation")
    try:
        written = bench.register.undo(register_key(target), receipt_of(target))
    except NationalError:
        return bench.lost(deed)
    bench.reached(Point.WRITTEN)
    if isinstance(written, Declined):
        objection = objection_of(written)
        own = bench.change(
            deed,
            Event.REFUSE,
            refusal=objection.refusal.value,
            sentence=objection.sentence,
        )
        other = bench.change(target, Event.KEEP)
    else:
        now = bench.clock.now()
        own = bench.change(deed, Event.CONFIRM, recorded_at=now, sentence=None)
        other = bench.change(target, Event.DISCARD)
    bench.deeds.change(own, other)
    bench.reached(Point.SETTLED)
    return own.after


def _target(bench: Bench, deed: Deed) -> Deed | None:
    return bench.deeds.find(
        deed.peer, DispensationOperation.DISPENSE.value, deed.document_unique_id
    )


def _objection(bench: Bench, deed: Deed, target: Deed | None) -> Objection | None:
    if target is None or not _may_stand(target, bench.clock.now()):
        return _unknown()
    if target.content_hash != deed.content_hash:
        return Objection(
            Refusal.SUBMISSION_CHANGED, "it is not the document that was dispensed by"
        )
    if not is_same_organization(deed, target):
        return Objection(Refusal.DISCARD_BY_ANOTHER, "another organization dispensed")
    if target.state is DeedState.DISCARDED:
        return Objection(Refusal.DISPENSATION_DISCARDED, "it was discarded before")
    recorded = target.recorded_at
    if recorded and deed.received_at - recorded > bench.terms.discard_window:
        return Objection(
            Refusal.DISCARD_TOO_LATE, "the time to discard a dispensation is over"
        )
    return None


def _may_stand(target: Deed, now: datetime) -> bool:
    """Whether a dispensation stands, or somebody is about to bring it there."""
    if target.state is DeedState.RECEIVED:
        return target.claimed_until is not None and target.claimed_until > now
    return target.state is not DeedState.REFUSED


def _unknown() -> Objection:
    return Objection(
        Refusal.DISPENSATION_UNKNOWN,
        "no such dispensation was taken from this country",
    )
