"""The doors of a gateway, each with what stands behind it."""

from __future__ import annotations

import math
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from typing import TypeAlias

from ncp.assembly.access_desk import StoreAccessDesk
from ncp.assembly.audit_desk import StoreAuditDesk
from ncp.assembly.renewal import Renewal
from ncp.assembly.shared import Shared
from ncp.country_b.token_endpoint import TokenEndpoint, TokenMessage
from ncp.errors import InternalError, Refusal
from ncp.exchange import OutboundHttp
from ncp.gateway import APPLICATION
from ncp.peers.desk import CurrentPeerDesk
from ncp.rotation import CurrentSoapService, CurrentTreatmentGateway
from ncp.settings.model import Role, Settings
from ncp.store import record_alone
from ncp.web.doors import Door
from ncp.web.handshake import HandshakeFailure
from ncp.web.handshake_record import HandshakeRecord
from ncp.web.international import InternationalApp
from ncp.web.national import national_app
from ncp.web.operations import Check, Desks, operations_app
from ncp.web.peer_identity import ProxyPeerIdentifier, TlsPeerIdentifier
from ncp.web.places import Place
from ncp.web.tls import TlsTerms
from ncp.web.tokens import load_operators, load_professionals
from ncp.web.unauthorised import StrangerRecord
from ncp.workers.channel import Fleet

FleetNow: TypeAlias = Callable[[], Fleet]


class Doors:
    """Builds the doors that the roles call for."""

    def __init__(
        self,
        shared: Shared,
        renewal: Renewal,
        resources: ExitStack,
        fleet: FleetNow | None = None,
    ) -> None:
        self._fleet = fleet
        self._shared = shared
        self._renewal = renewal
        self._resources = resources
        self._settings = shared.settings

    def all(self) -> tuple[Door, ...]:
        """Build them; country A has the international one, country B the national."""
        return tuple(self._doors())

    def _doors(self) -> Iterator[Door]:
        if self._shared.plays(Role.A):
            yield self._international()
        if self._shared.plays(Role.B):
            yield self._national()
        yield self._operations()

    def _international(self) -> Door:
        door = self._settings.doors.international
        proxy = door.proxy
        executor = self._resources.enter_context(
            ThreadPoolExecutor(door.threads, thread_name_prefix="country-a")
        )
        app = InternationalApp(
            CurrentSoapService(self._renewal.country_a),
            ProxyPeerIdentifier(proxy.addresses) if proxy else TlsPeerIdentifier(),
            executor,
            self._shared.clock,
            self._shared.metrics,
            max_body_bytes=door.max_body_bytes,
            body_timeout_s=door.body_timeout_s,
            path_prefix=door.path_prefix,
        )
        return Door(
            "international",
            app,
            door.host,
            door.port,
            tls=None if proxy else self._tls(),
            # Connections are spread evenly over the processes.
            max_connections=math.ceil(
                door.max_connections / self._settings.doors.workers
            ),
            header_timeout_s=door.header_timeout_s,
            keep_alive_timeout_s=door.keep_alive_timeout_s,
        )

    def _national(self) -> Door:
        door = self._settings.doors.national
        app = national_app(
            CurrentTreatmentGateway(self._renewal.country_b),
            load_professionals(self._settings.professionals),
            max_body_bytes=door.max_body_bytes,
            body_timeout_s=door.body_timeout_s,
            tokens=self._token_answers if self._settings.sts.soap else None,
            pharmacy=self._renewal.pharmacy if self._shared.pharmacy else None,
            strangers=self._strangers("national"),
        )
        return Door("national", app, door.host, door.port)

    def _operations(self) -> Door:
        door, shared = self._settings.doors.operations, self._shared
        app = operations_app(
            load_operators(self._settings.operators),
            shared.metrics,
            self._readiness,
            self._desks(),
            strangers=self._strangers("operations"),
            max_body_bytes=door.max_body_bytes,
            body_timeout_s=door.body_timeout_s,
        )
        return Door("operations", app, door.host, door.port)

    def _desks(self) -> Desks:
        shared, renewal = self._shared, self._renewal
        source = self._settings.gateway.audit_source
        peers = CurrentPeerDesk(
            lambda: renewal.material.directory,
            shared.discovery,
            shared.switches,
            shared.health,
            renewal.look_again,
            shared.clock,
            partial(record_alone, shared.store),
            source,
        )
        return Desks(
            peers,
            StoreAuditDesk(shared.store, shared.clock, source),
            StoreAccessDesk(shared.store, shared.clock, self._settings),
        )

    def _strangers(self, door: str) -> StrangerRecord:
        """Return what records who is not let in at a door with tokens."""
        return StrangerRecord(
            self._shared.store,
            self._shared.clock,
            self._settings.gateway.audit_source,
            f"{APPLICATION} {door}",
        )

    def _readiness(self) -> tuple[Check, ...]:
        health = self._shared.store.health()
        store = Check("store", health.is_healthy, health.sentence)
        return (
            (store,) if self._fleet is None else (store, self._workers(self._fleet()))
        )

    def _workers(self, fleet: Fleet) -> Check:
        where = ", each on a core of its own" if self._settings.doors.own_cores else ""
        sentence = f"{fleet.ready} of {fleet.wanted} workers are ready{where}"
        return Check("workers", fleet.is_whole, sentence)

    def _tls(self) -> TlsTerms:
        return TlsTerms(
            self._server_context,
            self._record_refusal,
            self._settings.doors.international.handshake_timeout_s,
        )

    def _server_context(self) -> ssl.SSLContext:
        context = self._renewal.material.server_context
        if context is None:
            raise InternalError(
                Refusal.INTERNAL, "a door ends TLS and there is no context for it"
            )
        return context

    def _record_refusal(self, address: str, failure: HandshakeFailure) -> None:
        identity = self._renewal.sides.get().identity
        record = HandshakeRecord(self._shared.store, identity, self._shared.clock)
        record(address, failure)

    def _token_answers(self, message: TokenMessage) -> OutboundHttp:
        """Answer one request for a token with the keys of now."""
        return TokenEndpoint(self._renewal.country_b().tokens).answer(message)


def places(settings: Settings) -> tuple[Place, ...]:
    """Say where the doors of these settings are, in the order of :meth:`Doors.all`."""
    doors, roles = settings.doors, settings.gateway.roles
    international = doors.international
    told = []
    if Role.A in roles:
        is_tls = international.proxy is None
        told.append(
            Place(
                "international", international.host, international.port, is_tls=is_tls
            )
        )
    if Role.B in roles:
        told.append(
            Place("national", doors.national.host, doors.national.port, is_tls=False)
        )
    operations = doors.operations
    told.append(Place("operations", operations.host, operations.port, is_tls=False))
    return tuple(told)
