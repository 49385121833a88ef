"""Joins what the settings say of a country with what directories say of it.

The settings say who a country is: its seals, its client certificates, its community. A
directory says where it answers today and with which certificates, under the seal that
the settings name. What is learnt never vouches for what is learnt next: seals of
entries come from the settings alone.

Spec: ARCHITECTURE "Client certificates of peers come from settings, never from SMP" /
fact sheet 02 §4.2, §4.4, §8.1 (overlap for roll-over).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509

from ncp.peers.directory import Endpoints, Peer, PeerDirectory, Service, to_pem
from ncp.peers.directory_record import DirectoryRecord
from ncp.peers.directory_terms import DirectoryTerms
from ncp.peers.discovery_report import DiscoveryReport
from ncp.peers.entry_folder import EntryFolder
from ncp.ports import Clock
from ncp.settings.directory import DirectorySettings
from trust.certificates import (
    CertificatePin,
    CertificateTrust,
    Purpose,
    RevocationTerms,
    fingerprint_of,
)
from trust.certificates.terms import WITHOUT_REVOCATION
from trust.decision import Reason, TrustDecision
from trust.identifiers import CountryCode
from trust.smp import (
    EntryCache,
    EntryId,
    Freshness,
    HeldEntry,
    LookedUp,
    SearchMask,
    SmpService,
    entry_of,
)

_THREADS: Final = 16
# From the end of one forced look at a country to the next one.
FORCED_PAUSE: Final = timedelta(seconds=5)
_ADDRESSES: Final = (SmpService.IDENTIFICATION, SmpService.QUERY)
# Not every country publishes them.
_SERVERS: Final = (*_ADDRESSES, SmpService.RETRIEVE, SmpService.PROVIDE)
_SEALS: Final = (SmpService.IDENTITY_PROVIDER, SmpService.AUTHENTICATION)


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the directories say of one country now."""

    endpoints: Endpoints = field(default_factory=lambda: Endpoints("", ""))
    servers: tuple[x509.Certificate, ...] = ()
    seals: tuple[x509.Certificate, ...] = ()

    def certificates(self) -> Iterator[tuple[Purpose, x509.Certificate]]:
        """Give every certificate with what it is for."""
        for server in self.servers:
            yield Purpose.TLS_SERVER, server
        for seal in self.seals:
            yield Purpose.SEAL, seal


@dataclass(frozen=True, slots=True)
class _Former:
    """A certificate that a directory named until a moment ago."""

    purpose: Purpose
    certificate: x509.Certificate
    until: datetime


