"""The outbox of one store: hands out what waits, and settles what became of it.

One process at a time delivers to a destination, under a lease. Letters of a node go out
in the order in which they were committed: nothing overtakes one that waits. What is
proven to have arrived is deleted; what has failed waits, and all behind it with it.

Spec: ARCHITECTURE "ncp/store: outbox" / ``ncp.store.lease`` (fencing).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from ncp.ports import Clock, FreshIds
from ncp.store import lease as leases
from ncp.store import schema
from ncp.store.errors import StoreUnavailable
from ncp.store.lease import Lease
from ncp.store.outbox import statements
from ncp.store.outbox.letters import Backlog, Batch, DeadLetter, Destination
from ncp.store.outbox.rows import DEAD, WAITING, read_batch, read_dead
from ncp.store.outbox.statements import Setback
from ncp.store.readers import reading
from ncp.store.sealing import KeyRing
from ncp.store.writer import Job, T, Writer

LEASE_LASTS: Final = timedelta(seconds=20)
"""How long a destination is a process's own; who carries for longer has to prolong it.

It is also how long the letters of a process that was killed wait for another one.
"""


class Outbox:
    """What waits to be told to others, as one process sees it."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        keys: KeyRing,
        clock: Clock,
        ids: FreshIds,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._keys = keys
        self._clock = clock
        self._holder = ids.uuid().hex

    # --- delivering --------------------------------------------------------------

    def take(self, destination: str) -> Lease | None:
        """Take or prolong the right to deliver; None while another process has it."""
        job = partial(
            leases.take,
            name=f"outbox-{destination}",
            holder=self._holder,
            now=self._clock.now(),
            lasts=LEASE_LASTS,
        )
        try:
            return self._write(job)
        except IntegrityError:
            return None  # two processes took the very first lease at once

    def release(self, lease: Lease) -> None:
        """Let another process carry on at once."""
        self._write(partial(leases.give_up, lease=lease, now=self._clock.now()))

    def due(self, destination: str, limit: int) -> Iterator[Batch]:
        """Give, for each node whose turn it is, its first letters in their order."""
        now = self._clock.now()
        with reading(self._engine) as connection:
            firsts = list(statements.firsts(connection, destination))
        for first in firsts:
            if first.due_at > now:
                continue
            with reading(self._engine) as connection:
                found = statements.of_node(connection, destination, first.node, limit)
            if found:
                yield read_batch(self._keys, found)

    def settle(
        self, lease: Lease, batch: Batch, proven: int, setback: Setback | None = None
    ) -> None:
        """Let go of what is proven; note why the letter after that did not arrive.

        Raises
        ------
        LeaseLost
            Another process delivers by now; nothing was settled.
        """
        self._write(partial(statements.settle, lease, batch, proven, setback))

    def bury_expired(self, now: datetime) -> int:
        """Declare dead whatever has waited too long; return how many."""
        return self._write(partial(statements.bury_expired, now))

    # --- looking -----------------------------------------------------------------

    def destinations(self) -> tuple[str, ...]:
        """Return every destination for which anything is kept."""
        name = schema.outbox.c.destination
        with reading(self._engine) as connection:
            found = connection.execute(select(name).distinct().order_by(name))
            return tuple(found.scalars())

    def backlog(self, destination: str) -> Backlog:
        """Say what a destination has not got yet."""
        with reading(self._engine) as connection:
            counted = statements.standing(connection, destination)
            # Of each node, what was written first stands first.
            firsts = list(statements.firsts(connection, destination))
        return Backlog(
            destination,
            waiting=counted.get(WAITING, 0),
            dead=counted.get(DEAD, 0),
            oldest=min((each.written_at for each in firsts), default=None),
        )

    def dead_letters(self, destination: str) -> Iterator[DeadLetter]:
        """Read what did not arrive and is not tried any more, in order."""
        after = 0
        while True:
            with reading(self._engine) as connection:
                page = statements.dead(connection, destination, after)
            if not page:
                return
            for row in page:
                yield read_dead(self._keys, row)
            after = page[-1]["sequence"]

    def revive(self, to: Destination, letter_id: str) -> bool:
        """Try a dead letter again, in its old place; say whether there was one."""
        now = self._clock.now()
        return self._write(partial(statements.revive, to, letter_id, now))

    def _write(self, job: Job[T]) -> T:
        try:
            return self._writer.submit(job)
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            raise StoreUnavailable(
                "the outbox could not be written",
                "check the database; its schema must be that of this release",
            ) from error
