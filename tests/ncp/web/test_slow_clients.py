"""Clients that are slow, or half gone, hold nobody up but themselves.

Every door is asked over real TLS, and has one worker: were it held, nobody else would
be served. Spec: fact sheet 06 6.3 item 11.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import structlog

from ncp.exchange import HttpPayload, InboundHttp, OutboundHttp
from ncp.peers.tls_context import server_context
from ncp.ports import SystemClock
from ncp.telemetry import Metrics
from ncp.web.doors import Door
from ncp.web.handshake import HandshakeFailure
from ncp.web.international import InternationalApp
from ncp.web.peer_identity import TlsPeerIdentifier
from ncp.web.tls import TlsTerms
from tests.ncp.web.running import (
    SOAP,
    EchoService,
    Running,
    client_side,
    connect,
    post,
    read_all,
    running,
)

pytestmark = pytest.mark.spec("fact sheet 06 6.3 item 11")
XCPD = "/services/XCPD_Service"
CLOSE = "Connection: close"
LIMIT_S = 0.5
# Under load a thread may have to wait its turn; a worker that is held waits for ever.
LATE_S = 20.0
LARGE = 20_000_000


class Hall(EchoService):
    """A door with one worker; answers with much where much is asked for."""

    def answer(self, request: InboundHttp) -> OutboundHttp:
        if request.body.startswith(b"much"):
            return OutboundHttp(200, HttpPayload(SOAP, b"x" * LARGE))
        return super().answer(request)


class Doorway:
    """The running door, and what it told."""

    def __init__(self, pki, doors: Running, hall: Hall, metrics: Metrics) -> None:
        self.pki = pki
        self.doors = doors
        self.hall = hall
        self.refusals: list[tuple[str, HandshakeFailure]] = []
        self.metrics = metrics

    def connect(self) -> ssl.SSLSocket:
        connection = connect(self.doors.port(), client_side(self.pki, self.pki.client))
        assert isinstance(connection, ssl.SSLSocket)
        return connection

    def serves_others(self) -> bool:
        """Ask as somebody else does, and be answered."""
        with self.connect() as connection:
            connection.settimeout(LATE_S)
            connection.sendall(post(XCPD, b"x" * 10, CLOSE))
            return read_all(connection).startswith(b"HTTP/1.1 200 ")

    def counted(self, status: str) -> float:
        name = "ncp_requests_total"
        labels = {"door": "international", "service": "XCPD", "status": status}
        return self.metrics.registry.get_sample_value(name, labels) or 0.0


@pytest.fixture
def logged() -> Iterator[list]:
    with structlog.testing.capture_logs() as told:
        yield told


@pytest.fixture
def doorway(pki, logged) -> Iterator[Doorway]:
    hall, metrics = Hall(), Metrics()
    refusals: list[tuple[str, HandshakeFailure]] = []
    context = server_context(pki.server.files, pki.client.pem + pki.authority.pem)
    terms = TlsTerms(
        lambda: context,
        lambda *told: refusals.append(told),
        handshake_timeout_s=LIMIT_S,
    )
    with ThreadPoolExecutor(1) as worker:
        app = InternationalApp(
            hall,
            TlsPeerIdentifier(),
            worker,
            SystemClock(),
            metrics,
            max_body_bytes=100_000,
            body_timeout_s=LIMIT_S,
        )
        door = Door(
            "international",
            app,
            "127.0.0.1",
            0,
            tls=terms,
            header_timeout_s=LIMIT_S,
            answer_timeout_s=LIMIT_S,
        )
        with running(door, metrics=metrics) as doors:
            made = Doorway(pki, doors, hall, metrics)
            made.refusals = refusals
            yield made


def dripping(connection: socket.socket, data: bytes) -> bytes:
    """Send a byte at a time until the other side has had enough; return its words."""
    begun = time.monotonic()
    with contextlib.suppress(OSError):
        for byte in data:
            connection.sendall(bytes([byte]))
            time.sleep(0.02)
            assert time.monotonic() - begun < LATE_S, "it is never cut off"
    try:
        return read_all(connection)
    except OSError:
        return b""


def events(logged: list, name: str) -> list[dict]:
    return [each for each in logged if each["event"] == name]


def eventually(holds: Callable[[], object]) -> None:
    end = time.monotonic() + LATE_S
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_a_head_that_drips_is_cut_off_and_logged(doorway, logged):
    head = post(XCPD, b"", *(f"X-{number}: y" for number in range(200)))
    with doorway.connect() as slow:
        answer = dripping(slow, head)
    assert answer == b""
    assert doorway.hall.requests == []
    [event] = events(logged, "connection.cut-off")
    assert (event["reason"], event["address"]) == ("head-not-finished", "127.0.0.1")
    assert doorway.serves_others()


def test_a_body_that_drips_is_given_up_answered_and_logged(doorway, logged):
    whole = post(XCPD, b"x" * 2_000, CLOSE)
    end = whole.index(b"\r\n\r\n") + 4
    with doorway.connect() as slow:
        slow.sendall(whole[:end])
        answer = dripping(slow, whole[end:])
    assert answer.startswith(b"HTTP/1.1 408 ") or answer == b""
    assert doorway.counted("408") == 1
    assert doorway.hall.requests == []
    [event] = events(logged, "request.too-slow")
    assert event["address"] == "127.0.0.1"
    assert doorway.serves_others()


def test_who_leaves_before_its_message_is_whole_is_named_in_the_log(doorway, logged):
    whole = post(XCPD, b"x" * 2_000)
    with doorway.connect() as leaving:
        leaving.sendall(whole[:-1_000])
    eventually(lambda: events(logged, "request.abandoned"))
    [event] = events(logged, "request.abandoned")
    assert (event["service"], event["address"]) == ("XCPD", "127.0.0.1")
    assert doorway.hall.requests == []


def test_others_are_served_while_slow_ones_are_waited_for(doorway):
    whole = post(XCPD, b"x" * 2_000, CLOSE)
    end = whole.index(b"\r\n\r\n") + 4
    with contextlib.ExitStack() as stack:
        for number in range(20):
            slow = stack.enter_context(doorway.connect())
            slow.sendall(whole[: end + number] if number % 2 else whole[: end // 2])
        assert doorway.serves_others()
    assert len(doorway.hall.requests) == 1


@pytest.mark.parametrize("sent", [0, 1, 100])
def test_a_handshake_that_stalls_is_cut_off_and_on_record(doorway, sent):
    hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 89
    with connect(doorway.doors.port()) as stalled:
        stalled.sendall(hello[:sent])
        assert doorway.serves_others()
        stalled.settimeout(LATE_S)
        assert stalled.recv(1_000) in {b"", b"\x15\x03\x03\x00\x02\x01\x00"}
    eventually(lambda: doorway.refusals)
    assert doorway.refusals == [("127.0.0.1", HandshakeFailure.TIMED_OUT)]


def test_a_client_that_closes_its_half_is_served_or_left_and_holds_no_worker(doorway):
    with doorway.connect() as half:
        half.sendall(post(XCPD, b"x" * 10, CLOSE))
        # The end of what it sends, at the level of TCP: no more comes from there.
        socket.socket.shutdown(half, socket.SHUT_WR)
        with contextlib.suppress(OSError):
            answer = read_all(half)
            assert answer == b"" or answer.startswith(b"HTTP/1.1 200 ")
    assert doorway.serves_others()
    # Nothing of a message that came in whole is lost: it was handed over.
    assert len(doorway.hall.requests) == 2


def test_a_client_that_closes_its_half_in_the_middle_is_let_go(doorway):
    with doorway.connect() as half:
        half.sendall(post(XCPD, b"x" * 10, CLOSE, length=1_000))
        socket.socket.shutdown(half, socket.SHUT_WR)
        with contextlib.suppress(OSError):
            assert read_all(half) == b""
    assert doorway.serves_others()
    assert len(doorway.hall.requests) == 1
    assert doorway.hall.requests[0].body == b"x" * 10


def test_a_client_that_does_not_take_its_answer_is_cut_off_and_logged(doorway, logged):
    with doorway.connect() as lazy:
        lazy.sendall(post(XCPD, b"much", CLOSE))
        assert doorway.serves_others()
        eventually(lambda: events(logged, "connection.cut-off"))
        lazy.settimeout(LATE_S)
        received = 0
        with contextlib.suppress(OSError):
            while chunk := lazy.recv(65_536):
                received += len(chunk)
    assert received < LARGE
    [event] = events(logged, "connection.cut-off")
    assert event["reason"] == "answer-not-taken"


def test_a_client_that_is_slow_and_takes_its_answer_gets_all_of_it(doorway):
    with doorway.connect() as slow:
        slow.sendall(post(XCPD, b"much", CLOSE))
        received = bytearray()
        slow.settimeout(LATE_S)
        while chunk := slow.recv(1 << 20):
            received += chunk
            time.sleep(0.002)
    assert len(received) > LARGE


def test_idle_connections_are_no_burden(doorway):
    before = threading.active_count()
    with contextlib.ExitStack() as stack:
        for _ in range(30):
            stack.enter_context(doorway.connect())
        assert doorway.serves_others()
        assert threading.active_count() - before < 10
