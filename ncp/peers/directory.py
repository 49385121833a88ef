"""The other countries: who they are, where they answer, what they are pinned to.

A certificate's country is that of the pin that matched; pins come from the settings.

Spec: ARCHITECTURE "TLS accepts a pinned leaf or a proper CA" / fact sheet 01 1.7, 1.8.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ncp.errors import ConfigurationError, PeerUnavailable, Refusal
from ncp.settings.model import PeerEndpointsSettings, PeerSettings
from ncp.settings.secrets import read_file
from trust.certificates import CertificatePin, PinStore, Purpose
from trust.identifiers import CountryCode, HomeCommunityId


class Service(StrEnum):
    """The services a peer offers; ITI-38 and ITI-39 share XCA's address."""

    XCPD = "xcpd"
    XCA = "xca"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The addresses of a peer's services."""

    xcpd: str
    xca: str

    def address(self, service: Service) -> str:
        """Return the address of ``service``."""
        return self.xcpd if service is Service.XCPD else self.xca


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

    def address(self, service: Service) -> str:
        """Return the address of ``service``; raises where the peer has none."""
        if self.endpoints is None:
            raise PeerUnavailable(
                Refusal.PEER_UNKNOWN,
                f"Country {self.country} has no addresses in the settings.",
                f"Add `endpoints` to the section of {self.country} in [[peers]].",
            )
        return self.endpoints.address(service)


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
            )
        return peer

    def pins(self) -> PinStore:
        """Return the pins of all countries and purposes."""
        try:
            return PinStore([pin for peer in self for pin in peer.pins])
        except ValueError as error:
            raise ConfigurationError(
                f"The certificates of [[peers]] contradict each other: {error}.",
                "Name each certificate in the section of its own country only.",
            ) from None

    def client_anchors(self) -> str:
        """Return, as PEM, what the client certificates of peers are anchored in."""
        return "".join(peer.client_anchors for peer in self)


def load_directory(peers: Iterable[PeerSettings]) -> PeerDirectory:
    """Read the certificates of all peers; raises ConfigurationError at the first."""
    return PeerDirectory(
        _load_peer(peer, f"peers[{index}]") for index, peer in enumerate(peers, 1)
    )


def load_certificates(path: Path, key: str) -> tuple[x509.Certificate, ...]:
    """Read the PEM certificates of a file named by the setting ``key``."""
    try:
        return tuple(x509.load_pem_x509_certificates(read_file(path, key)))
    except ValueError:
        raise ConfigurationError(
            f"`{key}` names {path}, which holds no readable PEM certificate.",
            "Use the PEM form (-----BEGIN CERTIFICATE-----), one certificate or more.",
        ) from None


def _load_peer(settings: PeerSettings, key: str) -> Peer:
    client = _leaves(settings.certificates.tls_client, f"{key}.certificates.tls_client")
    server = _leaves(settings.certificates.tls_server, f"{key}.certificates.tls_server")
    seal = _leaves(settings.certificates.seal, f"{key}.certificates.seal")
    authorities = tuple(
        certificate
        for path in settings.tls_authorities
        for certificate in load_certificates(path, f"{key}.tls_authorities")
    )
    return Peer(
        country=settings.country,
        home_community_id=settings.home_community_id,
        endpoints=_endpoints(settings.endpoints),
        pins=(
            *_pins(settings.country, Purpose.TLS_CLIENT, client),
            *_pins(settings.country, Purpose.TLS_SERVER, server),
            *_pins(settings.country, Purpose.SEAL, seal),
        ),
        client_anchors=to_pem((*(leaf for _, leaf in client), *authorities)),
        server_anchors=to_pem((*(leaf for _, leaf in server), *authorities)),
        connect_timeout_s=settings.timeouts.connect_s,
        answer_timeout_s=settings.timeouts.answer_s,
        max_response_bytes=settings.max_response_bytes,
    )


def _endpoints(settings: PeerEndpointsSettings | None) -> Endpoints | None:
    return None if settings is None else Endpoints(settings.xcpd, settings.xca)


def _leaves(
    paths: Iterable[Path], key: str
) -> tuple[tuple[str, x509.Certificate], ...]:
    """Read the first certificate of each file, the leaf, with the file's name."""
    return tuple((path.name, load_certificates(path, key)[0]) for path in paths)


def _pins(
    country: CountryCode,
    purpose: Purpose,
    leaves: tuple[tuple[str, x509.Certificate], ...],
) -> Iterator[CertificatePin]:
    for label, certificate in leaves:
        yield CertificatePin.of(
            certificate, country=country, purpose=purpose, label=label
        )


def to_pem(certificates: Iterable[x509.Certificate]) -> str:
    """Write certificates one after the other, in PEM."""
    return "".join(
        certificate.public_bytes(Encoding.PEM).decode("ascii")
        for certificate in certificates
    )