class Discovery:
    """Looks countries up and joins them; safe to share by threads."""

    def __init__(
        self,
        settings: DirectorySettings,
        terms: DirectoryTerms,
        clock: Clock,
        report: DiscoveryReport,
        record: DirectoryRecord,
    ) -> None:
        self._record = record
        self._settings = settings
        self._terms = terms
        self._clock = clock
        self._report = report
        self._folder = None if settings.folder is None else EntryFolder(settings.folder)
        report.keep_in(self._folder)
        self._cache = EntryCache(_Lookup(self), _freshness(settings), report)
        self._seals: CertificateTrust | None = None
        self._static = PeerDirectory(())
        self._learnt: dict[CountryCode, Learnt] = {}
        self._former: dict[CountryCode, tuple[_Former, ...]] = {}
        self._seen = self._picture()
        self._lock = threading.RLock()
        self._pass = threading.local()
        self._forced: dict[CountryCode, datetime] = {}

    def join(
        self,
        static: PeerDirectory,
        seals: CertificateTrust,
        revocation: RevocationTerms = WITHOUT_REVOCATION,
    ) -> PeerDirectory:
        """Return the directory of the settings with what is learnt put into it.

        Parameters
        ----------
        seals
            What the seals of entries are judged by: the settings' own, nothing learnt.
        revocation
            How it is established whether a publisher of entries was revoked.
        """
        with self._lock:
            is_first = self._seals is None
            self._static, self._seals = static, seals
            self._terms.load(revocation)
            if is_first and self._folder is not None:
                terms, now = self._terms.metadata(seals), self._clock.now()
                self._cache.restore(self._folder.entries(terms, now))
            self._gather(self._countries(), force=False)
            self._seen = self._picture()
            return PeerDirectory(self._joined())

    def refresh(
        self, country: CountryCode | None = None, *, force: bool = False
    ) -> bool:
        """Look again; tell whether anything is different from what was joined last.

        Parameters
        ----------
        country
            None looks at all of them.
        force
            Ask the directory although what is held is fresh.
        """
        countries = self._countries()
        if country is not None:
            countries = tuple(each for each in countries if each == country)
        if not countries:
            return False
        with self._lock:
            if force:
                countries = tuple(each for each in countries if self._may_force(each))
            self._gather(countries, force=force)
            if force:
                self._forced.update(dict.fromkeys(countries, self._clock.now()))
            # Not with what was known before: another thread may have looked already
            # and not have adopted yet.
            return self._picture() != self._seen

    def search_mask(self, country: CountryCode) -> SearchMask | TrustDecision:
        """Return the search mask a country has published, or why there is none."""
        held = self._cache.get(
            entry_of(SmpService.SEARCH_MASK, country), self._clock.now()
        )
        if isinstance(held, TrustDecision):
            return held
        mask = held.information.endpoint.search_mask
        return held.decision if mask is None else mask

    def renew(self, now: datetime) -> None:
        """Renew what is known about the revocation of publishers."""
        self._terms.renew(now)

    def held(self) -> tuple[HeldEntry, ...]:
        """Return every entry that is held."""
        return self._cache.held()

    def look_up(self, asked: EntryId, now: datetime) -> LookedUp:
        """Ask the directory, past everything that is held, and record it."""
        if self._seals is None:
            raise ValueError("nobody has said yet whose seals are believed")
        found = self._terms.lookup(self._seals).look_up(asked, now)
        self._record.asked(asked, found)
        return found

    def look_up_in_pass(self, asked: EntryId, now: datetime) -> LookedUp:
        """Ask, unless the directory was out of reach a moment ago in this pass."""
        failure: TrustDecision | None = getattr(self._pass, "failure", None)
        if failure is not None:
            return LookedUp(failure)
        found = self.look_up(asked, now)
        if found.decision.reason is Reason.DIRECTORY_UNREACHABLE:
            self._pass.failure = found.decision
        return found

    def _may_force(self, country: CountryCode) -> bool:
        """Tell whether enough time has passed since it was last forced.

        Requests that fail together wait for one look, not each for its own.
        """
        last = self._forced.get(country)
        return last is None or abs(self._clock.now() - last) >= FORCED_PAUSE

    def _countries(self) -> tuple[CountryCode, ...]:
        return tuple(peer.country for peer in self._static if peer.is_from_directory)

    def _picture(self) -> dict[CountryCode, tuple[Learnt, tuple[_Former, ...]]]:
        return {
            country: (learnt, self._current_former(country))
            for country, learnt in self._learnt.items()
        }

    def _current_former(self, country: CountryCode) -> tuple[_Former, ...]:
        now = self._clock.now()
        return tuple(each for each in self._former.get(country, ()) if now < each.until)

    def _gather(self, countries: tuple[CountryCode, ...], *, force: bool) -> None:
        if not countries:
            return
        with ThreadPoolExecutor(min(_THREADS, len(countries))) as pool:
            found = pool.map(lambda each: self._learn(each, force=force), countries)
            for country, learnt in zip(countries, found, strict=True):
                self._take(country, learnt)

    def _learn(self, country: CountryCode, *, force: bool) -> Learnt:
        """Get every entry of a country; a directory that is down is asked once."""
        entries: dict[SmpService, HeldEntry] = {}
        self._pass.failure = None
        try:
            for service in (*_SERVERS, *_SEALS):
                asked = entry_of(service, country)
                held = self._cache.get(asked, self._clock.now(), force=force)
                if isinstance(held, HeldEntry):
                    entries[service] = held
        finally:
            self._pass.failure = None
        return _learnt(entries)

    def _take(self, country: CountryCode, learnt: Learnt) -> None:
        before = self._learnt.get(country, Learnt())
        self._learnt[country] = learnt
        until = self._clock.now() + timedelta(seconds=self._settings.overlap_s)
        gone = [
            _Former(purpose, certificate, until)
            for purpose, certificate in before.certificates()
            if certificate not in dict(_flipped(learnt.certificates()))
        ]
        kept = self._current_former(country)
        self._former[country] = (*kept, *gone)

    def _joined(self) -> Iterator[Peer]:
        owners = {
            pin.fingerprint: pin.country for peer in self._static for pin in peer.pins
        }
        for peer in self._static:
            yield self._join(peer, owners) if peer.is_from_directory else peer

    def _join(self, peer: Peer, owners: dict[str, CountryCode]) -> Peer:
        learnt = self._learnt.get(peer.country, Learnt())
        former = [
            (each.purpose, each.certificate)
            for each in self._current_former(peer.country)
        ]
        # One certificate cannot speak for two countries: the first one has it.
        own = [
            each
            for each in (*learnt.certificates(), *former)
            if owners.setdefault(fingerprint_of(each[1]), peer.country) == peer.country
        ]
        if len(own) < len([*learnt.certificates(), *former]):
            self._report.certificate_of_another(peer.country)
        servers = [leaf for purpose, leaf in own if purpose is Purpose.TLS_SERVER]
        has_address = any(map(learnt.endpoints.address, Service))
        return replace(
            peer,
            endpoints=learnt.endpoints if has_address else None,
            pins=(*peer.pins, *_pins(peer, own)),
            server_anchors=peer.server_anchors + to_pem(servers),
            guard=self._terms.endpoint_guard,
        )


