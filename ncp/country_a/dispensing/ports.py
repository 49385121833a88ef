"""What the dispensing of country A needs: a memory, and who judges.

Spec: ARCHITECTURE "Clock, random, network, keys, database come in through ports".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from ncp.errors import Refusal
from ncp.national.prescriptions import Prescription
from ncp.store import Change, Deed
from transformations.edispensation import DispensationFacts
from trust.identifiers import CountryCode

_LONGEST_POLL = timedelta(seconds=1)


class Deeds(Protocol):
    """The memory of deeds; :class:`ncp.store.deeds.DeedBook` provides it."""

    def receive(self, deed: Deed) -> Deed:
        """Keep a new deed; return it, or the one that is known of this document."""
        ...

    def claim(self, deed: Deed, claim: str, until: datetime) -> Deed:
        """Begin to work on a deed that nobody works on; DeedMoved where somebody is."""
        ...

    def change(self, *changes: Change) -> None:
        """Write changes, all or none: DeedMoved, PrescriptionHeld."""
        ...

    def find(
        self, peer: CountryCode, operation: str, document_unique_id: str
    ) -> Deed | None:
        """Return what is known of a document of a peer."""
        ...

    def load(self, deed_id: str) -> Deed | None:
        """Return a deed by its own id."""
        ...

    def holder(self, prescription: str) -> Deed | None:
        """Return the dispensation that holds a prescription, if there is one."""
        ...

    def unsettled(self, now: datetime) -> Sequence[Deed]:
        """Return what nobody works on and the register has to be asked about now."""
        ...

    def take_turn(self, holder: str, lasts: timedelta) -> bool:
        """Whether this process is the one that reconciles now."""
        ...


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a dispensation may not be done; the sentence is for the record."""

    refusal: Refusal
    sentence: str


class DispensationJudge(Protocol):
    """Decides whether a prescription may be dispensed as a document says."""

    def __call__(
        self,
        prescription: Prescription | None,
        facts: DispensationFacts,
        moment: datetime,
    ) -> Objection | None:
        """Return what stands against it, or None."""
        ...


@dataclass(frozen=True, slots=True)
class DispensingTerms:
    """How long things may take.

    Attributes
    ----------
    discard_window
        How long after it was recorded a dispensation may be taken back.
    claim
        How long whoever works on a deed has it for themselves; longer than the register
        may take to answer.
    wait, poll
        How long a duplicate waits for the first, and when it looks first; ever more
        seldom then.
    retry, longest_retry
        When the register is asked again: the time doubles up to the longest.
    readings
        How often a prescription that changed is read and judged again.
    """

    discard_window: timedelta = timedelta(hours=24)
    claim: timedelta = timedelta(seconds=120)
    wait: timedelta = timedelta(seconds=20)
    poll: timedelta = timedelta(milliseconds=50)
    retry: timedelta = timedelta(seconds=5)
    longest_retry: timedelta = timedelta(minutes=5)
    readings: int = 3

    def pauses(self) -> Iterator[float]:
        """Yield in seconds how long a duplicate waits before it looks again."""
        left, pause = self.wait, self.poll
        while left > timedelta():
            yield min(left, pause).total_seconds()
            left -= pause
            pause = min(2 * pause, _LONGEST_POLL)


class Point(StrEnum):
    """Between these points a process may die; tests let it."""

    RECEIVED = "received"
    JUDGED = "judged"
    INTENDED = "intended"
    UNANSWERED = "unanswered"
    WRITTEN = "written"
    SETTLED = "settled"
