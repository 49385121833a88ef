"""Keeps entries of directories: fresh ones are served, the last good one in need.

A directory that is down, poisoned or wrong must not cut two countries off from each
other at once, and must not be obeyed either: what was believed last goes on serving
for as long as the operator allowed, and the operator is told each time.

Spec: fact sheet 02 §4.4 (caching), §7.2 row 32 (keep the old) / 06 §6.3 item 8
(downgrade, poisoning), F18.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol, TypeAlias

from trust.decision import Reason, TrustDecision, deny
from trust.smp.identifiers import EntryId
from trust.smp.lookup import LookedUp
from trust.smp.metadata import ServiceInformation

_Key: TypeAlias = tuple[str, str]
# However often it is forced, a server is not asked more often than this.
FORCED_INTERVAL: Final = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Freshness:
    """How long what was fetched may be used.

    Attributes
    ----------
    fresh_for
        Served without asking again.
    last_good_for
        Served, from when it was fetched, while a newer one cannot be had.
    retry_after
        A directory that failed is not asked again before, unless forced.
    absent_for
        Nor is one that has no such entry: not every country publishes every service.
    """

    fresh_for: timedelta = timedelta(hours=24)
    last_good_for: timedelta = timedelta(days=7)
    retry_after: timedelta = timedelta(minutes=5)
    absent_for: timedelta = timedelta(hours=1)


class Happening(StrEnum):
    """What the operator is told of an entry."""

    FOUND = "found"
    CONFIRMED = "confirmed"
    CHANGED = "changed"
    REFUSED = "refused"
    LAST_GOOD_SERVED = "last-good-served"
    LOST = "lost"


class EntryLookup(Protocol):
    """Looks entries up; :class:`~trust.smp.lookup.MetadataLookup` is it."""

    def look_up(self, asked: EntryId, now: datetime) -> LookedUp:
        """Return the entry, or why there is none."""
        ...


@dataclass(frozen=True, slots=True)
class HeldEntry:
    """An entry that was believed, and what has happened since.

    Attributes
    ----------
    failure
        Why the last attempt to get a newer one failed; None where it did not.
    """

    entry: EntryId
    information: ServiceInformation
    document: bytes = field(repr=False)
    decision: TrustDecision
    fetched_at: datetime
    publisher_uid: str | None = None
    failure: TrustDecision | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened to an entry; ``decision`` says why.

    ``held`` is what is held of it now, whether it may still serve or not.
    """

    entry: EntryId
    happening: Happening
    decision: TrustDecision
    held: HeldEntry | None = field(default=None, repr=False)


class Listener(Protocol):
    """Tells the operator; must not raise."""

    def told(self, event: Event) -> None:
        """Hear of an event."""
        ...


@dataclass(slots=True)
class _Slot:
    lock: threading.Lock = field(default_factory=threading.Lock)
    held: HeldEntry | None = None
    failure: TrustDecision | None = None


