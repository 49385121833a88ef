"""The desk at which orders come in: each document is done once, and told as it was.

Spec: ARCHITECTURE "Dispensation" / ``docs/adr/0015`` / OpenNCP sends a submission again
after any fault, also while the first is still worked on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from ncp.country_a.dispensing.bench import Bench
from ncp.country_a.dispensing.details import is_same_organization, new_deed
from ncp.country_a.dispensing.discarding import discard, settle_discard
from ncp.country_a.dispensing.dispensation import dispense, settle_dispensation
from ncp.country_a.dispensing.ports import Point
from ncp.country_a.dispensing.states import Event
from ncp.errors import InternalError, NcpError, Refusal
from ncp.national.dispensations import (
    DispensationOperation,
    DispensationOrder,
    DispensationResult,
)
from ncp.store import Deed, DeedMoved, DeedState

_DISCARD: Final = DispensationOperation.DISCARD.value
_TOLD: Final = frozenset({DeedState.RECORDED, DeedState.REFUSED, DeedState.DISCARDED})


class DispensingDesk:
    """Takes orders; safe to share by threads, and one of several processes.

    To the use cases it is their
    :class:`~ncp.national.dispensations.DispensationRegister`.

    Parameters
    ----------
    pause
        Waits for so many seconds, where a duplicate waits for the first.
    """

    def __init__(
        self, bench: Bench, *, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._bench = bench
        self._pause = pause

    def carry_out(self, order: DispensationOrder) -> DispensationResult:
        """Carry out an order, once; the result is durable when it is returned."""
        bench = self._bench
        new = bench.claimed(new_deed(order, bench.ids.uuid().hex, bench.clock.now()))
        deed = bench.deeds.receive(new)
        if deed.id == new.id:
            bench.reached(Point.RECEIVED)
            return told(self._worked_on(deed), is_repeated=False)
        if deed.operation == _DISCARD and deed.state is DeedState.REFUSED:
            deed = self._reconsidered(deed, new)
        if deed.content_hash != order.content_hash:
            return DispensationResult(
                Refusal.SUBMISSION_CHANGED, "the id was used before for another content"
            )
        if deed.operation == _DISCARD and not is_same_organization(deed, new):
            return DispensationResult(
                Refusal.DISCARD_BY_ANOTHER, "another organization discards it"
            )
        is_repeated = deed.state in _TOLD
        return told(self.bring_on(deed), is_repeated=is_repeated)

    def bring_on(self, deed: Deed) -> Deed:
        """Settle a deed, or wait for whoever does; it may still be open afterwards."""
        for seconds in self._bench.terms.pauses():
            if deed.state in _TOLD:
                return deed
            if deed.state is DeedState.DISCARDING:
                return self._after_its_discard(deed)
            claimed = self._bench.claim(deed)
            if claimed is not None:
                return self._worked_on(claimed)
            self._pause(seconds)
            deed = self._again(deed)
        return deed

    def settle(self, deed: Deed) -> Deed:
        """Ask the register once what became of a deed, if nobody else does."""
        claimed = self._bench.claim(deed)
        return self._again(deed) if claimed is None else self._worked_on(claimed)

    def _after_its_discard(self, deed: Deed) -> Deed:
        """Bring the discard of a dispensation on; the dispensation follows it."""
        discarding = self._bench.deeds.find(
            deed.peer, _DISCARD, deed.document_unique_id
        )
        if discarding is not None:
            self.bring_on(discarding)
        return self._again(deed)

    def _reconsidered(self, deed: Deed, new: Deed) -> Deed:
        """Decide a discard anew that was refused and did nothing.

        It is what comes now that is decided: the first may have been somebody else's.
        """
        try:
            return self._bench.moved(
                deed,
                Event.RECONSIDER,
                refusal=None,
                sentence=None,
                content_hash=new.content_hash,
                content=new.content,
                details=new.details,
                received_at=new.received_at,
            )
        except DeedMoved:
            return self._again(deed)

    def _worked_on(self, deed: Deed) -> Deed:
        """Go on with a deed that is ours to work on."""
        try:
            return self._step(deed)
        except DeedMoved:
            # The claim was over, and somebody else has gone on with it.
            return self._again(deed)
        except NcpError:
            self._let_go(deed)
            raise

    def _step(self, deed: Deed) -> Deed:
        bench = self._bench
        if deed.operation == _DISCARD:
            if deed.is_unsettled:
                return settle_discard(bench, deed)
            return discard(bench, deed, self.bring_on)
        if deed.is_unsettled:
            return settle_dispensation(bench, deed)
        return dispense(bench, deed)

    def _let_go(self, deed: Deed) -> None:
        now = self._again(deed)
        if now.claim != deed.claim:
            return
        with suppress(DeedMoved):
            self._bench.release(now)

    def _again(self, deed: Deed) -> Deed:
        found = self._bench.deeds.load(deed.id)
        if found is None:
            raise InternalError(Refusal.INTERNAL, "a deed is gone")
        return found


_SENTENCES: Final[Mapping[DeedState, str]] = {
    DeedState.RECORDED: "carried out",
    DeedState.DISCARDED: "the dispensation was discarded before",
    DeedState.RECEIVED: "it waits for another deed, which is being done",
}
_OPEN: Final = "what became of it in the register is not known yet"


def told(deed: Deed, *, is_repeated: bool) -> DispensationResult:
    """Say what became of a deed."""
    sentence = deed.sentence or _SENTENCES.get(deed.state, _OPEN)
    again = "; told again" if is_repeated else ""
    return DispensationResult(
        _refusal(deed), f"{sentence}{again}", is_repeated=is_repeated
    )


def _refusal(deed: Deed) -> Refusal | None:
    match deed.state:
        case DeedState.RECORDED:
            return None
        case DeedState.REFUSED:
            return Refusal(deed.refusal or Refusal.INTERNAL)
        case DeedState.DISCARDED:
            return Refusal.DISPENSATION_DISCARDED
        case _:
            return Refusal.SUBMISSION_DEFERRED
