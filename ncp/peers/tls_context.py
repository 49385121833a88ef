"""The TLS contexts of the international door and of the client to the peers.

It accepts a certificate that is pinned (the leaf itself is the anchor: partial chain)
or issued by a named authority. That is admission to the door only: ``trust`` decides
afterwards whether the leaf is pinned and whose it is.

Spec: ARCHITECTURE "TLS" / spec README "Python's ssl refuses an extension-less CA".
"""

from __future__ import annotations

import ssl
from contextvars import ContextVar

from ncp.settings.key_pairs import load_into
from ncp.settings.trust_model import KeyPairSettings

# TLS 1.2 with forward secrecy and authenticated encryption only; TLS 1.3 has its own.
CIPHERS_TLS_12 = "ECDHE+AESGCM:ECDHE+CHACHA20"


# Set before a handshake: takes the alert with which that handshake fails.
last_words: ContextVar[list[bytes] | None] = ContextVar("last_words", default=None)


class _TellingConnection(ssl.SSLObject):
    """A connection that keeps what OpenSSL has to say when a handshake fails.

    asyncio and uvloop throw it away, and the other side would never learn why.
    """

    outgoing: ssl.MemoryBIO
    kept: list[bytes] | None

    def do_handshake(self) -> None:
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError:
            if self.kept is not None:
                self.kept.append(self.outgoing.read())
            raise


class ServerContext(ssl.SSLContext):
    """A server context whose failed handshakes leave their alert in ``last_words``."""

    sslobject_class = _TellingConnection

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        """Begin a connection, and remember where it writes to."""
        connection = super().wrap_bio(
            incoming, outgoing, server_side, server_hostname, session
        )
        if isinstance(connection, _TellingConnection):
            connection.outgoing = outgoing
            connection.kept = last_words.get()
        return connection


def server_context(
    pair: KeyPairSettings, client_anchors: str, key: str = "keys.tls_server"
) -> ssl.SSLContext:
    """Build the context that demands a client certificate.

    Parameters
    ----------
    client_anchors
        PEM of the pinned client leaves and of the accepted authorities.
    """
    context = ServerContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    _harden(context)
    context.set_alpn_protocols(["http/1.1"])
    context.options |= ssl.OP_NO_RENEGOTIATION
    load_into(context, pair, key)
    load_anchors(context, client_anchors)
    return context


def client_context(
    pair: KeyPairSettings, server_anchors: str, key: str = "keys.tls_client"
) -> ssl.SSLContext:
    """Build the context that shows our client certificate and checks host names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _harden(context)
    load_into(context, pair, key)
    load_anchors(context, server_anchors)
    return context


def _harden(context: ssl.SSLContext) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS_TLS_12)
    context.options |= ssl.OP_NO_COMPRESSION
    # A pinned leaf ends the chain, whoever issued it.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN


def load_anchors(context: ssl.SSLContext, pem: str) -> None:
    """Accept the certificates in ``pem`` as ends of a chain; none means nobody."""
    if pem:
        context.load_verify_locations(cadata=pem)
