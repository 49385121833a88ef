"""Puts a gateway together from its settings: the one place that knows every part.

Keys, secrets and certificates are read here, once; the parts get values and ports.
"""

from __future__ import annotations

import getpass
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Self

from ncp.audit import Activity, ApplicationActivity, AuditOutcome
from ncp.country_a.document_ids import DocumentIds
from ncp.country_a.find import FindDocuments
from ncp.country_a.identify import IdentifyPatient
from ncp.country_a.responding_gateway import RespondingGateway
from ncp.country_a.retrieve import RetrieveDocuments
from ncp.country_a.services import RespondingServices
from ncp.country_b.initiating_gateway import TreatmentGateway
from ncp.country_b.services import InitiatingServices
from ncp.errors import ConfigurationError
from ncp.evidence import ExchangeFolder
from ncp.identity import GatewayIdentity
from ncp.jobs import PeriodicJob
from ncp.national.build import National, NationalConfiguration, build_national
from ncp.national.fhir_client import ClientLimits
from ncp.national.fhir_consent import ConsentDefault
from ncp.national.luxembourg.matricule import MatriculeRule
from ncp.peers.client import PeerClient
from ncp.peers.directory import load_directory
from ncp.peers.tls_context import server_context
from ncp.ports import Clock, FreshIds, RandomIds, SystemClock
from ncp.settings.assertions import assertion_policy
from ncp.settings.key_pairs import load_certificates, load_key_pair, load_seal
from ncp.settings.model import NationalSettings, Role, Settings
from ncp.settings.secrets import read_secret, read_text_secret
from ncp.settings.trust_model import KeyPairSettings
from ncp.store import DataKey, Store
from ncp.telemetry import Metrics
from ncp.web.doors import Door
from ncp.web.handshake_record import HandshakeRecord
from ncp.web.international import InternationalApp
from ncp.web.national import national_app
from ncp.web.operations import Check, operations_app
from ncp.web.peer_identity import ProxyPeerIdentifier, TlsPeerIdentifier
from ncp.web.tls import TlsTerms
from ncp.web.tokens import load_operators, load_professionals
from trust.certificates import subject_name

