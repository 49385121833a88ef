"""What an exchange claims: its message id, and its assertions for the peer.

A claim must be on disk before an answer leaves, and so must the record: they go there
together. Until then it is only looked whether the claim is free. Who is overtaken
between the look and the commit is told by the commit, and is decided about anew.

A write in the country must not be begun twice: there, claims come first.

Spec: ARCHITECTURE "Duplicates are normal" / spec README "Replay".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ncp.store import RecordStore, Sighting, UnitOfWork
from trust.assertions import AssertionUse, AssertionUses
from trust.identifiers import CountryCode


@dataclass(frozen=True, slots=True)
class MessageClaim:
    """A message id of a peer, with the hash of the body it came with."""

    peer: CountryCode
    message_id: str
    body_hash: str


@dataclass(slots=True)
class Claims:
    """What is still to be claimed, with the record."""

    message: MessageClaim | None = None
    uses: list[AssertionUse] = field(default_factory=list)

    def put_into(self, work: UnitOfWork) -> None:
        """Have them committed with the rest."""
        if self.message is not None:
            claim = self.message
            work.sighting(claim.peer, claim.message_id, claim.body_hash)
        work.presented(self.uses)


@dataclass(frozen=True, slots=True)
class ClaimedLater(AssertionUses):
    """Looks who presented assertions; notes those that are free as this peer's."""

    store: RecordStore
    claims: Claims

    def first_presenters(self, uses: Sequence[AssertionUse]) -> tuple[CountryCode, ...]:
        """Return who presented each first: this peer, where nobody did."""
        found = self.store.presenters(uses)
        pairs = list(zip(uses, found, strict=True))
        self.claims.uses += [use for use, owner in pairs if owner is None]
        return tuple(owner or use.peer for use, owner in pairs)


def sighted_later(store: RecordStore, claim: MessageClaim, claims: Claims) -> Sighting:
    """Look whether a message id is free, and note the claim where it is."""
    sighting = store.seen(claim.peer, claim.message_id, claim.body_hash)
    if sighting is Sighting.NEW:
        claims.message = claim
    return sighting
