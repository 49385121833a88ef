"""TLS ended in this process, with every refused handshake counted and told.

asyncio and uvloop swallow failed handshakes, so the door accepts plain TCP itself, does
the handshake with ``loop.start_tls``, and only then hands the connection to HTTP. A
refused handshake has no eHDSI code and never reaches the application.

Spec: fact sheet 01 1.7 / spec README "A refused TLS handshake" / 08 8.3.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias


class HandshakeFailure(StrEnum):
    """Why a TLS handshake ended without a connection."""

    NO_CLIENT_CERTIFICATE = "no-client-certificate"
    UNKNOWN_AUTHORITY = "unknown-authority"
    CERTIFICATE_EXPIRED = "certificate-expired"
    CERTIFICATE_REFUSED = "certificate-refused"
    REFUSED_BY_PEER = "refused-by-peer"
    NOT_TLS = "not-tls"
    NO_COMMON_PROTOCOL = "no-common-protocol"
    TIMED_OUT = "timed-out"
    CONNECTION_LOST = "connection-lost"
    TOO_MANY_HANDSHAKES = "too-many-handshakes"
    OTHER = "other"

    @property
    def sentence(self) -> str:
        """Say it to an operator."""
        return _SENTENCES[self]


_SENTENCES = {
    HandshakeFailure.NO_CLIENT_CERTIFICATE: "the client showed no certificate",
    HandshakeFailure.UNKNOWN_AUTHORITY: (
        "the client's certificate is neither pinned nor issued by an accepted authority"
    ),
    HandshakeFailure.CERTIFICATE_EXPIRED: "the client's certificate is out of its time",
    HandshakeFailure.CERTIFICATE_REFUSED: "the client's certificate was not accepted",
    HandshakeFailure.REFUSED_BY_PEER: "the client did not accept our certificate",
    HandshakeFailure.NOT_TLS: "the client does not speak TLS",
    HandshakeFailure.NO_COMMON_PROTOCOL: (
        "the client offers no TLS version or cipher that is allowed here"
    ),
    HandshakeFailure.TIMED_OUT: "the client did not finish the handshake in time",
    HandshakeFailure.CONNECTION_LOST: "the connection broke during the handshake",
    HandshakeFailure.TOO_MANY_HANDSHAKES: "too many handshakes were under way",
    HandshakeFailure.OTHER: "the handshake failed",
}

OnRefused: TypeAlias = Callable[[str, HandshakeFailure], None]
"""Told the peer's address and the reason, on a worker thread, once per handshake."""