APPLICATION = "ncp-gateway"
PURGE_PERIOD = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway ready to open its doors; close it when they are shut.

    Entering it records the start, leaving it the stop (DICOM application activity).
    """

    settings: Settings
    doors: tuple[Door, ...]
    metrics: Metrics
    store: Store
    _clock: Clock
    _resources: ExitStack

    def __enter__(self) -> Self:
        self._record(Activity.START, AuditOutcome.SUCCESS)
        purge = PeriodicJob("purge", PURGE_PERIOD, self._purge)
        purge.start()
        self._resources.callback(purge.stop)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._resources:
            self._record(
                Activity.STOP,
                AuditOutcome.SERIOUS_FAILURE if kind else AuditOutcome.SUCCESS,
            )

    def _purge(self) -> None:
        """Delete the personal data whose time is over."""
        self.store.purge(self._clock.now())

    def _record(self, activity: Activity, outcome: AuditOutcome) -> None:
        event = ApplicationActivity(
            moment=self._clock.now(),
            audit_source=self.settings.gateway.audit_source,
            activity=activity,
            application=APPLICATION,
            process=str(os.getpid()),
            launcher=getpass.getuser(),
            outcome=outcome,
        )
        with self.store.unit_of_work() as work:
            work.audit(event)
            work.commit()


def assemble(
    settings: Settings, clock: Clock | None = None, ids: FreshIds | None = None
) -> Gateway:
    """Build everything the settings describe, without opening a door.

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
            parts.clock,
            resources.pop_all(),
        )


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
        self.identity = _identity(settings)
        self.directory = load_directory(settings.peers)
        self.store = resources.enter_context(_opened_store(settings, clock))
        folder = settings.exchange.folder
        self.exchange_folder = ExchangeFolder(folder) if folder else None

    def international(self) -> tuple[Door, ...]:
        """Build the door to the other countries, where country A is played."""
        if Role.A not in self.settings.gateway.roles:
            return ()
        door = self.settings.doors.international
        proxy = door.proxy
        executor = self.resources.enter_context(
            ThreadPoolExecutor(door.threads, thread_name_prefix="country-a")
        )
        app = InternationalApp(
            self._responding_gateway(),
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
        if Role.B not in self.settings.gateway.roles:
            return ()
        door = self.settings.doors.national
        app = national_app(
            self._treatment_gateway(),
            load_professionals(self.settings.professionals),
            max_body_bytes=door.max_body_bytes,
            body_timeout_s=door.body_timeout_s,
        )
        return (Door("national", app, door.host, door.port),)

    def operations(self) -> Door:
        """Build the door for operators."""
        door = self.settings.doors.operations
        app = operations_app(
            load_operators(self.settings.operators),
            self.metrics,
            self._readiness,
            max_body_bytes=door.max_body_bytes,
            body_timeout_s=door.body_timeout_s,
        )
        return Door("operations", app, door.host, door.port)

    def _readiness(self) -> tuple[Check, ...]:
        health = self.store.health()
        return (Check("store", health.is_healthy, health.sentence),)

    def _tls(self) -> TlsTerms:
        door = self.settings.doors.international
        authorities = "".join(
            path.read_text(encoding="ascii")
            for path in door.tls_authorities
            if load_certificates(path, "doors.international.tls_authorities")
        )
        return TlsTerms(
            server_context(
                self.settings.keys.tls_server,
                self.directory.client_anchors() + authorities,
            ),
            HandshakeRecord(self.store, self.identity, self.clock),
            door.handshake_timeout_s,
        )

    def _responding_gateway(self) -> RespondingGateway:
        national = self._national()
        services = RespondingServices(
            identity=self.identity,
            pins=self.directory.pins(),
            assertion_policy=assertion_policy(self.settings.assertions),
            patients=national.patients,
            documents=national.documents,
            consents=national.consents,
            store=self.store,
            clock=self.clock,
            fresh_ids=self.ids,
            document_ids=DocumentIds(
                read_secret(
                    self.settings.keys.document_id_secret_file,
                    "keys.document_id_secret_file",
                )
            ),
            exchange_folder=self.exchange_folder,
            send_incomplete_documents=self.settings.demo.allow_missing_mandatory,
        )
        return RespondingGateway(
            services,
            (
                IdentifyPatient(services),
                FindDocuments(services),
                RetrieveDocuments(services),
            ),
        )

    def _national(self) -> National:
        settings = self.settings.national
        if settings is None:
            raise ConfigurationError(
                "role A needs the national infrastructure.",
                "Add a [national] section to the settings.",
            )
        return build_national(_national_configuration(settings), self.clock)

    def _treatment_gateway(self) -> TreatmentGateway:
        settings = self.settings
        line = PeerClient(
            self.directory, settings.keys.tls_client, self.clock, self.metrics
        )
        self.resources.callback(line.close)
        return TreatmentGateway(
            InitiatingServices(
                identity=self.identity,
                directory=self.directory,
                line=line,
                seal=load_seal(settings.keys.seal),
                store=self.store,
                clock=self.clock,
                fresh_ids=self.ids,
                hcp_lifetime=timedelta(seconds=settings.assertions.hcp_lifetime_s),
                trc_lifetime=timedelta(seconds=settings.assertions.trc_lifetime_s),
                exchange_folder=self.exchange_folder,
            )
        )


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


def _identity(settings: Settings) -> GatewayIdentity:
    gateway, keys = settings.gateway, settings.keys
    return GatewayIdentity(
        country=gateway.country,
        country_name=gateway.country_name,
        organization=gateway.organization,
        home_community_id=gateway.home_community_id,
        repository_unique_id=gateway.repository_unique_id,
        language=gateway.languages[0],
        audit_source=gateway.audit_source,
        node_address=socket.gethostname(),
        tls_server_dn=_subject(keys.tls_server, "keys.tls_server"),
        tls_client_dn=_subject(keys.tls_client, "keys.tls_client"),
    )


def _subject(pair: KeyPairSettings, key: str) -> str:
    return subject_name(load_key_pair(pair, key).certificate)


def _national_configuration(settings: NationalSettings) -> NationalConfiguration:
    identifier = settings.patient_identifier
    token = settings.token_file
    return NationalConfiguration(
        base_url=settings.base_url,
        patient_root=identifier.root,
        matricule=_matricule_rule(identifier.check, identifier.on_failure),
        consent_default=ConsentDefault(settings.consent.default),
        summary_fallback=settings.summary_fallback,
        token=None if token is None else read_text_secret(token, "national.token_file"),
        tls_authorities=settings.tls_authorities,
        limits=ClientLimits(
            max_bytes=settings.max_response_bytes,
            connect_timeout_s=settings.connect_timeout_s,
            read_timeout_s=settings.read_timeout_s,
        ),
    )


def _matricule_rule(check: str, on_failure: str) -> MatriculeRule:
    return MatriculeRule.OFF if check == "none" else MatriculeRule(on_failure)
