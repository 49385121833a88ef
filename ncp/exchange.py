"""One HTTP exchange as the use cases see it: no framework, no sockets.

``ncp.web`` makes these values at the door; ``ncp.peers`` makes them on the way out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class PeerSource(StrEnum):
    """How the peer's certificate reached us."""

    TLS = "tls"
    PROXY = "proxy"  # RFC 9440 Client-Cert of a configured proxy


@dataclass(frozen=True, slots=True)
class PeerIdentity:
    """Who is at the other end of the connection, as TLS proved it.

    ``certificate`` is the leaf in DER, or None where none was shown; nothing has been
    decided about it yet (``trust.certificates`` does).
    """

    certificate: bytes | None
    address: str
    source: PeerSource = PeerSource.TLS


@dataclass(frozen=True, slots=True)
class InboundHttp:
    """A request as it came in at the international door; ``body`` is untouched."""

    path: str
    content_type: str
    soap_action: str | None
    body: bytes = field(repr=False)
    peer: PeerIdentity
    received_at: datetime


@dataclass(frozen=True, slots=True)
class HttpPayload:
    """A body with its media type, ready to be sent."""

    content_type: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PeerAnswer(HttpPayload):
    """What a peer answered; ``certificate`` is what it showed in TLS, in DER."""

    certificate: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class OutboundHttp:
    """The answer to an :class:`InboundHttp`."""

    status: int
    payload: HttpPayload
