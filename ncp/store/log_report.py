"""What a verification of the log found, and where.

Spec: ARCHITECTURE "The log".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from ncp.store.stamp_verification import StampReport


class Fault(StrEnum):
    """What was done to the records."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    MOVED = "moved"
    NOT_OURS = "not-ours"
    ENTRY_MISSING = "entry-missing"
    STATE_WRONG = "state-wrong"
    HEAD_WRONG = "head-wrong"
    HEAD_NOT_OURS = "head-not-ours"
    ROLLED_BACK = "rolled-back"
    STAMP_WRONG = "stamp-wrong"


_SENTENCES: Final = {
    Fault.CHANGED: "the record is not what was logged",
    Fault.REMOVED: "the record is gone, and its time is not over",
    Fault.INSERTED: "the record stands where the log knows of none",
    Fault.MOVED: "the record has changed places with another",
    Fault.NOT_OURS: "the record was not written under a data key of this gateway",
    Fault.ENTRY_MISSING: "the log has a gap",
    Fault.STATE_WRONG: "the tree of the log is not what its state says",
    Fault.HEAD_WRONG: "the log is not what was signed",
    Fault.HEAD_NOT_OURS: "the head was not signed by the seal it names, or not by ours",
    Fault.ROLLED_BACK: "the log is shorter than a head that was signed",
    Fault.STAMP_WRONG: "the time stamp is not believed",
}


@dataclass(frozen=True, slots=True)
class LogFault:
    """One thing found, and where; ``why`` where there is more to say."""

    fault: Fault
    place: str
    why: str = ""

    @property
    def sentence(self) -> str:
        """Say it for the operator."""
        told = f"{self.place}: {_SENTENCES[self.fault]}"
        return f"{told}: {self.why}" if self.why else told


@dataclass(frozen=True, slots=True)
class LogReport:
    """What a verification found.

    Attributes
    ----------
    size
        How many entries the log has.
    expired
        Of these, records that were deleted because their time was over.
    waiting
        Records that have no place in the log yet.
    heads
        How many heads were compared.
    faults
        What was found, the first 200.
    fault_count
        How much was found.
    stamps
        What was found of the time stamps on heads.
    unknown_keys
        Ids of data keys that records name and that are not configured.
    """

    size: int
    expired: int
    waiting: int
    heads: int
    faults: tuple[LogFault, ...]
    fault_count: int
    stamps: StampReport = field(default_factory=StampReport)
    unknown_keys: tuple[str, ...] = ()

    @property
    def is_intact(self) -> bool:
        """Whether nothing was found."""
        return self.fault_count == 0
