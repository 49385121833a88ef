"""A gateway that finds its neighbours in a directory of this machine."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, field

from cryptography import x509

from ncp.audit import DirectoryEvent
from ncp.directory_server import MetadataServer, NameServer
from ncp.errors import PeerUnavailable, Refusal
from ncp.exchange import HttpPayload
from ncp.peers import Peer, PeerClient, PeerDirectory, Service
from ncp.peers.directory_record import DirectoryRecord, RecordingNode
from ncp.peers.directory_terms import DirectoryTerms
from ncp.peers.discovery import Discovery
from ncp.peers.discovery_report import DiscoveryReport
from ncp.peers.health import PeerHealth
from ncp.peers.line import CurrentPeerLine
from ncp.peers.switches import Switches
from ncp.settings.directory import DirectorySettings
from ncp.telemetry import Metrics
from tests.clocks import SetClock
from tests.ncp.peers.neighbour import (
    MESSAGE,
    Neighbour,
    answer,
    answering,
)
from tests.trust.pki import certificate, rsa_key
from trust.certificates import CertificatePin, Purpose, SigningKey
from trust.identifiers import CountryCode, HomeCommunityId
from trust.smp import (
    FORMS,
    Carries,
    Endpoint,
    ServiceInformation,
    SmpService,
    entry_of,
    process_of,
    sealed_metadata,
)

LU = CountryCode("LU")
PT = CountryCode("PT")
ZONE = "sml.demo.invalid"
NODE = RecordingNode("LU-1", "ncp.example.lu", "CN=ncp-b,C=LU")
DAY = dt.timedelta(days=1)
NOW = dt.datetime.now(dt.UTC)


def signer(name: str, country: str) -> SigningKey:
    key = rsa_key(name)
    begin, end = NOW - DAY, NOW + 90 * DAY
    return SigningKey(
        key, certificate(key, country=country, valid_from=begin, valid_to=end)
    )


SEALS = {LU: signer("lu-seal", "LU"), PT: signer("pt-seal", "PT")}
PUBLISHER = signer("smp", "BE")


def information_of(service: SmpService) -> ServiceInformation:
    form = FORMS[service]
    endpoint = Endpoint(
        form.transport,
        "https://127.0.0.1:8443/x",
        PUBLISHER.certificate,
        activation=NOW - DAY,
    )
    return ServiceInformation(entry_of(service, LU), process_of(service, LU), endpoint)


def pin(of: x509.Certificate, country: CountryCode, purpose: Purpose) -> CertificatePin:
    return CertificatePin.of(of, country=country, purpose=purpose, label="settings")


@dataclass
class Scene:
    """Our side: a gateway put together from the settings and the directory."""

    smp: MetadataServer
    dns: NameServer
    settings: DirectorySettings
    pki: object
    clock: SetClock = field(default_factory=lambda: SetClock(NOW))
    countries: tuple[CountryCode, ...] = (LU,)

    def __post_init__(self) -> None:
        self.metrics = Metrics()
        self.recorded: list[DirectoryEvent] = []
        self.terms = DirectoryTerms(self.settings)
        self.discovery = Discovery(
            self.settings,
            self.terms,
            self.clock,
            DiscoveryReport(self.metrics),
            DirectoryRecord(self.recorded.append, NODE, self.clock),
        )
        self.switches = Switches({}, self.settings.folder)
        self.health = PeerHealth()
        self.clients: list[PeerClient] = []
        self.generation = itertools.count(1)
        self.line = CurrentPeerLine(
            lambda: self.clients[-1],
            lambda: self.directory,
            self.look_again,
            self.switches,
            self.health,
            self.clock,
            self.metrics,
        )
        self.adopt()

    def adopt(self) -> None:
        static = PeerDirectory([self._peer(each) for each in self.countries])
        self.directory = self.discovery.join(static, static.pins())
        self.clients.append(
            PeerClient(self.directory, self.pki.client.files, self.clock, self.metrics)
        )

    def _peer(self, country: CountryCode) -> Peer:
        seal = SEALS[country].certificate
        return Peer(
            country,
            HomeCommunityId("1.3.182.2.12.10000734.6.1"),
            None,
            (pin(seal, country, Purpose.SEAL),),
            "",
            "",
            is_from_directory=True,
        )

    def look_again(self, country: CountryCode) -> bool:
        if not self.discovery.refresh(country, force=True):
            return False
        self.adopt()
        return True

    def hang_up(self, neighbour: Neighbour | None = None) -> None:
        for client in self.clients:
            client.close()
        if neighbour is not None:
            neighbour.close()

    def later(self, after: dt.timedelta) -> None:
        self.clock.moment += after

    @property
    def peer(self) -> Peer:
        return self.directory.find(LU)

    def send(self) -> HttpPayload:
        """Send as the asking side does: once more after the directory was asked."""
        peer = self.peer
        try:
            return self.line.send(peer, Service.XCPD, MESSAGE)
        except PeerUnavailable as error:
            fresh = self.line.refreshed(peer)
            if error.refusal is not Refusal.PEER_UNREACHABLE and fresh == peer:
                raise
        return self.line.send(fresh, Service.XCPD, MESSAGE)

    def publish(
        self, service: SmpService, address: str, leaf, country=LU, **changes
    ) -> None:
        form = FORMS[service]
        endpoint = Endpoint(
            form.transport,
            address,
            None if form.carries is Carries.NONE else leaf,
            activation=NOW - DAY,
            expiration=NOW + 60 * DAY,
            **changes,
        )
        entry = entry_of(service, country)
        information = ServiceInformation(entry, process_of(service, country), endpoint)
        sealed = sealed_metadata(information, SEALS[country])
        self.smp.register.put(entry, sealed, NOW)

    def publish_all(self, port: int, leaf: x509.Certificate, country=LU) -> None:
        for service in (SmpService.IDENTIFICATION, SmpService.QUERY):
            self.publish(service, f"https://127.0.0.1:{port}/x", leaf, country)
        # The directory was asked a moment ago, and may be asked again by now.
        self.later(dt.timedelta(minutes=1))


def service_of(neighbour_of, leaf=None, answers: int = 5) -> Neighbour:
    return neighbour_of(answering(*[answer(b"<ok/>")] * answers), leaf)
