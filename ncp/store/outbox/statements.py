"""What the outbox asks of the database, and what it changes there.

Spec: ``ncp.store.schema.outbox`` / ``ncp.store.lease`` (a change needs the lease).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, RowMapping, Select, delete, func, select, update

from ncp.store import lease as leases
from ncp.store import schema
from ncp.store.lease import Lease
from ncp.store.outbox.letters import Batch, Destination
from ncp.store.outbox.rows import DEAD, WAITING

_TABLE: Final = schema.outbox
_OUT_OF_TIME: Final = "It did not arrive in the time given to it"


@dataclass(frozen=True, slots=True)
class Setback:
    """Why the first letter that is not proven did not arrive.

    Attributes
    ----------
    again_at
        When it is tried again; None where it is dead by now.
    """

    sentence: str
    again_at: datetime | None


def firsts(connection: Connection, destination: str) -> Iterator[Row[Any]]:
    """Give the first waiting letter of each node, without reading those behind it."""
    node = ""
    while True:
        query = _waiting(destination).where(_TABLE.c.node > node).limit(1)
        first = connection.execute(query).first()
        if first is None:
            return
        node = first.node
        yield first


def of_node(
    connection: Connection, destination: str, node: str, limit: int
) -> list[RowMapping]:
    """Return the first waiting letters of a node in their order."""
    query = (
        select(_TABLE)
        .where(_TABLE.c.destination == destination)
        .where(_TABLE.c.state == WAITING)
        .where(_TABLE.c.node == node)
        .order_by(_TABLE.c.sequence)
        .limit(limit)
    )
    return list(connection.execute(query).mappings())


def standing(connection: Connection, destination: str) -> dict[str, int]:
    """Count the letters to a destination by their state."""
    query = (
        select(_TABLE.c.state, func.count().label("number"))
        .where(_TABLE.c.destination == destination)
        .group_by(_TABLE.c.state)
    )
    return {row.state: row.number for row in connection.execute(query)}


def dead(connection: Connection, destination: str, after: int) -> list[RowMapping]:
    """Return a page of dead letters."""
    query = (
        select(_TABLE)
        .where(_TABLE.c.destination == destination)
        .where(_TABLE.c.state == DEAD)
        .where(_TABLE.c.sequence > after)
        .order_by(_TABLE.c.sequence)
        .limit(100)
    )
    return list(connection.execute(query).mappings())


def settle(
    lease: Lease,
    batch: Batch,
    proven: int,
    setback: Setback | None,
    connection: Connection,
) -> None:
    """Delete what is proven; note what befell the letter after that."""
    leases.require(connection, lease)
    if proven:
        gone = batch.sequences[:proven]
        connection.execute(delete(_TABLE).where(_TABLE.c.sequence.in_(gone)))
    if setback is None or proven >= len(batch.sequences):
        return
    values: dict[str, object] = {
        "attempts": _TABLE.c.attempts + 1,
        "reason": setback.sentence,
    }
    if setback.again_at is None:
        values["state"] = DEAD
    else:
        values["due_at"] = setback.again_at
    at = batch.sequences[proven]
    connection.execute(update(_TABLE).where(_TABLE.c.sequence == at).values(values))


def bury_expired(now: datetime, connection: Connection) -> int:
    """Declare dead what has waited too long; its last reason stays with it."""
    last = func.coalesce(": " + _TABLE.c.reason, "")
    return connection.execute(
        update(_TABLE)
        .where(_TABLE.c.state == WAITING)
        .where(_TABLE.c.gives_up_at <= now)
        .values(state=DEAD, reason=_OUT_OF_TIME + last)
    ).rowcount


def revive(
    to: Destination, letter_id: str, now: datetime, connection: Connection
) -> bool:
    """Let a dead letter wait again, in its old place."""
    return (
        connection.execute(
            update(_TABLE)
            .where(_TABLE.c.destination == to.name)
            .where(_TABLE.c.letter_id == letter_id)
            .where(_TABLE.c.state == DEAD)
            .values(
                state=WAITING,
                due_at=now,
                gives_up_at=now + to.tried_for,
                delete_after=now + to.kept_for,
            )
        ).rowcount
        == 1
    )


def _waiting(destination: str) -> Select[tuple[str, datetime, datetime]]:
    return (
        select(_TABLE.c.node, _TABLE.c.due_at, _TABLE.c.written_at)
        .where(_TABLE.c.destination == destination)
        .where(_TABLE.c.state == WAITING)
        .order_by(_TABLE.c.node, _TABLE.c.sequence)
    )