class _Lookup:
    """Looks up by what holds at the time, not by what held when it was made."""

    def __init__(self, discovery: Discovery) -> None:
        self._discovery = discovery

    def look_up(self, asked: EntryId, now: datetime) -> LookedUp:
        return self._discovery.look_up_in_pass(asked, now)


def _learnt(entries: dict[SmpService, HeldEntry]) -> Learnt:
    def address(service: SmpService) -> str:
        held = entries.get(service)
        return "" if held is None else held.information.endpoint.address

    def carried(services: Iterable[SmpService]) -> tuple[x509.Certificate, ...]:
        found = {
            fingerprint_of(certificate): certificate
            for service in services
            if service in entries
            and (certificate := entries[service].information.endpoint.certificate)
            is not None
        }
        return tuple(found.values())

    return Learnt(
        Endpoints(
            address(SmpService.IDENTIFICATION),
            address(SmpService.QUERY),
            address(SmpService.PROVIDE),
        ),
        carried(_SERVERS),
        carried(_SEALS),
    )


def _pins(
    peer: Peer, own: Iterable[tuple[Purpose, x509.Certificate]]
) -> Iterator[CertificatePin]:
    for purpose, certificate in own:
        yield CertificatePin.of(
            certificate,
            country=peer.country,
            purpose=purpose,
            label=f"directory entry of {peer.country}",
            check_country=peer.checks_certificate_country,
        )


def _flipped(
    certificates: Iterable[tuple[Purpose, x509.Certificate]],
) -> Iterator[tuple[x509.Certificate, Purpose]]:
    for purpose, certificate in certificates:
        yield certificate, purpose


def _freshness(settings: DirectorySettings) -> Freshness:
    return Freshness(
        timedelta(seconds=settings.fresh_s),
        timedelta(seconds=settings.last_good_s),
        timedelta(seconds=settings.retry_s),
        timedelta(seconds=settings.absent_s),
    )