class EntryCache:
    """Entries by what they are asked for; safe to share by threads."""

    def __init__(
        self,
        lookup: EntryLookup,
        freshness: Freshness | None = None,
        listener: Listener | None = None,
    ) -> None:
        self._lookup = lookup
        self._freshness = freshness or Freshness()
        self._listener = listener
        self._slots: dict[_Key, _Slot] = {}
        self._making = threading.Lock()

    def get(
        self, asked: EntryId, now: datetime, *, force: bool = False
    ) -> HeldEntry | TrustDecision:
        """Return the entry to be used now, or why there is none.

        Parameters
        ----------
        force
            Ask the directory although the entry is fresh: it was seen to be wrong.
        """
        slot = self._slot(asked)
        held = slot.held
        if not force and held is not None and self._is_fresh(held, now):
            return held
        with slot.lock:
            if self._may_ask(slot, now, force=force):
                self._ask(slot, asked, now)
            return self._usable(slot, asked, now)

    def held(self) -> tuple[HeldEntry, ...]:
        """Return every entry that is held, for the record."""
        return tuple(slot.held for slot in self._slots.values() if slot.held)

    def restore(self, entries: Iterable[HeldEntry]) -> None:
        """Take entries that were believed by an earlier run; newer ones stay."""
        for entry in entries:
            slot = self._slot(entry.entry)
            with slot.lock:
                if slot.held is None:
                    slot.held = entry

    def forget(self, asked: EntryId) -> None:
        """Drop what is held of an entry, so that any newer one is taken."""
        slot = self._slot(asked)
        with slot.lock:
            slot.held = slot.failure = None

    def _slot(self, asked: EntryId) -> _Slot:
        key = (
            asked.participant.qualified.casefold(),
            asked.document.qualified.casefold(),
        )
        slot = self._slots.get(key)
        if slot is None:
            with self._making:
                slot = self._slots.setdefault(key, _Slot())
        return slot

    def _is_fresh(self, held: HeldEntry, now: datetime) -> bool:
        return (
            held.failure is None
            and timedelta(0) <= now - held.fetched_at < self._freshness.fresh_for
            and held.information.endpoint.is_active_at(now)
        )

    def _may_ask(self, slot: _Slot, now: datetime, *, force: bool) -> bool:
        held, failure = slot.held, slot.failure
        last = failure.moment if failure else held.fetched_at if held else None
        if last is None:
            return True
        passed = abs(now - last)
        if force:
            return passed >= FORCED_INTERVAL
        if failure is not None:
            return passed >= self._pause_after(failure)
        return held is None or not self._is_fresh(held, now)

    def _pause_after(self, failure: TrustDecision) -> timedelta:
        if failure.reason is Reason.DIRECTORY_ENTRY_ABSENT:
            return self._freshness.absent_for
        return self._freshness.retry_after

    def _ask(self, slot: _Slot, asked: EntryId, now: datetime) -> None:
        found = self._lookup.look_up(asked, now)
        refusal = found.decision if found.information is None else None
        if refusal is None:
            refusal = _older(found, slot.held, now)
        if refusal is not None:
            self._failed(slot, asked, refusal)
        else:
            self._took(slot, asked, found, now)

    def _failed(self, slot: _Slot, asked: EntryId, refusal: TrustDecision) -> None:
        slot.failure = refusal
        if slot.held is not None:
            slot.held = replace(slot.held, failure=refusal)
        self._tell(slot, asked, Happening.REFUSED, refusal)

    def _took(
        self, slot: _Slot, asked: EntryId, found: LookedUp, now: datetime
    ) -> None:
        if found.information is None or found.document is None:
            return
        before, slot.failure = slot.held, None
        slot.held = HeldEntry(
            asked,
            found.information,
            found.document,
            found.decision,
            now,
            found.publisher_uid,
        )
        if before is None:
            happening = Happening.FOUND
        elif before.information == found.information:
            happening = Happening.CONFIRMED
        else:
            happening = Happening.CHANGED
        self._tell(slot, asked, happening, found.decision)

    def _usable(
        self, slot: _Slot, asked: EntryId, now: datetime
    ) -> HeldEntry | TrustDecision:
        held = slot.held
        if held is None:
            return slot.failure or _nothing(now)
        lost = self._lost(held, now)
        if lost is not None:
            self._tell(slot, asked, Happening.LOST, lost)
            return lost
        if held.failure is not None:
            self._tell(slot, asked, Happening.LAST_GOOD_SERVED, held.failure)
        return held

    def _lost(self, held: HeldEntry, now: datetime) -> TrustDecision | None:
        """Return why the last good entry may not serve any longer, or None."""
        if not held.information.endpoint.is_active_at(now):
            return held.failure or deny(
                "entry of the directory",
                Reason.DIRECTORY_ENTRY_EXPIRED,
                "the entry that is held is out of its time",
                now,
            )
        if now - held.fetched_at < self._freshness.last_good_for:
            return None
        return held.failure or _nothing(now)

    def _tell(
        self,
        slot: _Slot,
        asked: EntryId,
        happening: Happening,
        decision: TrustDecision,
    ) -> None:
        if self._listener is not None:
            self._listener.told(Event(asked, happening, decision, slot.held))


def _older(
    found: LookedUp, held: HeldEntry | None, now: datetime
) -> TrustDecision | None:
    """Refuse what was signed for an earlier time than what is held and still good.

    A signature does not age: whoever kept an old entry could bring an address back
    that the country has left.
    """
    if held is None or found.information is None:
        return None
    before = held.information.endpoint
    after = found.information.endpoint
    if before.activation is None or not before.is_active_at(now):
        return None
    if after.activation is not None and after.activation >= before.activation:
        return None
    return deny(
        "entry of the directory",
        Reason.DIRECTORY_ENTRY_OLDER,
        f"the directory answers with an entry for the time from {after.activation} on, "
        f"older than the one that is held, which is for {before.activation} on",
        now,
        found.decision.evidence,
    )


def _nothing(now: datetime) -> TrustDecision:
    return deny(
        "entry of the directory",
        Reason.DIRECTORY_UNREACHABLE,
        "the directory was not asked for this entry, or has not answered",
        now,
    )
