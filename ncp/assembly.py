"""Puts a gateway together from its settings: the one place that knows every part.

Keys, secrets and certificates are read here, once; the parts get values and ports.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from ncp.country_a.document_ids import DocumentIds
from ncp.country_a.find import FindDocuments
from ncp.country_a.identify import IdentifyPatient
from ncp.country_a.provide import ProvideDocuments
from ncp.country_a.responding_gateway import RespondingGateway
from ncp.country_a.retrieve import RetrieveDocuments
from ncp.country_a.services import RespondingServices
from ncp.country_b.initiating_gateway import TreatmentGateway
from ncp.country_b.services import InitiatingServices
from ncp.country_b.token_endpoint import TokenEndpoint, TokenMessage
from ncp.country_b.tokens import TokenDesk
from ncp.errors import ConfigurationError, InternalError, Refusal
from ncp.evidence import ExchangeFolder
from ncp.exchange import OutboundHttp
from ncp.gateway import Gateway
from ncp.identity import GatewayIdentity
from ncp.jobs import PeriodicJob
from ncp.national.build import National, build_national
from ncp.national.configuration import national_configuration
from ncp.peers.client import PeerClient
from ncp.peers.desk import CurrentPeerDesk
from ncp.peers.directory_terms import DirectoryTerms
from ncp.peers.discovery import Discovery
from ncp.peers.discovery_report import DiscoveryReport
from ncp.peers.gate import CurrentPeerGate
from ncp.peers.health import PeerHealth
from ncp.peers.line import CurrentPeerLine
from ncp.peers.switches import Switches
from ncp.ports import Clock, FreshIds, RandomIds, SystemClock
from ncp.rotation import (
    Current,
    CurrentSoapService,
    CurrentTreatmentGateway,
    MaterialLoader,
    Rotation,
    TrustMaterial,
    soonest_ends,
    take_over,
    watched_files,
)
from ncp.settings import load_settings
from ncp.settings.assertions import assertion_policy
from ncp.settings.model import Role, Settings
from ncp.settings.secrets import read_secret
from ncp.settings.sts import issue_limit, token_service
from ncp.store import DataKey, Store
from ncp.telemetry import Metrics, get_logger
from ncp.web.doors import Door
from ncp.web.handshake import HandshakeFailure
from ncp.web.handshake_record import HandshakeRecord
from ncp.web.international import InternationalApp
from ncp.web.national import national_app
from ncp.web.operations import Check, operations_app
from ncp.web.peer_identity import ProxyPeerIdentifier, TlsPeerIdentifier
from ncp.web.tls import TlsTerms
from ncp.web.tokens import load_operators, load_professionals
from trust.certificates import RevocationAlarm, subject_name
from trust.identifiers import CountryCode

RENEWAL_PERIOD = timedelta(minutes=1)

_Part = TypeVar("_Part")


def assemble(
    settings: Settings,
    clock: Clock | None = None,
    ids: FreshIds | None = None,
    *,
    settings_file: Path | None = None,
) -> Gateway:
    """Build everything the settings describe, without opening a door.

    Parameters
    ----------
    settings_file
        Read again when keys, pins or anchors change; left out, ``settings`` stay, and
        only the files that they name may change.

    Raises
    ------
    ConfigurationError
        A file, key or certificate is missing or unfit; the text names the setting.
    """
    with ExitStack() as resources:
        parts = _Parts(settings, clock or SystemClock(), ids or RandomIds(), resources)
        doors = (*parts.international(), *parts.national(), parts.operations())
        return Gateway(
            settings,
            doors,
            parts.metrics,
            parts.store,
            parts.rotation(settings_file),
            parts.clock,
            resources.pop_all(),
            tuple(parts.jobs()),
        )


@dataclass(frozen=True, slots=True)
class _Sides:
    """Both sides of the border, put together for one set of keys, pins and anchors."""

    material: TrustMaterial
    identity: GatewayIdentity
    responding: RespondingGateway | None
    treatment: TreatmentGateway | None
    line: PeerClient | None


class _Parts:
    """What the doors share while they are built."""

    def __init__(
        self, settings: Settings, clock: Clock, ids: FreshIds, resources: ExitStack
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.ids = ids
        self.resources = resources
        self.metrics = Metrics()
        self.adopting = threading.Lock()
        self.switches = _switches(settings)
        self.health = PeerHealth()
        self.discovery = self._discovery()
        self.loader = MaterialLoader(clock, self._alarm, self.discovery)
        material = self.loader.load(settings)
        self.store = resources.enter_context(_opened_store(settings, clock))
        folder = settings.exchange.folder
        self.exchange_folder = ExchangeFolder(folder) if folder else None
        self.national_ports = self._national() if self._plays(Role.A) else None
        self.document_ids = DocumentIds(
            read_secret(
                settings.keys.document_id_secret_file, "keys.document_id_secret_file"
            )
        )
        self.retired: list[PeerClient] = []
        self.sides = Current(self._sides(material))
        resources.callback(self._hang_up_lines)

    def international(self) -> tuple[Door, ...]:
        """Build the door to the other countries, where country A is played."""
        if not self._plays(Role.A):
            return ()
        door = self.settings.doors.international
        proxy = door.proxy
        executor = self.resources.enter_context(
            ThreadPoolExecutor(door.threads, thread_name_prefix="country-a")
        )
        app = InternationalApp(
            CurrentSoapService(self._country_a),
            ProxyPeerIdentifier(proxy.addresses) if proxy else TlsPeerIdentifier(),
            executor,
            self.clock,
            self.metrics,
            max_body_bytes=door.max_body_bytes,
            body_timeout_s=door.body_timeout_s,
            path_prefix=door.path_prefix,
        )
        return (
            Door(
                "international",
                app,
                door.host,
                door.port,
                tls=None if proxy else self._tls(),
                max_connections=door.max_connections,
                header_timeout_s=door.header_timeout_s,
                keep_alive_timeout_s=door.keep_alive_timeout_s,
            ),
        )

    def national(self) -> tuple[Door, ...]:
        """Build the door for the country's own software, where country B is played."""
        if not self._plays(Role.B):
            return ()
        door = self.settings.doors.national
        app = national_app(
            CurrentTreatmentGateway(self._country_b),
            load_professionals(self.settings.professionals),
            max_body_bytes=door.max_body_bytes,
            body_timeout_s=door.body_timeout_s,
            tokens=self._token_answers if self.settings.sts.soap else None,
        )
        return (Door("national", app, door.host, door.port),)

    def operations(self) -> Door:
        """Build the door for operators."""
        door = self.settings.doors.operations
        app = operations_app(
            load_operators(self.settings.operators),
            self.metrics,
            self._readiness,
            CurrentPeerDesk(
                lambda: self.sides.get().material.directory,
                self.discovery,
                self.switches,
                self.health,
                self.look_again,
                self.clock,
            ),
            max_body_bytes=door.max_body_bytes,
            body_timeout_s=door.body_timeout_s,
        )
        return Door("operations", app, door.host, door.port)

    def _readiness(self) -> tuple[Check, ...]:
        health = self.store.health()
        return (Check("store", health.is_healthy, health.sentence),)

    def jobs(self) -> Iterator[PeriodicJob]:
        """Build what is done again and again beside the purge."""
        yield PeriodicJob("trust", RENEWAL_PERIOD, self.renew)
        if self.discovery is not None:
            period = timedelta(seconds=self.settings.directory.refresh_s)
            yield PeriodicJob("directory", period, self.look)

    # What changes with keys, pins and anchors -------------------------------------

    def rotation(self, settings_file: Path | None) -> Rotation:
        """Build what notices new keys, pins and anchors."""

        def files() -> Iterator[Path]:
            yield from () if settings_file is None else (settings_file,)
            yield from watched_files(self.sides.get().material.settings)

        def adopt() -> int:
            before = self.sides.get().material.settings
            return self._adopt(
                before if settings_file is None else load_settings(settings_file)
            )

        watch_s = self.settings.rotation.watch_s
        return Rotation(files, adopt, self.metrics, watch_s=watch_s)

    def renew(self) -> None:
        """Renew what is known about revocation, and tell how long certificates last."""
        material = self.sides.get().material
        now = self.clock.now()
        material.trust.renew(now)
        if self.discovery is not None:
            self.discovery.renew(now)
        gauge = self.metrics.certificate_days_left
        gauge.clear()
        for labels, days in soonest_ends(material.holdings, now).items():
            gauge.labels(*labels).set(days)

    def look(self) -> None:
        """Ask directories for what is no longer fresh, and adopt what is new."""
        if self.discovery is not None and self.discovery.refresh():
            self._adopt(self.sides.get().material.settings)

    def look_again(self, country: CountryCode) -> bool:
        """Ask the directory about a country at once; tell whether there was news."""
        if self.discovery is None or not self.discovery.refresh(country, force=True):
            return False
        self._adopt(self.sides.get().material.settings)
        return True

    def _discovery(self) -> Discovery | None:
        settings = self.settings.directory
        if not settings.is_used:
            return None
        terms = DirectoryTerms(settings)
        self.resources.callback(terms.close)
        return Discovery(settings, terms, self.clock, DiscoveryReport(self.metrics))

    def _adopt(self, settings: Settings) -> int:
        """Put both sides together anew; the old ones finish what they have begun."""
        with self.adopting:
            return self._adopt_alone(settings)

    def _adopt_alone(self, settings: Settings) -> int:
        before = self.sides.get().material
        taken, waiting = take_over(before.settings, settings)
        fresh = self._sides(self.loader.load(taken, before))
        old = self.sides.replace(fresh)
        self._hang_up_lines()
        if old.line is not None:
            self.retired.append(old.line)
        for name in waiting:
            get_logger().warning("rotation.needs-restart", key=name)
        return fresh.material.generation

    def _hang_up_lines(self) -> None:
        """Close lines of sets before the last: nobody can be using them any more."""
        while self.retired:
            self.retired.pop().close()

    def _alarm(self, alarm: RevocationAlarm) -> None:
        self.metrics.revocation_unknown.labels(alarm.country, alarm.purpose.value).inc()
        get_logger().error(
            "revocation.unknown",
            country=str(alarm.country),
            purpose=alarm.purpose.value,
            sentence=alarm.sentence,
        )

    def _tls(self) -> TlsTerms:
        return TlsTerms(
            self._server_context,
            self._record_refusal,
            self.settings.doors.international.handshake_timeout_s,
        )

    def _server_context(self) -> ssl.SSLContext:
        return _present(self.sides.get().material.server_context)

    def _record_refusal(self, address: str, failure: HandshakeFailure) -> None:
        record = HandshakeRecord(self.store, self.sides.get().identity, self.clock)
        record(address, failure)

    def _country_a(self) -> RespondingGateway:
        return _present(self.sides.get().responding)

    def _country_b(self) -> TreatmentGateway:
        return _present(self.sides.get().treatment)

    def _token_answers(self, message: TokenMessage) -> OutboundHttp:
        """Answer one request for a token with the keys of now."""
        return TokenEndpoint(self._country_b().tokens).answer(message)

    def _plays(self, role: Role) -> bool:
        return role in self.settings.gateway.roles

    def _sides(self, material: TrustMaterial) -> _Sides:
        identity = _identity(material)
        responding = treatment = line = None
        if self.national_ports is not None:
            responding = self._responding_gateway(
                material, identity, self.national_ports
            )
        if self._plays(Role.B):
            line = PeerClient(
                material.directory,
                material.settings.keys.tls_client,
                self.clock,
                self.metrics,
                material.trust,
            )
            treatment = self._treatment_gateway(material, identity)
        return _Sides(material, identity, responding, treatment, line)

    def _responding_gateway(
        self, material: TrustMaterial, identity: GatewayIdentity, national: National
    ) -> RespondingGateway:
        services = RespondingServices(
            identity=identity,
            pins=material.trust,
            assertion_policy=assertion_policy(self.settings.assertions),
            patients=national.patients,
            documents=national.documents,
            consents=national.consents,
            dispensations=national.dispensations,
            dialects=material.directory.dialects(),
            store=self.store,
            clock=self.clock,
            fresh_ids=self.ids,
            document_ids=self.document_ids,
            exchange_folder=self.exchange_folder,
            send_incomplete_documents=self.settings.demo.allow_missing_mandatory,
            home_communities=material.home_communities,
            gate=CurrentPeerGate(
                self.switches,
                self.look_again,
                lambda: self.sides.get().material.trust,
            ),
        )
        return RespondingGateway(
            services,
            (
                IdentifyPatient(services),
                FindDocuments(services),
                RetrieveDocuments(services),
                ProvideDocuments(services),
            ),
        )

    def _national(self) -> National:
        settings = self.settings.national
        if settings is None:
            raise ConfigurationError(
                "role A needs the national infrastructure.",
                "Add a [national] section to the settings.",
            )
        return build_national(national_configuration(settings), self.clock)

    def _line(self) -> CurrentPeerLine:
        return CurrentPeerLine(
            lambda: _present(self.sides.get().line),
            lambda: self.sides.get().material.directory,
            self.look_again,
            self.switches,
            self.health,
            self.clock,
            self.metrics,
        )

    def _treatment_gateway(
        self, material: TrustMaterial, identity: GatewayIdentity
    ) -> TreatmentGateway:
        assertions = self.settings.assertions
        return TreatmentGateway(
            InitiatingServices(
                identity=identity,
                directory=material.directory,
                line=self._line(),
                seal=material.seal,
                store=self.store,
                clock=self.clock,
                fresh_ids=self.ids,
                hcp_lifetime=timedelta(seconds=assertions.hcp_lifetime_s),
                tokens=self._token_desk(material, identity),
                exchange_folder=self.exchange_folder,
            )
        )

    def _token_desk(
        self, material: TrustMaterial, identity: GatewayIdentity
    ) -> TokenDesk:
        return TokenDesk(
            identity,
            token_service(self.settings, material.seal),
            self.store,
            self.clock,
            self.ids,
            issue_limit(self.settings.sts),
        )


def _present(part: _Part | None) -> _Part:
    """Return a part that the roles call for."""
    if part is None:
        raise InternalError(
            Refusal.INTERNAL, "a door is open whose side of the border is not played"
        )
    return part


def _switches(settings: Settings) -> Switches:
    stated = {peer.country: peer.off for peer in settings.peers if peer.off}
    return Switches(stated, settings.directory.folder)


def _opened_store(settings: Settings, clock: Clock) -> Store:
    store = Store.open(
        settings.store.url, DataKey.load(settings.keys.data_key_file), clock
    )
    try:
        store.migrate()
    except BaseException:
        store.close()
        raise
    return store


def _identity(material: TrustMaterial) -> GatewayIdentity:
    gateway = material.settings.gateway
    return GatewayIdentity(
        country=gateway.country,
        country_name=gateway.country_name,
        organization=gateway.organization,
        home_community_id=gateway.home_community_id,
        repository_unique_id=gateway.repository_unique_id,
        language=gateway.languages[0],
        audit_source=gateway.audit_source,
        node_address=socket.gethostname(),
        tls_server_dn=subject_name(material.tls_server),
        tls_client_dn=subject_name(material.tls_client),
    )
