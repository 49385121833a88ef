"""Who of several processes does a piece of background work, in the database.

A lease ends by itself. Whoever takes it over gets a higher fence; what the former
holder still has in hand is refused when it comes to write, however long it slept.

Spec: ARCHITECTURE "one sequencer under a database lease".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, insert, select, update

from ncp.store import schema

_TABLE = schema.leases
# Built once: putting a statement together costs as much as running it.
_OF_NAME = select(_TABLE).where(_TABLE.c.name == bindparam("of_name")).with_for_update()
_INSERT = insert(_TABLE)
_PROLONG = update(_TABLE).where(_TABLE.c.name == bindparam("of_name"))


class LeaseLost(Exception):  # noqa: N818 - what happened, told to whoever held it
    """Another process holds the lease by now; nothing was written."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that was taken; good for writing only while the fence is the newest."""

    name: str
    holder: str
    fence: int


def take(
    connection: Connection, name: str, holder: str, now: datetime, lasts: timedelta
) -> Lease | None:
    """Take or prolong a lease; None while another process holds it."""
    row = connection.execute(_OF_NAME, {"of_name": name}).mappings().first()
    taken = {"holder": holder, "until": now + lasts}
    if row is None:
        connection.execute(_INSERT, {"name": name, "fence": 1, **taken})
        return Lease(name, holder, 1)
    is_ours = row["holder"] == holder
    if not is_ours and row["until"] > now:
        return None
    fence = row["fence"] if is_ours else row["fence"] + 1
    connection.execute(_PROLONG, {"of_name": name, "fence": fence, **taken})
    return Lease(name, holder, fence)


def require(connection: Connection, lease: Lease) -> None:
    """Refuse to go on where the lease was taken over; else keep others out till commit.

    Raises
    ------
    LeaseLost
        Another process holds it.
    """
    held = connection.execute(
        update(_TABLE)
        .where(_TABLE.c.name == lease.name)
        .where(_TABLE.c.holder == lease.holder)
        .where(_TABLE.c.fence == lease.fence)
        .values(fence=lease.fence)
    )
    if held.rowcount != 1:
        raise LeaseLost(f"the lease {lease.name!r} is held by another process")


def give_up(connection: Connection, lease: Lease, now: datetime) -> None:
    """End a lease early, so that the next process need not wait."""
    connection.execute(
        update(_TABLE)
        .where(_TABLE.c.name == lease.name)
        .where(_TABLE.c.holder == lease.holder)
        .where(_TABLE.c.fence == lease.fence)
        .values(until=now)
    )
