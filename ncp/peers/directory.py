"""The other countries: who they are, where they answer, what they are pinned to.

A certificate's country is that of the pin that matched; pins come from the settings.

Spec: ARCHITECTURE "TLS accepts a pinned leaf or a proper CA" / fact sheet 01 1.7, 1.8.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ncp.answers import Dialect
from ncp.errors import ConfigurationError, PeerUnavailable, Refusal
from ncp.ihe.codes import Transaction
from ncp.peers.guard import Guard
from ncp.settings.key_pairs import load_certificates
from ncp.settings.peers import PeerEndpointsSettings, PeerSettings
from trust.certificates import (
    AnchorStore,
    AuthorityPin,
    CertificatePin,
    PinStore,
    Purpose,
    fingerprint_of,
)
from trust.identifiers import CountryCode, HomeCommunityId


class Service(StrEnum):
    """The services a peer offers; ITI-38 and ITI-39 share XCA's address."""

    XCPD = "xcpd"
    XCA = "xca"
    XDR = "xdr"

    @classmethod
    def of(cls, transaction: Transaction) -> Service:
        """Return the service that answers a transaction."""
        return _SERVICE_OF[transaction]


_SERVICE_OF = {
    Transaction.ITI_55: Service.XCPD,
    Transaction.ITI_38: Service.XCA,
    Transaction.ITI_39: Service.XCA,
    Transaction.ITI_41: Service.XDR,
}


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The addresses of a peer's services; empty where it has none."""

    xcpd: str
    xca: str
    xdr: str = ""

    def address(self, service: Service) -> str:
        """Return the address of ``service``."""
        return {
            Service.XCPD: self.xcpd,
            Service.XCA: self.xca,
            Service.XDR: self.xdr,
        }[service]


@dataclass(frozen=True, slots=True)
class NamedCertificate:
    """A certificate of a peer, what it is for, and where it came from."""

    purpose: Purpose
    label: str
    certificate: x509.Certificate


@dataclass(frozen=True, slots=True)
class Peer:
    """Another country's gateway, as the settings describe it.

    Attributes
    ----------
    endpoints
        None where the country only asks and never answers.
    pins
        One pin per certificate and purpose.
    client_anchors, server_anchors
        What its TLS certificates may be anchored in, as PEM: the pinned leaves and the
        authorities named for it.
    authorities
        Authorities that vouch for named subjects.
    anchors, intermediates
        The certificates of the authorities named for it, and of those between.
    certificates
        The pinned leaves, for the inventory of what expires.
    compares_home_community
        Whether its assertions have to name its own home community.
    checks_certificate_country
        Whether its certificates may name no other country.
    is_from_directory
        Whether addresses and certificates are looked up besides.
    guard
        Which numbers may be connected to, where a directory named the addresses.
    documents_per_request
        How many documents it is asked for at once; OpenNCP reads the first only.
    dialect
        How it is answered.
    """

    country: CountryCode
    home_community_id: HomeCommunityId
    endpoints: Endpoints | None
    pins: tuple[CertificatePin, ...]
    client_anchors: str
    server_anchors: str
    connect_timeout_s: float = 10.0
    answer_timeout_s: float = 180.0
    max_response_bytes: int = 40 * 1_048_576
    authorities: tuple[AuthorityPin, ...] = ()
    anchors: tuple[x509.Certificate, ...] = ()
    intermediates: tuple[x509.Certificate, ...] = ()
    certificates: tuple[NamedCertificate, ...] = ()
    compares_home_community: bool = True
    checks_certificate_country: bool = True
    is_from_directory: bool = False
    guard: Guard | None = None
    documents_per_request: int = 1
    dialect: Dialect = Dialect.OURS

    def address(self, service: Service) -> str:
        """Return the address of ``service``; raises where the peer has none."""
        address = "" if self.endpoints is None else self.endpoints.address(service)
        if address:
            return address
        if self.is_from_directory:
            raise PeerUnavailable(
                Refusal.PEER_UNREACHABLE,
                f"The directory has no entry of country {self.country} for "
                f"{service.name} that could be believed.",
                f"`ncp smp lookup {self.country}` says why.",
                nothing_was_sent=True,
            )
        raise PeerUnavailable(
            Refusal.PEER_UNKNOWN,
            f"Country {self.country} has no address for {service.name} in the "
            "settings.",
            f"Add `endpoints` to the section of {self.country} in [[peers]].",
            nothing_was_sent=True,
        )


