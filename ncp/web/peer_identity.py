"""Who is at the other end: from TLS itself, or from a proxy that ended it.

Nothing is decided here; the leaf goes to ``trust`` as it came.

Spec: RFC 9440 2.2 (``Client-Cert``), 4 (security) / fact sheet libraries C1, rule 3.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any, Protocol

from starlette.types import Scope

from ncp.exchange import PeerIdentity, PeerSource

CLIENT_CERT = b"client-cert"


class PeerIdentityRefused(Exception):  # noqa: N818 - an answer, not a defect
    """The request is not answered, since who sent it cannot be told."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class PeerIdentifier(Protocol):
    """Finds the peer of a request."""

    def identify(self, scope: Scope) -> PeerIdentity:
        """Return the peer; raises :class:`PeerIdentityRefused`."""
        ...


class TlsPeerIdentifier:
    """The certificate of the connection itself; a ``Client-Cert`` header is noise."""

    def identify(self, scope: Scope) -> PeerIdentity:
        """Return the peer as our own TLS proved it."""
        tls: dict[str, Any] = scope.get("extensions", {}).get("tls", {})
        return PeerIdentity(tls.get("client_cert_der"), _address(scope), PeerSource.TLS)


class ProxyPeerIdentifier:
    """The ``Client-Cert`` header of a configured proxy, and of nobody else.

    The proxy has to delete the header from what it receives.
    """

    def __init__(self, addresses: tuple[str, ...]) -> None:
        self._addresses = frozenset(addresses)

    def identify(self, scope: Scope) -> PeerIdentity:
        """Return the peer as the proxy vouches for it."""
        address = _address(scope)
        if address not in self._addresses:
            raise PeerIdentityRefused(
                403, "This door is open to the configured proxy only."
            )
        values = [value for name, value in scope["headers"] if name == CLIENT_CERT]
        if len(values) > 1:
            raise PeerIdentityRefused(400, "The Client-Cert header is repeated.")
        certificate = read_client_cert(values[0]) if values else None
        return PeerIdentity(certificate, address, PeerSource.PROXY)


def read_client_cert(value: bytes) -> bytes:
    """Read the structured-field byte sequence ``:base64:`` (RFC 9440 2.1)."""
    text = value.strip()
    if len(text) > 2 and text.startswith(b":") and text.endswith(b":"):
        try:
            return base64.b64decode(text[1:-1], validate=True)
        except binascii.Error:
            pass
    raise PeerIdentityRefused(
        400, "The Client-Cert header is not a byte sequence of the form :base64:."
    )


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else "unknown"
