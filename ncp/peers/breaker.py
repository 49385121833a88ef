"""Stops asking a service that does not answer, and tries it again after a while.

A country that is down costs every professional the whole timeout, and every thread of
ours. After some failures in a row its service is not asked for a pause; then one
request tries, and the others wait for how it fares.

What is counted is in memory of the process: it is about the line of now. How many
services of a country are not asked is told whenever that changes, so that the processes
can be seen together.

Spec: fact sheet 01 §1.5 (timeouts) / 06 §4 (availability per country and service).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeAlias

from ncp.errors import PeerUnavailable, Refusal
from ncp.peers.directory import Peer, Service
from trust.identifiers import CountryCode

FAILURES: Final = 5
PAUSE_S: Final = 30.0


Teller: TypeAlias = Callable[[CountryCode, int], object]
"""Told the country, and of how many of its services the breaker is open now."""


def _nobody(_country: CountryCode, _number: int) -> None:
    """Is told nothing."""


@dataclass(slots=True)
class _Line:
    country: CountryCode
    failures: int = 0
    opened_at: float | None = None


class CircuitBreaker:
    """Counts failures per address; safe to share by threads.

    A country that moves to another address begins anew.

    Parameters
    ----------
    failures
        How many in a row stop the asking.
    pause_s
        How long nobody asks then.
    tell
        Called in turn, with a lock held: it must not ask back.
    """

    def __init__(
        self,
        failures: int = FAILURES,
        pause_s: float = PAUSE_S,
        monotonic: Callable[[], float] = time.monotonic,
        tell: Teller = _nobody,
    ) -> None:
        self._most = failures
        self._pause_s = pause_s
        self._monotonic = monotonic
        self._tell = tell
        self._lines: dict[str, _Line] = {}
        self._lock = threading.Lock()

    def admit(self, peer: Peer, service: Service) -> None:
        """Raise PeerUnavailable where the service is not asked now."""
        with self._lock:
            line = self._lines.get(peer.address(service))
            if line is None or line.opened_at is None:
                return
            now = self._monotonic()
            left_s = line.opened_at + self._pause_s - now
            if left_s <= 0:
                # Whatever becomes of this trial, the next one is a pause away.
                line.opened_at = now
                return
        raise PeerUnavailable(
            Refusal.PEER_UNREACHABLE,
            f"Country {peer.country} did not answer for {service.name} "
            f"{line.failures} times in a row and is not asked for a while.",
            f"It is tried again in {max(1, round(left_s))} s.",
            nothing_was_sent=True,
        )

    def succeeded(self, peer: Peer, service: Service) -> None:
        """Forget the failures: it answers."""
        with self._lock, self._telling(peer):
            self._lines.pop(peer.address(service), None)

    def failed(self, peer: Peer, service: Service) -> bool:
        """Count a failure; tell whether the asking has stopped with it."""
        with self._lock, self._telling(peer):
            line = self._lines.setdefault(peer.address(service), _Line(peer.country))
            line.failures += 1
            if line.failures < self._most:
                return False
            line.opened_at = self._monotonic()
            return True

    @contextmanager
    def _telling(self, peer: Peer) -> Iterator[None]:
        """Tell what has changed, and forget the addresses that the country left."""
        before = self._open(peer.country)
        yield
        for address, line in list(self._lines.items()):
            if line.country == peer.country and address not in _addresses(peer):
                del self._lines[address]
        now = self._open(peer.country)
        if now != before:
            self._tell(peer.country, now)

    def _open(self, country: CountryCode) -> int:
        return sum(
            line.country == country and line.opened_at is not None
            for line in self._lines.values()
        )


def _addresses(peer: Peer) -> set[str]:
    known = peer.endpoints
    return set() if known is None else set(map(known.address, Service))
