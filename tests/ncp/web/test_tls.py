from __future__ import annotations

import asyncio
import contextlib
import select
import socket
import ssl
import struct
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest
import uvloop

from ncp.exchange import PeerSource
from ncp.peers.tls_context import server_context
from ncp.ports import SystemClock
from ncp.telemetry import Metrics
from ncp.web.doors import Door
from ncp.web.handshake import HandshakeFailure
from ncp.web.international import InternationalApp
from ncp.web.peer_identity import TlsPeerIdentifier
from ncp.web.tls import TlsTerms
from tests.ncp.web.running import (
    STOP_TIMEOUT_S,
    EchoService,
    client_side,
    connect,
    post,
    read_all,
    running,
)

LOOPS = [uvloop.new_event_loop, asyncio.new_event_loop]
VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]
XCPD = "/services/XCPD_Service"
CLOSE = "Connection: close"


class Edge:
    """The international door with everything that it tells."""

    def __init__(self, pki, executor, **terms) -> None:
        self.service = EchoService()
        self.metrics = Metrics()
        self.refusals: list[tuple[str, HandshakeFailure]] = []
        app = InternationalApp(
            self.service,
            TlsPeerIdentifier(),
            executor,
            SystemClock(),
            self.metrics,
            max_body_bytes=100_000,
            body_timeout_s=5,
        )
        anchors = pki.client.pem + pki.from_bare.pem + pki.authority.pem
        context = server_context(pki.server.files, anchors)
        tls = TlsTerms(
            lambda: context, lambda *told: self.refusals.append(told), **terms
        )
        self.door = Door(
            "international", app, "127.0.0.1", 0, tls=tls, header_timeout_s=0.4
        )

    def count(self, failure: HandshakeFailure) -> float | None:
        return self.metrics.registry.get_sample_value(
            "ncp_tls_handshakes_refused_total",
            {"door": "international", "reason": failure.value},
        )

    def running(self, loop_of=uvloop.new_event_loop):
        return running(self.door, metrics=self.metrics, loop_of=loop_of)

    def expect_only(self, failure: HandshakeFailure) -> None:
        assert self.refusals == [("127.0.0.1", failure)]
        assert self.count(failure) == 1
        assert self.service.requests == []


@pytest.fixture
def executor():
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def edge(pki, executor) -> Edge:
    return Edge(pki, executor, handshake_timeout_s=0.5)


def ask(port, context) -> bytes:
    with connect(port, context) as connection:
        connection.sendall(post(XCPD, b"x" * 10, CLOSE))
        return read_all(connection)


def fails_without_answer(port, context) -> None:
    """With TLS 1.3 the client learns of the refusal on its first read."""
    try:
        answer = ask(port, context)
    except OSError:
        return
    assert answer == b""


@pytest.mark.parametrize("loop_of", LOOPS)
@pytest.mark.parametrize("version", VERSIONS)
def test_the_certificate_of_the_peer_is_known_to_the_request(
    pki, edge, version, loop_of
):
    with edge.running(loop_of) as doors:
        answer = ask(doors.port(), client_side(pki, pki.client, version))
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"10")
    (request,) = edge.service.requests
    assert request.peer.certificate == pki.client.der
    assert request.peer.source is PeerSource.TLS
    assert request.peer.address == "127.0.0.1"
    assert edge.refusals == []


@pytest.mark.parametrize("loop_of", LOOPS)
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.spec("eHDSI mutual TLS: client authentication is required")
def test_a_connection_without_certificate_is_refused_counted_and_told(
    pki, edge, version, loop_of
):
    with edge.running(loop_of) as doors:
        fails_without_answer(doors.port(), client_side(pki, None, version))
    edge.expect_only(HandshakeFailure.NO_CLIENT_CERTIFICATE)


