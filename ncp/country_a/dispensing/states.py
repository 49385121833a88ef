"""The states of a deed and what leads from one to the next: all of it is this table.

Spec: ARCHITECTURE "Dispensation" (intent committed, call, result committed, unknown
reconciled) / eHDSI CP-036 (discard).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ncp.errors import InternalError, Refusal
from ncp.national.dispensations import DispensationOperation
from ncp.store import DeedState

_DISPENSE: Final = frozenset({DispensationOperation.DISPENSE})
_DISCARD: Final = frozenset({DispensationOperation.DISCARD})
_BOTH: Final = _DISPENSE | _DISCARD


class Event(StrEnum):
    """What happens to a deed."""

    INTEND = "intend"
    CONFIRM = "confirm"
    LOSE = "lose"
    REFUSE = "refuse"
    OUTDATE = "outdate"
    RECONSIDER = "reconsider"
    BEGIN_DISCARD = "begin-discard"
    DISCARD = "discard"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of the table; ``why`` is for people."""

    state: DeedState
    event: Event
    then: DeedState
    operations: frozenset[DispensationOperation]
    why: str


_S, _E = DeedState, Event
TRANSITIONS: Final = (
    Transition(_S.RECEIVED, _E.REFUSE, _S.REFUSED, _BOTH, "it may not be done"),
    Transition(
        _S.RECEIVED,
        _E.INTEND,
        _S.RECORDING,
        _BOTH,
        "the intent is on disk, then called",
    ),
    Transition(
        _S.RECORDING,
        _E.CONFIRM,
        _S.RECORDED,
        _BOTH,
        "the register says it stands there",
    ),
    Transition(_S.RECORDING, _E.LOSE, _S.UNKNOWN, _BOTH, "the register did not say"),
    Transition(
        _S.RECORDING, _E.REFUSE, _S.REFUSED, _BOTH, "the register says it never will"
    ),
    Transition(
        _S.RECORDING,
        _E.OUTDATE,
        _S.RECEIVED,
        _DISPENSE,
        "the prescription changed: it is read and judged again",
    ),
    Transition(_S.UNKNOWN, _E.CONFIRM, _S.RECORDED, _BOTH, "asked again, it stands"),
    Transition(_S.UNKNOWN, _E.LOSE, _S.UNKNOWN, _BOTH, "asked again, still no answer"),
    Transition(_S.UNKNOWN, _E.REFUSE, _S.REFUSED, _BOTH, "asked again, it never will"),
    Transition(
        _S.UNKNOWN,
        _E.OUTDATE,
        _S.RECEIVED,
        _DISPENSE,
        "nothing stands there, and the prescription changed: judged again",
    ),
    Transition(
        _S.RECORDED,
        _E.BEGIN_DISCARD,
        _S.DISCARDING,
        _DISPENSE,
        "the intent to take it back is on disk",
    ),
    Transition(_S.DISCARDING, _E.DISCARD, _S.DISCARDED, _DISPENSE, "it was taken back"),
    Transition(
        _S.DISCARDING, _E.KEEP, _S.RECORDED, _DISPENSE, "it cannot be taken back"
    ),
    Transition(
        _S.REFUSED,
        _E.RECONSIDER,
        _S.RECEIVED,
        _DISCARD,
        "a discard that did nothing is decided anew when it comes again",
    ),
)
"""Every way there is; what does not stand here does not happen."""

_THEN: Final = {
    (each.state, each.event, operation): each.then
    for each in TRANSITIONS
    for operation in each.operations
}


def after(state: DeedState, event: Event, operation: str) -> DeedState:
    """Return the state after an event.

    Raises
    ------
    InternalError
        There is no such way.
    """
    then = _THEN.get((state, event, DispensationOperation(operation)))
    if then is None:
        raise InternalError(
            Refusal.INTERNAL, f"a deed to {operation} that is {state} cannot {event}"
        )
    return then
