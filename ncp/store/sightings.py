"""Whether an inbound message was seen before: each MessageID is claimed once.

Spec: ARCHITECTURE "Duplicates are normal".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import Engine

from ncp.store import rows
from ncp.store.errors import StoreConflict
from ncp.store.readers import read_plainly
from ncp.store.records import Direction, Sighting
from ncp.store.unit_of_work import StoreUnitOfWork
from trust.identifiers import CountryCode

_SIGHTED: Final = (
    "SELECT body_hash FROM sightings"
    " WHERE peer = ? AND direction = ? AND message_digest = ?"
)


class Sightings:
    """Claims MessageIDs for the bodies they came with; of a missing one, nothing."""

    def __init__(self, engine: Engine, begin: Callable[[], StoreUnitOfWork]) -> None:
        self._engine = engine
        self._begin = begin

    def claim(
        self, peer: CountryCode, message_id: str | None, body_hash: str
    ) -> Sighting:
        """Claim a MessageID and say whether it was seen before.

        Of identical requests at the same instant exactly one is ``NEW``, whichever
        thread or process they came to. The claim is durable when this returns.
        """
        if message_id is None:
            return Sighting.NEW
        known = self._known_hash(peer, message_id)
        if known is None:
            known = self._insert(peer, message_id, body_hash)
        return _sighting(known, body_hash)

    def seen(
        self, peer: CountryCode, message_id: str | None, body_hash: str
    ) -> Sighting:
        """Say whether a MessageID was seen before, and claim nothing."""
        if message_id is None:
            return Sighting.NEW
        return _sighting(self._known_hash(peer, message_id), body_hash)

    def _insert(self, peer: CountryCode, message_id: str, body_hash: str) -> str | None:
        """Insert a claim; return the hash of whoever was faster, or None."""
        try:
            with self._begin() as work:
                work.sighting(peer, message_id, body_hash)
                work.commit()
        except StoreConflict:
            return self._known_hash(peer, message_id)
        return None

    def _known_hash(self, peer: CountryCode, message_id: str) -> str | None:
        digest = rows.message_digest(message_id)
        asked = (peer, Direction.INBOUND.value, digest)
        found = read_plainly(self._engine, [(_SIGHTED, asked)])
        return found[0][0] if found else None


def _sighting(known: str | None, body_hash: str) -> Sighting:
    if known is None:
        return Sighting.NEW
    return Sighting.DUPLICATE if known == body_hash else Sighting.CONFLICT