@pytest.mark.parametrize("loop_of", LOOPS)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_certificate_of_an_unknown_authority_is_refused(pki, edge, version, loop_of):
    with edge.running(loop_of) as doors:
        fails_without_answer(doors.port(), client_side(pki, pki.stranger, version))
    edge.expect_only(HandshakeFailure.UNKNOWN_AUTHORITY)


@pytest.mark.parametrize("loop_of", LOOPS)
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("shown", "alert"),
    [
        (None, "HANDSHAKE_FAILURE|CERTIFICATE_REQUIRED"),
        ("stranger", "UNKNOWN_CA"),
        ("expired", "CERTIFICATE_EXPIRED"),
    ],
)
@pytest.mark.spec("RFC 8446 6.2")
def test_a_refused_client_is_told_by_an_alert(
    pki, edge, version, loop_of, shown, alert
):
    leaf = None if shown is None else getattr(pki, shown)
    with edge.running(loop_of) as doors, pytest.raises(ssl.SSLError, match=alert):
        ask(doors.port(), client_side(pki, leaf, version))


def test_an_expired_certificate_is_refused(pki, edge):
    with edge.running() as doors:
        fails_without_answer(doors.port(), client_side(pki, pki.expired))
    edge.expect_only(HandshakeFailure.CERTIFICATE_EXPIRED)


def test_a_server_certificate_does_not_serve_as_client(pki, edge):
    with edge.running() as doors:
        fails_without_answer(doors.port(), client_side(pki, pki.server))
    edge.expect_only(HandshakeFailure.CERTIFICATE_REFUSED)


def test_an_unpinned_leaf_of_an_accepted_authority_reaches_trust(pki, edge):
    with edge.running() as doors:
        answer = ask(doors.port(), client_side(pki, pki.unpinned))
    assert answer.startswith(b"HTTP/1.1 200")
    assert edge.service.requests[0].peer.certificate == pki.unpinned.der


def test_a_pinned_leaf_whose_authority_has_no_extensions_is_accepted(pki, edge):
    with edge.running() as doors:
        answer = ask(doors.port(), client_side(pki, pki.from_bare))
    assert answer.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("loop_of", LOOPS)
def test_plain_http_on_the_tls_port_is_refused(edge, loop_of):
    with edge.running(loop_of) as doors, connect(doors.port()) as connection:
        connection.sendall(post(XCPD, b"x"))
        answer = b""
        with contextlib.suppress(ConnectionError):
            answer = read_all(connection)
    assert b"HTTP" not in answer
    edge.expect_only(HandshakeFailure.NOT_TLS)


@pytest.mark.parametrize("loop_of", LOOPS)
def test_a_handshake_that_does_not_end_is_cut_off(edge, loop_of):
    with edge.running(loop_of) as doors, connect(doors.port()) as connection:
        connection.sendall(b"\x16\x03\x01")  # the first three bytes of a ClientHello
        with contextlib.suppress(ConnectionError):
            assert read_all(connection) == b""
    edge.expect_only(HandshakeFailure.TIMED_OUT)


@pytest.mark.parametrize("loop_of", LOOPS)
def test_a_connection_reset_in_the_handshake_is_counted(edge, loop_of):
    with edge.running(loop_of) as doors:
        connection = connect(doors.port())
        connection.sendall(b"\x16\x03\x01")
        reset = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
        connection.close()
        time.sleep(0.2)
    edge.expect_only(HandshakeFailure.CONNECTION_LOST)


def test_tls_1_1_is_not_spoken(pki, edge):
    context = client_side(pki, pki.client)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1_1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with edge.running() as doors:
        fails_without_answer(doors.port(), context)
    edge.expect_only(HandshakeFailure.NO_COMMON_PROTOCOL)


