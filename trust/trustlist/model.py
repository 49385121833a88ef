"""A trust list as values: who vouches, for which services, since when and until when.

Spec: ETSI TS 119 612 §5.3 (scheme), §5.4 (provider), §5.5 (service), §5.6 (history).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509

from trust.trustlist.codes import GRANTED, is_list_of_lists


@dataclass(frozen=True, slots=True)
class ServiceIdentity:
    """By what a service is known; only its certificates are compared (§5.5.3)."""

    certificates: tuple[bytes, ...] = field(default=(), repr=False)
    subject_names: tuple[str, ...] = ()
    key_identifiers: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class ServicePeriod:
    """What a service was, under which status, from a moment on."""

    service_type: str
    status: str
    starts: datetime
    name: str

    @property
    def is_granted(self) -> bool:
        """Whether the status says that the service is vouched for."""
        return self.status in GRANTED


@dataclass(frozen=True, slots=True)
class TrustService:
    """A service with its history; ``periods`` has the latest first.

    ``qualifiers`` are the URIs of its additional service information (§5.5.9.4).
    """

    identity: ServiceIdentity
    periods: tuple[ServicePeriod, ...]
    supply_points: tuple[str, ...] = ()
    qualifiers: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name it bears now."""
        return self.periods[0].name

    @property
    def service_type(self) -> str:
        """The type it has now."""
        return self.periods[0].service_type

    def periods_at(self, moment: datetime) -> tuple[ServicePeriod, ...]:
        """Return what held at a moment: none before it was listed, two in conflict."""
        begun = [period for period in self.periods if period.starts <= moment]
        if not begun:
            return ()
        latest = max(period.starts for period in begun)
        return tuple(period for period in begun if period.starts == latest)


@dataclass(frozen=True, slots=True)
class TrustServiceProvider:
    """Who provides services."""

    name: str
    services: tuple[TrustService, ...]


@dataclass(frozen=True, slots=True)
class ListPointer:
    """Where another list is, and who may sign it (§5.3.13).

    ``territory`` and ``list_type`` are None where the pointer does not say them.
    """

    location: str
    certificates: tuple[bytes, ...] = field(repr=False)
    territory: str | None
    list_type: str | None
    media_type: str | None

    @property
    def is_to_list_of_lists(self) -> bool:
        """Whether the other list is again one of lists."""
        return is_list_of_lists(self.list_type)


@dataclass(frozen=True, slots=True)
class TrustList:
    """A list as its operator issued it.

    Attributes
    ----------
    next_update
        None where the list is closed: its scheme has ended (§5.3.15).
    information
        The addresses of the scheme's information, among them those of pivot lists.
    """

    version: int
    sequence: int
    list_type: str
    operator: str
    territory: str | None
    issued: datetime
    next_update: datetime | None
    information: tuple[str, ...]
    pointers: tuple[ListPointer, ...]
    providers: tuple[TrustServiceProvider, ...]

    @property
    def is_list_of_lists(self) -> bool:
        """Whether it vouches for other lists."""
        return is_list_of_lists(self.list_type)

    def services(self) -> Iterator[tuple[TrustServiceProvider, TrustService]]:
        """Go through every service, with its provider."""
        for provider in self.providers:
            for service in provider.services:
                yield provider, service


@dataclass(frozen=True, slots=True)
class VerifiedTrustList:
    """A list whose signature holds; only :mod:`trust.trustlist.signature` makes one.

    Attributes
    ----------
    signing_time
        When the signer says it was signed; a claim like any other.
    notes
        What was tolerated on the way, one statement each.
    """

    content: TrustList
    signer: x509.Certificate = field(repr=False)
    signing_time: datetime
    notes: tuple[str, ...] = ()
