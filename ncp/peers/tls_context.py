"""The TLS contexts of the international door and of the client to the peers.

It accepts a certificate that is pinned (the leaf itself is the anchor: partial chain)
or issued by a named authority. That is admission to the door only: ``trust`` decides
afterwards whether the leaf is pinned and whose it is.

Spec: ARCHITECTURE "TLS" / spec README "Python's ssl refuses an extension-less CA".
"""

from __future__ import annotations

import ssl

from ncp.errors import ConfigurationError
from ncp.settings.model import KeyPairSettings
from ncp.settings.secrets import read_password

# TLS 1.2 with forward secrecy and authenticated encryption only; TLS 1.3 has its own.
CIPHERS_TLS_12 = "ECDHE+AESGCM:ECDHE+CHACHA20"


def server_context(
    pair: KeyPairSettings, client_anchors: str, key: str = "keys.tls_server"
) -> ssl.SSLContext:
    """Build the context that demands a client certificate.

    Parameters
    ----------
    client_anchors
        PEM of the pinned client leaves and of the accepted authorities.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    _harden(context)
    context.set_alpn_protocols(["http/1.1"])
    context.options |= ssl.OP_NO_RENEGOTIATION
    _load_key(context, pair, key)
    load_anchors(context, client_anchors)
    return context


def client_context(
    pair: KeyPairSettings, server_anchors: str, key: str = "keys.tls_client"
) -> ssl.SSLContext:
    """Build the context that shows our client certificate and checks host names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _harden(context)
    _load_key(context, pair, key)
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


def _load_key(context: ssl.SSLContext, pair: KeyPairSettings, key: str) -> None:
    password = read_password(pair, key)
    try:
        # Without a password OpenSSL would ask on the terminal; an empty one fails.
        context.load_cert_chain(pair.certificate, pair.key, password or b"")
    except (OSError, ssl.SSLError):
        raise ConfigurationError(
            f"The certificate and key of `{key}` cannot be used for TLS.",
            "Check that both are PEM, belong together, and that the password is right: "
            "`ncp check` says more.",
        ) from None
