"""Send a message to another country over mutual TLS, and say why where it fails.

One session and one connection pool per peer. The peer's certificate is judged before a
single byte of the request leaves: first by OpenSSL (pinned leaf or named authority, and
the host name), then by the pins of that country.

Spec: fact sheet 01 1.5, 1.7 / 08 8.3 and 9 / ARCHITECTURE "TLS".
"""

from __future__ import annotations

import threading
import time
from functools import partial
from http import HTTPStatus
from importlib.metadata import version
from typing import Final

import requests
import urllib3

from ncp.bounded_body import BodyTooLarge, BodyTooSlow, read_body
from ncp.errors import PeerUnavailable, Refusal
from ncp.exchange import HttpPayload, PeerAnswer
from ncp.peers.connection import JudgedAdapter, ServerNotBelieved, certificate_of
from ncp.peers.diagnosis import ANSWER_TIMEOUT, Diagnosis, diagnose
from ncp.peers.directory import Peer, PeerDirectory, Service
from ncp.peers.guard import AddressNotAllowed
from ncp.peers.strict_session import StrictSession
from ncp.peers.tls_context import client_context
from ncp.ports import Clock
from ncp.settings.trust_model import KeyPairSettings
from ncp.telemetry import Metrics, get_logger
from trust.certificates import CertificateTrust, Purpose, decide_certificate
from trust.identifiers import CountryCode

_POOL_SIZE: Final = 16
_HEADERS: Final = {
    "User-Agent": f"ncp-gateway/{version('ncp-gateway')}",
    "Accept": "application/soap+xml, multipart/related",
    # A compressed answer could grow beyond every limit.
    "Accept-Encoding": "identity",
}
# SOAP faults come with these; their reader says what they mean (SOAP 1.2 part 2, 7.5).
_FAULT_STATUSES: Final = frozenset({400, 500})
_TRANSPORT_ERRORS: Final = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    ServerNotBelieved,
    AddressNotAllowed,
    OSError,
)
_SOAP_TYPES: Final = ("application/soap+xml", "multipart/related", "text/xml")


class PeerClient:
    """Sends to every peer of the directory; safe to use from many threads.

    Parameters
    ----------
    trust
        What server certificates are judged by; left out, the directory's pins.
    """

    def __init__(
        self,
        directory: PeerDirectory,
        key: KeyPairSettings,
        clock: Clock,
        metrics: Metrics,
        trust: CertificateTrust | None = None,
    ) -> None:
        self._key = key
        self._clock = clock
        self._metrics = metrics
        self._trust = trust or directory.pins()
        # Whether the current thread's request had to open a connection first.
        self._trace = threading.local()
        # Made at once, so that an unfit key stops the start and not a request.
        self._sessions = {
            peer.country: self._new_session(peer)
            for peer in directory
            if peer.endpoints
        }

    def send(
        self,
        peer: Peer,
        service: Service,
        payload: HttpPayload,
        timeout_s: float | None = None,
    ) -> PeerAnswer:
        """Post ``payload`` and return the answer, SOAP faults included.

        ``timeout_s`` bounds the answer; the peer's own limit holds where it is None.
        Raises :class:`PeerUnavailable` with a diagnosis. Nothing is retried here: a
        retry needs a rebuilt envelope, which is the use case's matter.
        """
        address = peer.address(service)
        limit_s = peer.answer_timeout_s if timeout_s is None else timeout_s
        deadline = time.monotonic() + limit_s
        self._trace.is_new_connection = False
        try:
            with self._sessions[peer.country].post(
                address,
                data=payload.body,
                headers={"Content-Type": payload.content_type},
                timeout=(min(peer.connect_timeout_s, limit_s), limit_s),
                allow_redirects=False,
                stream=True,
            ) as response:
                answer = _read(response, peer, service, deadline)
        except PeerUnavailable:
            self._count(peer, service, "answer-unusable")
            raise
        except _TRANSPORT_ERRORS as error:
            diagnosis = diagnose(error, is_new_connection=self._trace.is_new_connection)
            self._count(peer, service, diagnosis.name)
            raise _unavailable(peer, service, diagnosis) from error
        self._count(peer, service, "answered")
        return answer

    def close(self) -> None:
        """Close all connections."""
        for session in self._sessions.values():
            session.close()

    def _new_session(self, peer: Peer) -> requests.Session:
        session = StrictSession()
        session.headers.update(_HEADERS)
        context = client_context(self._key, peer.server_anchors)
        session.mount(
            "https://",
            JudgedAdapter(
                context, partial(self._judge, peer.country), _POOL_SIZE, peer.guard
            ),
        )
        return session

    def _judge(self, country: CountryCode, leaf: bytes | None) -> None:
        """Believe only a server certificate that is pinned for this very country."""
        self._trace.is_new_connection = True
        belief = decide_certificate(
            leaf,
            Purpose.TLS_SERVER,
            self._trust,
            self._clock.now(),
            subject="TLS server of the peer",
        )
        if not belief.decision.is_accepted:
            raise ServerNotBelieved(belief.decision.sentence, belief.decision.reason)
        if belief.country != country:
            raise ServerNotBelieved("the certificate is pinned for another country")

    def _count(self, peer: Peer, service: Service, outcome: str) -> None:
        self._metrics.peer_requests.labels(peer.country, service.value, outcome).inc()
        get_logger().info(
            "peer.request",
            country=str(peer.country),
            service=service.value,
            outcome=outcome,
        )


def _read(
    response: requests.Response, peer: Peer, service: Service, deadline: float
) -> PeerAnswer:
    content_type = response.headers.get("Content-Type", "")
    _check_status(response.status_code, content_type, peer, service)
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise _unusable(peer, service, "it sent a compressed answer, unasked")
    body = _body(response, peer, service, deadline)
    return PeerAnswer(content_type, body, certificate_of(response.raw))


def _check_status(status: int, content_type: str, peer: Peer, service: Service) -> None:
    media_type = content_type.split(";", maxsplit=1)[0].strip().lower()
    if status == HTTPStatus.OK:
        return
    if status in _FAULT_STATUSES and media_type in _SOAP_TYPES:
        return
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise _unusable(peer, service, f"it redirects (HTTP {status})")
    raise _unusable(peer, service, f"it answered HTTP {status} without a SOAP message")


def _body(
    response: requests.Response, peer: Peer, service: Service, deadline: float
) -> bytes:
    limit = peer.max_response_bytes
    try:
        return read_body(response.raw, limit, deadline)
    except BodyTooLarge:
        sentence = f"its answer is larger than {limit} bytes"
        raise _unusable(peer, service, sentence) from None
    except BodyTooSlow:
        raise _unavailable(peer, service, ANSWER_TIMEOUT) from None


def _unavailable(peer: Peer, service: Service, diagnosis: Diagnosis) -> PeerUnavailable:
    return PeerUnavailable(
        diagnosis.refusal,
        f"Country {peer.country} could not be reached for {service.name}: "
        f"{diagnosis.sentence}.",
        diagnosis.remedy,
        nothing_was_sent=diagnosis.is_before_sending,
        waited_in_full=diagnosis is ANSWER_TIMEOUT,
    )


def _unusable(peer: Peer, service: Service, sentence: str) -> PeerUnavailable:
    return PeerUnavailable(
        Refusal.PEER_ANSWER_INVALID,
        f"Country {peer.country} gave no usable answer for {service.name}: {sentence}.",
        "Check `endpoints` of this peer; ask the other country if it goes on.",
    )
