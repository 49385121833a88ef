"""Ask whether a neighbour can be reached, without sending it a message.

A peer is reached when the TLS handshake ends well in both directions. With TLS 1.3 a
refusal of our certificate comes after the handshake, so the line is listened to for a
moment.

Spec: 08 8.3 (late refusal) / ARCHITECTURE "``ncp check``: unreachable neighbours".
"""

from __future__ import annotations

import socket
import ssl
from typing import Final
from urllib.parse import urlsplit

from ncp.errors import ConfigurationError
from ncp.peers.directory import Peer, Service
from ncp.peers.tls_context import client_context
from ncp.ports import Clock
from ncp.settings.trust_model import KeyPairSettings
from trust.certificates import CertificateTrust, Purpose, decide_certificate

TIMEOUT_S: Final = 5.0
_LISTEN_S: Final = 0.3


def unreachable(
    peer: Peer,
    service: Service,
    key: KeyPairSettings,
    trust: CertificateTrust,
    clock: Clock,
) -> str | None:
    """Return why the peer's service cannot be reached, or None where it can."""
    try:
        context = client_context(key, peer.server_anchors)
        leaf = _shake_hands(peer.address(service), context)
    except ConfigurationError as error:
        return error.public_message
    except ssl.SSLError as error:
        return f"TLS failed: {error.reason or 'the handshake was broken off'}"
    except OSError as error:
        return f"no connection: {error.strerror or 'it did not answer in time'}"
    belief = decide_certificate(
        leaf, Purpose.TLS_SERVER, trust, clock.now(), subject="TLS server of the peer"
    )
    return None if belief.decision.is_accepted else belief.decision.sentence


def _shake_hands(address: str, context: ssl.SSLContext) -> bytes | None:
    parts = urlsplit(address)
    host = parts.hostname or ""
    with (
        socket.create_connection((host, parts.port or 443), TIMEOUT_S) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        leaf = secured.getpeercert(binary_form=True)
        _listen_for_refusal(secured)
        return leaf


def _listen_for_refusal(secured: ssl.SSLSocket) -> None:
    secured.settimeout(_LISTEN_S)
    try:
        received = secured.recv(1)
    except TimeoutError:
        return  # silence is consent
    if not received:
        raise ConnectionResetError(0, "it closed the connection after the handshake")
