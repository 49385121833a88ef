"""Build the three doors from the settings; the composition root calls these."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from ncp.peers.directory import PeerDirectory, load_certificates, to_pem
from ncp.peers.tls_context import server_context
from ncp.ports import Clock
from ncp.settings.model import InternationalDoorSettings, Settings
from ncp.telemetry import Metrics
from ncp.treatment import InitiatingGateway
from ncp.web import international, national, operations
from ncp.web.doors import Door
from ncp.web.handshake import OnRefused
from ncp.web.peer_identity import (
    PeerIdentifier,
    ProxyPeerIdentifier,
    TlsPeerIdentifier,
)
from ncp.web.soap_service import SoapService
from ncp.web.tls import TlsTerms
from ncp.web.tokens import load_operators, load_professionals


def international_door(
    settings: Settings,
    service: SoapService,
    on_refused: OnRefused,
    directory: PeerDirectory,
    clock: Clock,
    metrics: Metrics,
) -> Door:
    """Build the door to the other countries, with its own worker threads."""
    door = settings.doors.international
    app = international.InternationalApp(
        service,
        _peer_identifier(door),
        ThreadPoolExecutor(door.threads, thread_name_prefix=international.DOOR),
        clock,
        metrics,
        max_body_bytes=door.max_body_bytes,
        body_timeout_s=door.body_timeout_s,
        path_prefix=door.path_prefix,
    )
    return Door(
        international.DOOR,
        app,
        door.host,
        door.port,
        tls=_terms(settings, directory, on_refused),
        max_connections=door.max_connections,
        header_timeout_s=door.header_timeout_s,
        keep_alive_timeout_s=door.keep_alive_timeout_s,
    )


def national_door(settings: Settings, gateway: InitiatingGateway) -> Door:
    """Build the door for the country's own software."""
    door = settings.doors.national
    app = national.national_app(
        gateway,
        load_professionals(settings.professionals),
        max_body_bytes=door.max_body_bytes,
        body_timeout_s=door.body_timeout_s,
    )
    return Door(national.DOOR, app, door.host, door.port)


def operations_door(
    settings: Settings, metrics: Metrics, readiness: operations.Readiness
) -> Door:
    """Build the door for operators."""
    door = settings.doors.operations
    app = operations.operations_app(
        load_operators(settings.operators),
        metrics,
        readiness,
        max_body_bytes=door.max_body_bytes,
        body_timeout_s=door.body_timeout_s,
    )
    return Door(operations.DOOR, app, door.host, door.port)


def _peer_identifier(door: InternationalDoorSettings) -> PeerIdentifier:
    if door.proxy is None:
        return TlsPeerIdentifier()
    return ProxyPeerIdentifier(door.proxy.addresses)


def _terms(
    settings: Settings, directory: PeerDirectory, on_refused: OnRefused
) -> TlsTerms | None:
    """Return how this process ends TLS, or None where a proxy does."""
    door = settings.doors.international
    if door.proxy is not None:
        return None
    authorities = [
        certificate
        for path in door.tls_authorities
        for certificate in load_certificates(
            path, "doors.international.tls_authorities"
        )
    ]
    anchors = directory.client_anchors() + to_pem(authorities)
    context = server_context(settings.keys.tls_server, anchors)
    return TlsTerms(context, on_refused, door.handshake_timeout_s)
