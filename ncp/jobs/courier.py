"""Delivers the letters of the outbox to one destination, in order, again and again.

Whatever a carrier has not proven is handed to it again: after a fault, after a crash,
after another process took over. A destination that is down is tried less and less
often; a letter it will never take is dead, with the reason, and the next one follows.

Spec: sheet 06 §1.6 (backlog and loss visible) / ``ncp.store.outbox``.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from ncp.jobs.heartbeat import Heartbeat, Over, Rhythm
from ncp.ports import Clock
from ncp.store.lease import Lease, LeaseLost
from ncp.store.outbox import (
    LEASE_LASTS,
    Batch,
    Destination,
    Letter,
    NotDelivered,
    Outbox,
    Setback,
)
from ncp.telemetry import Metrics, get_logger

BATCH: Final = 100
"""How many letters are handed over at once."""

RHYTHM: Final = Rhythm(period=LEASE_LASTS / 4, longest=timedelta(minutes=2))
"""How the lease is kept while a batch is carried; a carrier that hangs loses it."""


class Carrier(Protocol):
    """The way to a destination."""

    def carry(self, letters: Sequence[Letter]) -> int:
        """Deliver letters in their order; return how many have arrived for certain.

        Those that are not proven yet are handed over again, from the first of them: a
        carrier that waits for a proof remembers what it has sent on its connection, and
        forgets it with the connection. It gives up well before two minutes are over:
        for longer its lease is not kept (:data:`RHYTHM`).

        Raises
        ------
        NotDelivered
            The letter after those that it says are proven did not arrive.
        """
        ...


@dataclass(frozen=True, slots=True)
class BackOff:
    """How long to wait after the n-th failure: twice as long each time, and not quite.

    ``chance`` gives numbers from 0 to 1: nodes that failed together do not come back
    together.
    """

    first: timedelta = timedelta(seconds=2)
    longest: timedelta = timedelta(minutes=10)
    chance: Callable[[], float] = random.random

    def after(self, failures: int) -> timedelta:
        """Return how long to wait after that many failures, at least one."""
        doubled = self.first * (1 << min(failures - 1, 30))
        return min(doubled, self.longest) * (0.5 + self.chance() / 2)


class Courier:
    """What one process does for one destination; several may, one at a time is let.

    ``new_over`` makes what ends the beats by which a lease is kept.
    """

    def __init__(
        self,
        outbox: Outbox,
        destination: Destination,
        carrier: Carrier,
        clock: Clock,
        metrics: Metrics,
        back_off: BackOff | None = None,
        new_over: Callable[[], Over] = threading.Event,
    ) -> None:
        self._outbox = outbox
        self._destination = destination
        self._carrier = carrier
        self._clock = clock
        self._metrics = metrics
        self._back_off = back_off or BackOff()
        self._new_over = new_over

    @property
    def destination(self) -> Destination:
        """Where it delivers to."""
        return self._destination

    def turn(self) -> None:
        """Deliver whatever is due, as long as it goes well; then tell the figures."""
        try:
            while (lease := self._outbox.take(self._destination.name)) is not None:
                if not self._round(lease):
                    break
        except LeaseLost:
            get_logger().warning(
                "outbox.lease_lost", destination=self._destination.name
            )
        self._tell()

    def finish(self) -> None:
        """Let another process carry on at once."""
        lease = self._outbox.take(self._destination.name)
        if lease is not None:
            self._outbox.release(lease)

    def _round(self, lease: Lease) -> bool:
        """Carry one batch of each node; return whether there may be more to carry."""
        is_going = False
        for batch in self._outbox.due(self._destination.name, BATCH):
            is_going |= self._deliver(lease, batch)
        return is_going

    def _deliver(self, lease: Lease, batch: Batch) -> bool:
        setback = None
        try:
            with Heartbeat(self._beat, RHYTHM, self._new_over):
                proven = self._carrier.carry(batch.letters)
        except NotDelivered as failure:
            proven, setback = failure.proven, self._setback(batch, failure)
        except Exception as error:  # noqa: BLE001 - whatever befell it, it is tried again
            broken = NotDelivered(f"the carrier failed ({type(error).__name__})")
            proven, setback = 0, self._setback(batch, broken)
        self._outbox.settle(lease, batch, proven, setback)
        is_dead = setback is not None and setback.again_at is None
        return proven > 0 or is_dead

    def _beat(self) -> bool:
        """Prolong the lease; False where another process has it by now."""
        return self._outbox.take(self._destination.name) is not None

    def _setback(self, batch: Batch, failure: NotDelivered) -> Setback:
        destination = self._destination.name
        if failure.is_final:
            get_logger().error("outbox.letter_dead", destination=destination)
            return Setback(failure.sentence, None)
        # What was counted is about the first letter; another has not failed before.
        failures = 1 if failure.proven else batch.attempts + 1
        get_logger().warning(
            "outbox.not_delivered", destination=destination, attempt=failures
        )
        again_at = self._clock.now() + self._back_off.after(failures)
        return Setback(failure.sentence, again_at)

    def _tell(self) -> None:
        name = self._destination.name
        backlog, now = self._outbox.backlog(name), self._clock.now()
        age = now - backlog.oldest if backlog.oldest else timedelta()
        self._metrics.outbox_waiting.labels(name).set(backlog.waiting)
        self._metrics.outbox_dead.labels(name).set(backlog.dead)
        self._metrics.outbox_oldest_seconds.labels(name).set(age.total_seconds())
