"""What is remembered of a deed: a dispensation from abroad, or its discard.

How a deed goes from state to state is decided in ``ncp.country_a.dispensing``; here
stands what a row can say.

Spec: ARCHITECTURE "Dispensation is unique on (peer, operation, document unique id)".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from trust.identifiers import CountryCode


class DeedState(StrEnum):
    """How far a deed has come.

    ``RECEIVED``: nothing was done. ``RECORDING``: the intent is on disk, the register
    may have been called. ``UNKNOWN``: it was called and did not say. ``RECORDED``: it
    stands there. ``REFUSED``: nothing stands there. ``DISCARDING``, ``DISCARDED``: a
    dispensation that is being, or was, taken back.
    """

    RECEIVED = "received"
    RECORDING = "recording"
    UNKNOWN = "unknown"
    RECORDED = "recorded"
    REFUSED = "refused"
    DISCARDING = "discarding"
    DISCARDED = "discarded"


UNSETTLED_STATES: Final = (DeedState.RECORDING.value, DeedState.UNKNOWN.value)
"""States in which the register has to be asked what became of it."""

HOLDING_STATES: Final = (
    *UNSETTLED_STATES,
    DeedState.RECORDED.value,
    DeedState.DISCARDING.value,
)
"""States in which a dispensation holds its prescription against every other."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One deed.

    Attributes
    ----------
    operation
        ``dispense`` or ``discard``.
    content_hash
        SHA-256 of the document, by which the same is told from another.
    prescription
        ``root^extension``; from the moment of the intent.
    details
        What is needed to go on after a restart, in JSON's own types.
    content
        The document, until the deed is settled.
    recorded_at
        When the register had it: the window of a discard begins then.
    attempts, next_attempt
        How often the register was asked without an answer, and when it is asked again.
    claim, claimed_until
        Who works on it now, and until when nobody else does.
    """

    id: str
    peer: CountryCode
    operation: str
    document_unique_id: str = field(repr=False)
    content_hash: str
    state: DeedState
    received_at: datetime
    changed_at: datetime
    details: Mapping[str, Any] = field(repr=False)
    content: bytes | None = field(default=None, repr=False)
    prescription: str | None = field(default=None, repr=False)
    refusal: str | None = None
    sentence: str | None = None
    recorded_at: datetime | None = None
    attempts: int = 0
    next_attempt: datetime | None = None
    claim: str | None = None
    claimed_until: datetime | None = None

    @property
    def is_unsettled(self) -> bool:
        """Whether the register has to be asked what became of it."""
        return self.state in UNSETTLED_STATES


@dataclass(frozen=True, slots=True)
class Change:
    """A deed as it was read, and as it is to be."""

    before: Deed
    after: Deed


class DeedMoved(Exception):  # noqa: N818 - what happened, told to whoever came late
    """A deed is no longer as it was read: somebody else works on it, or did."""


class PrescriptionHeld(Exception):  # noqa: N818 - an answer that callers expect
    """Another dispensation holds the prescription; nothing was changed."""
