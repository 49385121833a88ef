"""What an operator sees of the other countries, and can do about them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from ncp.audit import AdministrationAct, AdministrationEvent, AuditOutcome
from ncp.peers.directory import Peer, PeerDirectory, Service
from ncp.peers.directory_record import WriteRecord
from ncp.peers.discovery import Discovery
from ncp.peers.health import PeerHealth, ServiceHealth
from ncp.peers.switches import Switches, switched_off
from ncp.ports import Clock
from trust.identifiers import CountryCode
from trust.smp import HeldEntry, country_of, service_of


@dataclass(frozen=True, slots=True)
class CurrentPeerDesk:
    """Shows and switches; it knows countries and services, and no person.

    Attributes
    ----------
    look
        Asks the directory about a country and adopts what is new.
    record
        Returns when an event is durable; what cannot be recorded is not switched.
    process
        Whose experience ``health`` is: each worker has its own.
    """

    directory: Callable[[], PeerDirectory]
    discovery: Discovery | None
    switches: Switches
    health: PeerHealth
    look: Callable[[CountryCode], bool]
    clock: Clock
    record: WriteRecord
    audit_source: str
    process: int = field(default_factory=os.getpid)

    def overview(self) -> list[dict[str, Any]]:
        """Return every country with its services, entries and health."""
        health = self.health.snapshot()
        held = () if self.discovery is None else self.discovery.held()
        off = self.switches.all()
        return [
            {
                "country": peer.country,
                "fromDirectory": peer.is_from_directory,
                "addresses": _addresses(peer),
                "switchedOff": [
                    asdict(each) for each in off if each.country == peer.country
                ],
                "entries": [
                    _entry(each)
                    for each in held
                    if country_of(each.entry.participant) == peer.country
                ],
                "health": [
                    {**_health(each), "process": self.process}
                    for each in health
                    if each.country == peer.country
                ],
            }
            for peer in self.directory()
        ]

    def switch(
        self, country: CountryCode, service: str, operator: str, *, off: bool, why: str
    ) -> None:
        """Switch a service of a country, or all of it; raises ConfigurationError."""
        self.directory().find(country)
        switch = switched_off(country, service, operator, self.clock.now(), why)
        self.record(self._event(country, service, operator, off=off))
        if off:
            self.switches.turn_off(switch)
        else:
            self.switches.turn_on(country, service, operator)

    def _event(
        self, country: CountryCode, service: str, operator: str, *, off: bool
    ) -> AdministrationEvent:
        state = "off" if off else "on"
        return AdministrationEvent(
            act=AdministrationAct.CONFIGURATION,
            moment=self.clock.now(),
            outcome=AuditOutcome.SUCCESS,
            audit_source=self.audit_source,
            application="ncp-gateway",
            changed=f"urn:ncp:switch:{country}:{service}",
            description=f"{service} of {country} is to be switched {state}",
            operator=operator,
        )

    def refresh(self, country: CountryCode) -> bool:
        """Ask the directory about a country at once; tell whether there was news."""
        self.directory().find(country)
        return self.look(country)


def _addresses(peer: Peer) -> dict[str, str]:
    if peer.endpoints is None:
        return {}
    return {each.value: peer.endpoints.address(each) for each in Service}


def _entry(held: HeldEntry) -> dict[str, Any]:
    endpoint = held.information.endpoint
    service = service_of(held.entry.document)
    return {
        "service": held.entry.document.value if service is None else service.value,
        "address": endpoint.address,
        "fetchedAt": _moment(held.fetched_at),
        "expiresAt": _moment(endpoint.expiration),
        "why": held.decision.evidence,
        "failure": None
        if held.failure is None
        else {
            "reason": held.failure.reason.value,
            "sentence": held.failure.sentence,
            "at": _moment(held.failure.moment),
        },
    }


def _health(health: ServiceHealth) -> dict[str, Any]:
    return {
        "service": health.service.value,
        "requests": health.requests,
        "errorRate": round(health.error_rate, 4),
        "lastSuccess": _moment(health.last_success),
        "lastFailure": _moment(health.last_failure),
        "lastOutcome": health.last_outcome,
        "medianSeconds": health.median_s,
        "slowestSeconds": health.slowest_s,
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat(timespec="seconds")
