"""Why a TLS handshake failed, in a closed list.

A refused handshake has no eHDSI code and never reaches the application: it is counted,
and recorded with address and reason.

Spec: spec README "A refused TLS handshake" / RFC 8446 6.2, RFC 5246 7.2.2 (alerts).
"""

from __future__ import annotations

import ssl
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

# OpenSSL's verify results (X509_V_ERR_*).
_VERIFY_CODES = {
    9: HandshakeFailure.CERTIFICATE_EXPIRED,  # not yet valid
    10: HandshakeFailure.CERTIFICATE_EXPIRED,
    18: HandshakeFailure.UNKNOWN_AUTHORITY,  # self-signed leaf
    19: HandshakeFailure.UNKNOWN_AUTHORITY,  # self-signed certificate in the chain
    20: HandshakeFailure.UNKNOWN_AUTHORITY,  # issuer not found
    21: HandshakeFailure.UNKNOWN_AUTHORITY,  # leaf cannot be verified
}
# Parts of OpenSSL's reason names.
_REASONS = (
    ("PEER_DID_NOT_RETURN_A_CERTIFICATE", HandshakeFailure.NO_CLIENT_CERTIFICATE),
    ("ALERT", HandshakeFailure.REFUSED_BY_PEER),
    ("HTTP_REQUEST", HandshakeFailure.NOT_TLS),
    ("WRONG_VERSION_NUMBER", HandshakeFailure.NOT_TLS),
    ("UNKNOWN_PROTOCOL", HandshakeFailure.NOT_TLS),
    ("PACKET_LENGTH_TOO_LONG", HandshakeFailure.NOT_TLS),
    ("RECORD_LAYER_FAILURE", HandshakeFailure.NOT_TLS),
    ("UNSUPPORTED_PROTOCOL", HandshakeFailure.NO_COMMON_PROTOCOL),
    ("VERSION_TOO_LOW", HandshakeFailure.NO_COMMON_PROTOCOL),
    ("NO_SHARED_CIPHER", HandshakeFailure.NO_COMMON_PROTOCOL),
    ("NO_SUITABLE", HandshakeFailure.NO_COMMON_PROTOCOL),
)


def classify(error: BaseException) -> HandshakeFailure:
    """Find the failure that an error of the handshake means."""
    match error:
        case ssl.SSLCertVerificationError():
            return _VERIFY_CODES.get(
                error.verify_code, HandshakeFailure.CERTIFICATE_REFUSED
            )
        case ssl.SSLError():
            return _by_reason(error.reason or "")
        case TimeoutError():
            return HandshakeFailure.TIMED_OUT
        case ConnectionAbortedError():
            # asyncio and uvloop report their own handshake timeout in this way.
            return HandshakeFailure.TIMED_OUT
        case ConnectionError() | EOFError():
            return HandshakeFailure.CONNECTION_LOST
        case _:
            return HandshakeFailure.OTHER


def _by_reason(reason: str) -> HandshakeFailure:
    for part, failure in _REASONS:
        if part in reason:
            return failure
    return HandshakeFailure.OTHER
