"""What directories are asked by and judged by, put together from the settings.

Spec: fact sheet 02 §4.2 (rules for us), §4.3 (environments), §8.1 (smp-signer).
"""

from __future__ import annotations

import ipaddress
import ssl
from datetime import datetime
from typing import Final

from cryptography import x509

from ncp.errors import ConfigurationError
from ncp.peers.directory import to_pem
from ncp.peers.guard import Guard
from ncp.peers.metadata_fetch import HttpMetadataFetch, directory_context
from ncp.peers.trust import path_validator
from ncp.settings.directory import DirectorySettings, read_name_server
from ncp.settings.key_pairs import load_certificates
from trust.certificates import (
    AnchorStore,
    AuthorityPin,
    CertificatePin,
    CertificateTrust,
    PinStore,
    Purpose,
    RevocationTerms,
    TrustStore,
    fingerprint_of,
)
from trust.certificates.terms import WITHOUT_REVOCATION
from trust.identifiers import CountryCode
from trust.smp import (
    AddressRules,
    FixedLocator,
    Locator,
    MetadataLookup,
    MetadataTerms,
    NameResolver,
    SmlLocator,
)

# Whoever publishes for all countries is of none of them.
EUROPE: Final = CountryCode("EU")


class DirectoryTerms:
    """The ports to directories, and the terms; :meth:`load` reads the files again."""

    def __init__(
        self,
        settings: DirectorySettings,
        revocation: RevocationTerms = WITHOUT_REVOCATION,
        resolver: NameResolver | None = None,
    ) -> None:
        self._settings = settings
        self.servers = server_rules(settings)
        self.endpoints = endpoint_rules(settings)
        self.endpoint_guard = _guard(self.endpoints, resolver)
        self.locator = _locator(settings)
        self._fetcher = HttpMetadataFetch(
            _guard(self.servers, resolver), _context(settings), settings.timeout_s
        )
        self._publishers = load_publishers(settings, revocation)

    def load(self, revocation: RevocationTerms) -> None:
        """Read again whose signature on entries is believed."""
        self._publishers = load_publishers(self._settings, revocation)

    def renew(self, now: datetime) -> None:
        """Renew what is known about the revocation of publishers."""
        self._publishers.renew(now)

    def metadata(self, seals: CertificateTrust) -> MetadataTerms:
        """Return what entries are judged by."""
        return MetadataTerms(self._publishers, seals, self.endpoints)

    def lookup(self, seals: CertificateTrust) -> MetadataLookup:
        """Return what looks entries up by these terms."""
        terms = self.metadata(seals)
        return MetadataLookup(self.locator, self._fetcher, self.servers, terms)

    def close(self) -> None:
        """Close all connections."""
        self._fetcher.close()


def server_rules(settings: DirectorySettings) -> AddressRules:
    """Return where servers of directories may be."""
    schemes = {"https", "http"} if settings.plain_http else {"https"}
    return AddressRules(
        frozenset(schemes),
        frozenset(settings.ports),
        settings.hosts,
        _networks(settings),
    )


def endpoint_rules(settings: DirectorySettings) -> AddressRules:
    """Return where the endpoints that entries name may be; always behind TLS."""
    return AddressRules(
        frozenset({"https"}),
        frozenset(settings.ports),
        settings.endpoint_hosts,
        _networks(settings),
    )


def load_publishers(
    settings: DirectorySettings, revocation: RevocationTerms
) -> TrustStore:
    """Read whose signature on entries is believed.

    Behind a signer's certificate, its file may hold those of its authorities: they
    vouch for nobody here and tell whether it is revoked.
    """
    signers = [
        (path.name, load_certificates(path, "directory.signers"))
        for path in settings.signers
    ]
    pins = [
        CertificatePin.of(
            chain[0], country=EUROPE, purpose=Purpose.SMP_SIGNER, label=label
        )
        for label, chain in signers
    ]
    named = [
        (each, load_certificates(each.certificate, "directory.signer_authorities"))
        for each in settings.signer_authorities
    ]
    authorities = [
        AuthorityPin(
            EUROPE,
            Purpose.SMP_SIGNER,
            fingerprint_of(chain[0]),
            each.subject,
            each.certificate.name,
        )
        for each, chain in named
    ]
    anchors = AnchorStore(
        [chain[0] for _, chain in named],
        [above for _, chain in (*named, *signers) for above in chain[1:]],
    )
    needs_paths = bool(named) or revocation.checks(Purpose.SMP_SIGNER)
    return TrustStore(
        _pin_store(pins, authorities),
        anchors,
        path_validator() if needs_paths else None,
        revocation,
    )


def _pin_store(pins: list[CertificatePin], authorities: list[AuthorityPin]) -> PinStore:
    try:
        return PinStore(pins, authorities)
    except ValueError as error:
        raise ConfigurationError(
            f"The signers of [directory] contradict each other: {error}.",
            "Name each certificate once.",
        ) from None


def _locator(settings: DirectorySettings) -> Locator:
    if settings.zone is not None:
        # Where no zone is named, nobody asks the DNS.
        from ncp.peers.sml import DnsNaptrLookup  # noqa: PLC0415

        servers = [read_name_server(each) for each in settings.resolvers]
        return SmlLocator(settings.zone, DnsNaptrLookup(servers, settings.timeout_s))
    if settings.smp_url is None:
        raise ConfigurationError(
            "No directory is named.", "Set `zone` or `smp_url` in [directory]."
        )
    return FixedLocator(settings.smp_url)


def _guard(rules: AddressRules, resolver: NameResolver | None) -> Guard:
    return Guard(rules) if resolver is None else Guard(rules, resolver)


def _context(settings: DirectorySettings) -> ssl.SSLContext:
    authorities: list[x509.Certificate] = []
    for path in settings.tls_authorities:
        authorities += load_certificates(path, "directory.tls_authorities")
    return directory_context(to_pem(authorities))


def _networks(
    settings: DirectorySettings,
) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(each) for each in settings.networks)
