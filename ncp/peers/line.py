"""The line to the other countries as it is at this moment.

In front of the client of the current keys and addresses: what is switched off is not
asked, how each service answers is remembered, and after a fault the directory is asked
again, so that a country that has moved or changed its keys is found with the same
request.

Spec: fact sheet 01 §1.5 (endpoint read again after a fault) / 06 §6.2.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ncp.errors import PeerUnavailable, Refusal
from ncp.exchange import HttpPayload, PeerAnswer
from ncp.peers.breaker import CircuitBreaker
from ncp.peers.client import PeerClient
from ncp.peers.directory import Peer, PeerDirectory, Service
from ncp.peers.health import PeerHealth
from ncp.peers.switches import Switches
from ncp.ports import Clock
from ncp.telemetry import Metrics, get_logger
from trust.identifiers import CountryCode


@dataclass(frozen=True, slots=True)
class CurrentPeerLine:
    """Sends to every peer; safe to use from many threads.

    Attributes
    ----------
    breaker
        Stops asking who does not answer; one for all sets of keys.
    client, directory
        Those of now; they are replaced when keys, pins or addresses change.
    look_again
        Asks the directory again about a country and has adopted what is new.
    """

    client: Callable[[], PeerClient]
    directory: Callable[[], PeerDirectory]
    look_again: Callable[[CountryCode], object]
    switches: Switches
    health: PeerHealth
    clock: Clock
    metrics: Metrics
    breaker: CircuitBreaker = field(default_factory=CircuitBreaker)

    def send(self, peer: Peer, service: Service, payload: HttpPayload) -> PeerAnswer:
        """Send a message and return the answer; raises PeerUnavailable."""
        self.switches.refuse_asking(peer.country, service)
        self.breaker.admit(peer, service)
        began = time.monotonic()
        try:
            answer = self.client().send(peer, service, payload)
        except PeerUnavailable as error:
            self.health.failed(
                peer.country, service, error.refusal.value, self.clock.now()
            )
            self._count(peer, service, error)
            raise
        self.breaker.succeeded(peer, service)
        self._succeeded(peer.country, service, time.monotonic() - began)
        return answer

    def refreshed(self, peer: Peer) -> Peer:
        """Return a peer as its directory entry says now, or as it was."""
        if not peer.is_from_directory:
            return peer
        self.look_again(peer.country)
        return self.directory().find(peer.country)

    def _count(self, peer: Peer, service: Service, error: PeerUnavailable) -> None:
        """Count a failure of the line; an answer that cannot be used is none."""
        if error.refusal is Refusal.PEER_ANSWER_INVALID:
            self.breaker.succeeded(peer, service)
        elif self.breaker.failed(peer, service):
            get_logger().warning(
                "peer.not-asked", country=str(peer.country), service=service.value
            )

    def _succeeded(
        self, country: CountryCode, service: Service, seconds: float
    ) -> None:
        now = self.clock.now()
        self.health.succeeded(country, service, seconds, now)
        labels = (country, service.value)
        self.metrics.peer_seconds.labels(*labels).observe(seconds)
        self.metrics.peer_last_success.labels(*labels).set(now.timestamp())
