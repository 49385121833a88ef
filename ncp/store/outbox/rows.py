"""Turns letters into rows and rows into letters; the payload is sealed here.

Spec: ARCHITECTURE "Personal data at rest".
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import RowMapping

from ncp.store import schema
from ncp.store.insertion import Insertion
from ncp.store.outbox.letters import Batch, DeadLetter, Destination, Letter
from ncp.store.sealing import KeyRing, Place

WAITING: Final = "waiting"
DEAD: Final = "dead"
INSERT_LETTER: Final = Insertion(schema.outbox)


def letter_values(
    keys: KeyRing, letter: Letter, to: Destination, node: str, now: datetime
) -> dict[str, object]:
    """Return the row of a letter that is to be delivered."""
    place = _place(to.name, letter.id)
    return {
        "letter_id": letter.id,
        "destination": to.name,
        "node": node,
        "kind": letter.kind,
        "state": WAITING,
        "written_at": now,
        "due_at": now,
        "gives_up_at": now + to.tried_for,
        "attempts": 0,
        "reason": None,
        "key_id": keys.current_id,
        "payload": keys.seal(place, "payload", letter.payload),
        "delete_after": now + to.kept_for,
    }


def read_letter(keys: KeyRing, row: RowMapping) -> Letter:
    """Return the letter of a row."""
    place = _place(row["destination"], row["letter_id"])
    payload = keys.unseal(place, "payload", row["key_id"], row["payload"])
    return Letter(row["letter_id"], row["kind"], payload)


def read_batch(keys: KeyRing, found: list[RowMapping]) -> Batch:
    """Return the letters of one node, the first of which says when it is over."""
    first = found[0]
    return Batch(
        destination=first["destination"],
        node=first["node"],
        letters=tuple(read_letter(keys, row) for row in found),
        sequences=tuple(row["sequence"] for row in found),
        attempts=first["attempts"],
    )


def read_dead(keys: KeyRing, row: RowMapping) -> DeadLetter:
    """Return a letter that is not tried any more."""
    return DeadLetter(
        letter=read_letter(keys, row),
        destination=row["destination"],
        node=row["node"],
        written_at=row["written_at"],
        attempts=row["attempts"],
        reason=row["reason"] or "",
    )


def _place(destination: str, letter_id: str) -> Place:
    return Place("outbox", f"{destination}/{letter_id}")