def test_a_client_that_dislikes_our_certificate_is_told_apart(pki, edge):
    context = client_side(pki, pki.client)
    other = ssl.create_default_context(cadata=pki.stranger_authority.pem)
    other.load_cert_chain(*pki.client.pair)
    with edge.running() as doors:
        with pytest.raises(ssl.SSLCertVerificationError):
            ask(doors.port(), other)
        assert ask(doors.port(), context).startswith(b"HTTP/1.1 200")
    assert edge.refusals == [("127.0.0.1", HandshakeFailure.REFUSED_BY_PEER)]


@pytest.mark.parametrize("loop_of", LOOPS)
def test_a_request_sent_right_behind_the_handshake_is_not_lost(pki, edge, loop_of):
    """Finished and request in one flight: the handshake ends with data waiting."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = client_side(pki, pki.client, ssl.TLSVersion.TLSv1_3)
    tls = context.wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
    with edge.running(loop_of) as doors, connect(doors.port()) as connection:
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                connection.sendall(outgoing.read())
                incoming.write(connection.recv(65536))
        tls.write(post(XCPD, b"x" * 7, CLOSE))
        connection.sendall(outgoing.read())  # Certificate, Finished and request
        answer = b""
        while not answer:
            incoming.write(connection.recv(65536))
            with contextlib.suppress(ssl.SSLWantReadError):
                answer = tls.read(65536)
    assert answer.startswith(b"HTTP/1.1 200")


def test_a_resumed_session_still_knows_the_certificate(pki, edge):
    context = client_side(pki, pki.client, ssl.TLSVersion.TLSv1_2)
    with edge.running() as doors:
        with connect(doors.port(), context) as first:
            first.sendall(post(XCPD, b"x", CLOSE))
            read_all(first)
            session = first.session
        plain = socket.create_connection(("127.0.0.1", doors.port()), timeout=10)
        with context.wrap_socket(
            plain, server_hostname="127.0.0.1", session=session
        ) as second:
            assert second.session_reused
            second.sendall(post(XCPD, b"x", CLOSE))
            read_all(second)
    known = [request.peer.certificate for request in edge.service.requests]
    assert known == [pki.client.der] * 2


@pytest.mark.parametrize("sent", [b"", b"POST /services/XCPD_Service HTTP/1.1\r\nHo"])
def test_a_client_that_does_not_finish_its_headers_is_cut_off(pki, edge, sent):
    with (
        edge.running() as doors,
        connect(doors.port(), client_side(pki, pki.client)) as connection,
    ):
        connection.sendall(sent)
        with contextlib.suppress(ConnectionError, ssl.SSLEOFError):
            assert read_all(connection) == b""


def test_a_callback_that_fails_is_counted_and_the_door_stays_open(pki, executor):
    edge = Edge(pki, executor)
    edge.door = Door(
        "international",
        edge.door.app,
        "127.0.0.1",
        0,
        tls=TlsTerms(edge.door.tls.context, lambda *_: 1 / 0),
    )
    with edge.running() as doors:
        fails_without_answer(doors.port(), client_side(pki))
        answer = ask(doors.port(), client_side(pki, pki.client))
    assert answer.startswith(b"HTTP/1.1 200")
    unrecorded = edge.metrics.registry.get_sample_value(
        "ncp_tls_refusals_unrecorded_total", {"door": "international"}
    )
    assert unrecorded == 1


def test_a_pending_handshake_does_not_hold_up_the_stop(edge):
    with edge.running() as doors, connect(doors.port()):
        time.sleep(0.1)
        begin = time.monotonic()
        doors.stop()
        assert time.monotonic() - begin < STOP_TIMEOUT_S


def test_many_unfinished_handshakes_do_not_grow_without_bound(edge, monkeypatch):
    monkeypatch.setattr("ncp.web.tls.MAX_PENDING_HANDSHAKES", 2)
    with edge.running() as doors:
        held = [connect(doors.port()) for _ in range(3)]
        refused = select.select(held, [], [], 20)[0]
        for connection in held:
            connection.close()
    assert len(refused) == 1
    assert edge.count(HandshakeFailure.TOO_MANY_HANDSHAKES) == 1