class PeerDirectory:
    """All countries this gateway knows."""

    def __init__(self, peers: Iterable[Peer]) -> None:
        self._peers = {peer.country: peer for peer in peers}

    def __iter__(self) -> Iterator[Peer]:
        return iter(self._peers.values())

    def find(self, country: CountryCode) -> Peer:
        """Return the peer of ``country``; raises where it is unknown."""
        peer = self._peers.get(country)
        if peer is None:
            raise PeerUnavailable(
                Refusal.PEER_UNKNOWN,
                f"Country {country} is not among the peers of this gateway.",
                "Add a section for it to [[peers]] in the settings.",
                nothing_was_sent=True,
            )
        return peer

    def pins(self) -> PinStore:
        """Return the pins of all countries and purposes."""
        try:
            return PinStore(
                [pin for peer in self for pin in peer.pins], self.authorities()
            )
        except ValueError as error:
            raise ConfigurationError(
                f"The certificates of [[peers]] contradict each other: {error}.",
                "Name each certificate in the section of its own country only.",
            ) from None

    def authorities(self) -> tuple[AuthorityPin, ...]:
        """Return the authorities that vouch for somebody."""
        return tuple(pin for peer in self for pin in peer.authorities)

    def anchors(self, others: Iterable[x509.Certificate] = ()) -> AnchorStore:
        """Return the authorities of all countries, and ``others``."""
        return AnchorStore(
            [*(each for peer in self for each in peer.anchors), *others],
            [each for peer in self for each in peer.intermediates],
        )

    def home_communities(self) -> Mapping[CountryCode, HomeCommunityId]:
        """Return the home communities that assertions are compared with."""
        return {
            peer.country: peer.home_community_id
            for peer in self
            if peer.compares_home_community
        }

    def dialects(self) -> Mapping[CountryCode, Dialect]:
        """Return how countries are answered that need another way than ours."""
        return {
            peer.country: peer.dialect
            for peer in self
            if peer.dialect is not Dialect.OURS
        }

    def client_anchors(self) -> str:
        """Return, as PEM, what the client certificates of peers are anchored in."""
        return "".join(peer.client_anchors for peer in self)


def load_directory(peers: Iterable[PeerSettings]) -> PeerDirectory:
    """Read the certificates of all peers; raises ConfigurationError at the first."""
    return PeerDirectory(
        _load_peer(peer, f"peers[{index}]") for index, peer in enumerate(peers, 1)
    )


def _load_peer(settings: PeerSettings, key: str) -> Peer:
    named = tuple(_named(settings, key))
    authorities = tuple(_authorities(settings, key))
    intermediates = _all(settings.intermediates, f"{key}.intermediates")
    general = _all(settings.tls_authorities, f"{key}.tls_authorities")
    return Peer(
        country=settings.country,
        home_community_id=settings.home_community_id,
        endpoints=_endpoints(settings.endpoints),
        pins=tuple(_pins(settings, named)),
        client_anchors=_tls_anchors(Purpose.TLS_CLIENT, named, authorities)
        + to_pem((*intermediates, *general)),
        server_anchors=_tls_anchors(Purpose.TLS_SERVER, named, authorities)
        + to_pem((*intermediates, *general)),
        connect_timeout_s=settings.timeouts.connect_s,
        answer_timeout_s=settings.timeouts.answer_s,
        max_response_bytes=settings.max_response_bytes,
        authorities=tuple(pin for pin, _ in authorities),
        anchors=(*(anchor for _, anchor in authorities), *general),
        intermediates=intermediates,
        certificates=named,
        compares_home_community=settings.cross_checks.home_community_id,
        checks_certificate_country=settings.cross_checks.certificate_country,
        is_from_directory=settings.from_directory,
        documents_per_request=settings.documents_per_request,
        dialect=settings.answer_dialect,
    )


def _named(settings: PeerSettings, key: str) -> Iterator[NamedCertificate]:
    """Read the first certificate of each file, the leaf, with the file's name."""
    place = f"{key}.certificates"
    for purpose, name, paths in (
        (Purpose.TLS_CLIENT, "tls_client", settings.certificates.tls_client),
        (Purpose.TLS_SERVER, "tls_server", settings.certificates.tls_server),
        (Purpose.SEAL, "seal", settings.certificates.seal),
    ):
        for path in paths:
            leaf = load_certificates(path, f"{place}.{name}")[0]
            yield NamedCertificate(purpose, path.name, leaf)


def _authorities(
    settings: PeerSettings, key: str
) -> Iterator[tuple[AuthorityPin, x509.Certificate]]:
    for authority in settings.authorities:
        path = authority.certificate
        anchor = load_certificates(path, f"{key}.authorities")[0]
        for purpose in authority.purposes:
            pin = AuthorityPin(
                settings.country,
                Purpose(purpose),
                fingerprint_of(anchor),
                authority.subject,
                path.name,
                settings.cross_checks.certificate_country,
            )
            yield pin, anchor


def _all(paths: Iterable[Path], key: str) -> tuple[x509.Certificate, ...]:
    return tuple(each for path in paths for each in load_certificates(path, key))


def _tls_anchors(
    purpose: Purpose,
    named: tuple[NamedCertificate, ...],
    authorities: tuple[tuple[AuthorityPin, x509.Certificate], ...],
) -> str:
    leaves = [each.certificate for each in named if each.purpose is purpose]
    above = [anchor for pin, anchor in authorities if pin.purpose is purpose]
    return to_pem((*leaves, *above))


def _endpoints(settings: PeerEndpointsSettings | None) -> Endpoints | None:
    if settings is None:
        return None
    return Endpoints(settings.xcpd, settings.xca, settings.xdr or "")


def _pins(
    settings: PeerSettings, named: Iterable[NamedCertificate]
) -> Iterator[CertificatePin]:
    for each in named:
        yield CertificatePin.of(
            each.certificate,
            country=settings.country,
            purpose=each.purpose,
            label=each.label,
            check_country=settings.cross_checks.certificate_country,
        )


def to_pem(certificates: Iterable[x509.Certificate]) -> str:
    """Write certificates one after the other, in PEM."""
    return "".join(
        certificate.public_bytes(Encoding.PEM).decode("ascii")
        for certificate in certificates
    )
