from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ncp.errors import ConfigurationError, PeerUnavailable, Refusal
from ncp.exchange import HttpPayload, PeerAnswer
from ncp.peers import Endpoints, Peer, PeerClient, PeerDirectory, Service, diagnosis
from ncp.peers.reach import unreachable
from ncp.peers.tls_context import server_context
from ncp.ports import SystemClock
from ncp.telemetry import Metrics
from tests.ncp.web.pki import CLIENT, SERVER, Authority
from trust.certificates import CertificatePin, Purpose
from trust.identifiers import CountryCode, HomeCommunityId

SOAP = "application/soap+xml; charset=UTF-8"
MESSAGE = HttpPayload(SOAP, b"<Envelope/>" * 10)
LU = CountryCode("LU")


def answer(body: bytes, status="200 OK", content_type=SOAP, *headers: str) -> bytes:
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Neighbour:
    """A country A made of a socket: each connection is handled by the test."""

    def __init__(self, context: ssl.SSLContext, handle, port: int = 0) -> None:
        self.received: list[bytes] = []
        self.connections = 0
        self.connected = threading.Event()
        self._context, self._handle = context, handle
        self._listening = socket.create_server(("127.0.0.1", port))
        self.port = self._listening.getsockname()[1]
        self._pool = ThreadPoolExecutor(8)
        self._pool.submit(self._accept)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                plain, _ = self._listening.accept()
                self._pool.submit(self._serve, plain)

    def _serve(self, plain: socket.socket) -> None:
        plain.settimeout(10)
        with (
            contextlib.suppress(OSError),
            plain,
            self._context.wrap_socket(plain, server_side=True) as secured,
        ):
            self.connections += 1
            self.connected.set()
            self._handle(self, secured)

    def read_request(self, secured) -> bytes:
        received = b""
        while b"\r\n\r\n" not in received:
            chunk = secured.recv(65536)
            if not chunk:
                return b""
            received += chunk
        head, _, body = received.partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += secured.recv(65536)
        self.received.append(head + b"\r\n\r\n" + body)
        return body

    def close(self) -> None:
        # shutdown, not close alone: another thread is inside accept.
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._pool.shutdown()


def answering(*answers: bytes):
    def handle(neighbour: Neighbour, secured) -> None:
        for each in answers:
            if not neighbour.read_request(secured):
                return
            secured.sendall(each)
        secured.recv(1)

    return handle


def breaking_off(neighbour: Neighbour, secured) -> None:
    neighbour.read_request(secured)
    reset(secured)


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@pytest.fixture
def neighbour_of(pki):
    with contextlib.ExitStack() as stack:

        def start(handle, leaf=None, anchors=None) -> Neighbour:
            leaf = leaf or pki.server
            context = server_context(leaf.files, anchors or pki.authority.pem)
            neighbour = Neighbour(context, handle)
            stack.callback(neighbour.close)
            return neighbour

        yield start


def peer_of(port: int, leaf, *, anchors=None, pinned=None, **values) -> Peer:
    address = f"https://127.0.0.1:{port}/services/XCPD_Service"
    pinned = leaf if pinned is None else pinned
    pin = CertificatePin.of(
        pinned.certificate, country=LU, purpose=Purpose.TLS_SERVER, label="server"
    )
    return Peer(
        LU,
        HomeCommunityId("1.3.182.2.12.10000734.6.1"),
        Endpoints(address, address),
        (pin,),
        "",
        leaf.pem if anchors is None else anchors,
        **values,
    )


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def client_of(pki, metrics):
    with contextlib.ExitStack() as stack:

        def build(peer: Peer, *others: Peer, leaf=None) -> PeerClient:
            key = (leaf or pki.client).files
            directory = PeerDirectory((peer, *others))
            client = PeerClient(directory, key, SystemClock(), metrics)
            stack.callback(client.close)
            return client

        yield build


def refused(client: PeerClient, peer: Peer, **how) -> PeerUnavailable:
    with pytest.raises(PeerUnavailable) as caught:
        client.send(peer, Service.XCPD, MESSAGE, **how)
    assert caught.value.remedy
    return caught.value


def test_a_message_is_answered_over_mutual_tls(pki, neighbour_of, client_of, metrics):
    neighbour = neighbour_of(answering(answer(b"<ok/>")))
    peer = peer_of(neighbour.port, pki.server)
    reply = client_of(peer).send(peer, Service.XCPD, MESSAGE)
    shown = pki.server.der
    assert reply == PeerAnswer(SOAP, b"<ok/>", shown)
    (received,) = neighbour.received
    assert received.endswith(MESSAGE.body)
    assert b"Content-Type: application/soap+xml; charset=UTF-8" in received
    labels = {"country": "LU", "service": "xcpd", "outcome": "answered"}
    assert metrics.registry.get_sample_value("ncp_peer_requests_total", labels) == 1


def test_a_pinned_leaf_is_accepted_though_its_authority_has_no_extensions(
    tmp_path, pki, neighbour_of, client_of
):
    leaf = Authority(tmp_path, "bare", bare=True).leaf("bare-server", SERVER)
    neighbour = neighbour_of(answering(answer(b"<ok/>")), leaf)
    peer = peer_of(neighbour.port, leaf)
    assert client_of(peer).send(peer, Service.XCPD, MESSAGE).body == b"<ok/>"


def test_connections_are_kept_alive(pki, neighbour_of, client_of):
    neighbour = neighbour_of(answering(*[answer(b"<ok/>")] * 3))
    peer = peer_of(neighbour.port, pki.server)
    client = client_of(peer)
    for _ in range(3):
        client.send(peer, Service.XCPD, MESSAGE)
    assert neighbour.connections == 1


def test_a_fault_is_an_answer(pki, neighbour_of, client_of):
    fault = answer(b"<fault/>", "500 Internal Server Error")
    neighbour = neighbour_of(answering(fault))
    peer = peer_of(neighbour.port, pki.server)
    assert client_of(peer).send(peer, Service.XCPD, MESSAGE).body == b"<fault/>"


def test_an_unpinned_server_of_an_accepted_authority_sees_no_message(
    pki, neighbour_of, client_of, tmp_path
):
    neighbour = neighbour_of(answering(answer(b"<ok/>")))
    other = pki.authority.leaf("other-server", SERVER)
    anchors = pki.authority.pem
    peer = peer_of(neighbour.port, pki.server, anchors=anchors, pinned=other)
    error = refused(client_of(peer), peer)
    assert error.refusal is Refusal.PEER_NOT_BELIEVED
    assert "not pinned" in error.public_message
    assert neighbour.connected.wait(5)
    assert neighbour.received == []


def test_a_server_pinned_for_another_country_is_not_believed(
    pki, neighbour_of, client_of
):
    neighbour = neighbour_of(answering(answer(b"<ok/>")))
    other = pki.authority.leaf("lu-server", SERVER)
    anchors = pki.authority.pem
    peer = peer_of(neighbour.port, pki.server, anchors=anchors, pinned=other)
    pin = CertificatePin.of(
        pki.server.certificate,
        country=CountryCode("PT"),
        purpose=Purpose.TLS_SERVER,
        label="pt",
    )
    portugal = Peer(
        CountryCode("PT"), peer.home_community_id, peer.endpoints, (pin,), "", anchors
    )
    error = refused(client_of(peer, portugal), peer)
    assert error.refusal is Refusal.PEER_NOT_BELIEVED
    assert "another country" in error.public_message
    assert neighbour.received == []


def test_a_server_of_an_unknown_authority_is_not_believed(pki, neighbour_of, client_of):
    leaf = pki.stranger_authority.leaf("unknown-server", SERVER)
    neighbour = neighbour_of(answering(answer(b"<ok/>")), leaf)
    peer = peer_of(neighbour.port, pki.server)
    error = refused(client_of(peer), peer)
    assert error.refusal is Refusal.PEER_NOT_BELIEVED
    assert "neither pinned nor issued by" in error.public_message


def test_the_host_name_is_checked_even_for_a_pinned_leaf(pki, neighbour_of, client_of):
    leaf = pki.authority.leaf("wrong-host", SERVER, host="other.example")
    neighbour = neighbour_of(answering(answer(b"<ok/>")), leaf)
    peer = peer_of(neighbour.port, leaf)
    error = refused(client_of(peer), peer)
    assert error.refusal is Refusal.PEER_NOT_BELIEVED
    assert "host name" in error.public_message


def test_an_expired_server_certificate_is_told_apart(pki, neighbour_of, client_of):
    leaf = pki.authority.leaf("expired-server", SERVER, expired=True)
    neighbour = neighbour_of(answering(answer(b"<ok/>")), leaf)
    peer = peer_of(neighbour.port, leaf)
    assert "out of its time" in refused(client_of(peer), peer).public_message


@pytest.mark.spec("08 0: the environment must not replace the trust anchors")
def test_the_environment_brings_neither_anchors_nor_proxies(
    pki, neighbour_of, client_of, monkeypatch, tmp_path
):
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(pki.stranger_authority.pem)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(bundle))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    good = neighbour_of(answering(answer(b"<ok/>")))
    peer = peer_of(good.port, pki.server)
    client = client_of(peer)
    assert client.send(peer, Service.XCPD, MESSAGE).body == b"<ok/>"
    session = client._sessions[peer.country]
    context = session.get_adapter("https://x").poolmanager.connection_pool_kw[
        "ssl_context"
    ]
    # The public authorities that requests would add are not there.
    assert context.cert_store_stats()["x509"] == 1
    leaf = pki.stranger_authority.leaf("bundled", SERVER)
    bad = neighbour_of(answering(answer(b"<ok/>")), leaf)
    peer = peer_of(bad.port, pki.server)
    assert refused(client_of(peer), peer).refusal is Refusal.PEER_NOT_BELIEVED


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_refusal_of_our_certificate_is_diagnosed(
    pki, neighbour_of, client_of, version
):
    neighbour = neighbour_of(
        answering(answer(b"<ok/>")), anchors=pki.stranger_authority.pem
    )
    neighbour._context.minimum_version = neighbour._context.maximum_version = version
    peer = peer_of(neighbour.port, pki.server)
    error = refused(client_of(peer), peer)
    assert error.refusal is Refusal.PEER_UNREACHABLE
    assert "refused our client certificate" in error.public_message
    assert "keys.tls_client" in error.remedy


@pytest.mark.parametrize(
    ("found", "is_certain"),
    [
        (diagnosis.NAME_UNKNOWN, True),
        (diagnosis.REFUSED, True),
        (diagnosis.UNREACHABLE, True),
        (diagnosis.CONNECT_TIMEOUT, True),
        (diagnosis.CERTIFICATE_EXPIRED, True),
        (diagnosis.HOST_NAME_WRONG, True),
        (diagnosis.CERTIFICATE_UNKNOWN, True),
        (diagnosis.OUR_CERTIFICATE_REFUSED, False),
        (diagnosis.TLS_FAILED, False),
        (diagnosis.ANSWER_TIMEOUT, False),
        (diagnosis.BROKE_OFF, False),
        (diagnosis.BROKE_OFF_EARLY, False),
    ],
    ids=lambda each: getattr(each, "name", None),
)
def test_only_what_is_certain_counts_as_nothing_sent(found, is_certain):
    assert found.is_before_sending is is_certain


def test_a_message_that_may_have_arrived_is_told_from_one_that_did_not(
    pki, neighbour_of, client_of
):
    neighbour = neighbour_of(breaking_off)
    peer = peer_of(neighbour.port, pki.server)
    assert not refused(client_of(peer), peer).nothing_was_sent
    nobody = peer_of(1, pki.server)
    assert refused(client_of(nobody), nobody).nothing_was_sent


def test_a_connection_that_breaks_before_the_first_answer_is_diagnosed_as_both(
    pki, neighbour_of, client_of
):
    neighbour = neighbour_of(breaking_off)
    peer = peer_of(neighbour.port, pki.server)
    error = refused(client_of(peer), peer)
    assert "it stopped, or with TLS 1.3 it has refused" in error.public_message


def test_a_connection_that_has_worked_and_breaks_is_no_certificate_matter(
    pki, neighbour_of, client_of
):
    def handle(neighbour, secured):
        neighbour.read_request(secured)
        secured.sendall(answer(b"<ok/>"))
        breaking_off(neighbour, secured)

    neighbour = neighbour_of(handle)
    peer = peer_of(neighbour.port, pki.server)
    client = client_of(peer)
    client.send(peer, Service.XCPD, MESSAGE)
    error = refused(client, peer)
    assert "certificate" not in error.public_message
    assert "broke the connection off" in error.public_message


def test_an_answer_that_ends_too_early_is_no_answer(pki, neighbour_of, client_of):
    def handle(neighbour, secured):
        neighbour.read_request(secured)
        secured.sendall(answer(b"<ok/>" * 100)[:-50])

    neighbour = neighbour_of(handle)
    peer = peer_of(neighbour.port, pki.server)
    error = refused(client_of(peer), peer)
    assert error.refusal is Refusal.PEER_UNREACHABLE
    assert "before its answer was complete" in error.public_message


@pytest.mark.spec("RFC 9112 8")
@pytest.mark.parametrize(
    "received",
    [
        b"HTT",
        b"HTTP/1.1 2",
        b"HTTP/1.1 200 OK",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Ty",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\n",
        b"HTTP/1.1 500 Error\r\nContent-Length: 5\r\nContent-Type: text/html",
    ],
)
def test_an_answer_cut_off_in_its_head_is_told_as_such(
    pki, neighbour_of, client_of, received
):
    def handle(neighbour, secured):
        neighbour.read_request(secured)
        secured.sendall(received)

    neighbour = neighbour_of(handle)
    peer = peer_of(neighbour.port, pki.server)
    error = refused(client_of(peer), peer)
    assert error.refusal is Refusal.PEER_UNREACHABLE
    assert "before its answer was complete" in error.public_message
    assert "certificate" not in error.public_message


def test_a_chunked_answer_is_put_together(pki, neighbour_of, client_of):
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {SOAP}\r\nTransfer-Encoding: chunked"
    chunks = b"".join(b"%x\r\n%s\r\n" % (7, b"seven..") for _ in range(1000))
    whole = head.encode() + b"\r\n\r\n" + chunks + b"0\r\n\r\n"
    neighbour = neighbour_of(answering(whole, whole))
    peer = peer_of(neighbour.port, pki.server)
    client = client_of(peer)
    for _ in range(2):
        assert client.send(peer, Service.XCPD, MESSAGE).body == b"seven.." * 1000
    assert neighbour.connections == 1


def test_a_chunked_answer_without_its_end_is_no_answer(pki, neighbour_of, client_of):
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {SOAP}\r\nTransfer-Encoding: chunked"

    def handle(neighbour, secured):
        neighbour.read_request(secured)
        secured.sendall(head.encode() + b"\r\n\r\n" + b"7\r\nseven..\r\n")

    neighbour = neighbour_of(handle)
    peer = peer_of(neighbour.port, pki.server)
    assert refused(client_of(peer), peer).refusal is Refusal.PEER_UNREACHABLE


def test_nobody_listening_is_told(pki, client_of):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    peer = peer_of(port, pki.server)
    assert "nobody listens" in refused(client_of(peer), peer).public_message


def test_a_server_without_tls_is_told(pki, client_of):
    with socket.create_server(("127.0.0.1", 0)) as plain, ThreadPoolExecutor(1) as pool:

        def serve() -> None:
            connection, _ = plain.accept()
            with connection:
                connection.recv(100)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        pool.submit(serve)
        peer = peer_of(plain.getsockname()[1], pki.server)
        assert "TLS handshake failed" in refused(client_of(peer), peer).public_message


def test_an_answer_that_does_not_come_is_given_up(pki, neighbour_of, client_of):
    def handle(neighbour, secured):
        neighbour.read_request(secured)
        time.sleep(0.6)

    neighbour = neighbour_of(handle)
    peer = peer_of(neighbour.port, pki.server)
    error = refused(client_of(peer), peer, timeout_s=0.3)
    assert "did not answer in time" in error.public_message


def test_an_answer_that_drips_is_given_up(pki, neighbour_of, client_of):
    def handle(neighbour, secured):
        neighbour.read_request(secured)
        secured.sendall(answer(b"x" * 100)[:-100])
        for _ in range(100):
            secured.sendall(b"x")
            time.sleep(0.05)

    neighbour = neighbour_of(handle)
    peer = peer_of(neighbour.port, pki.server)
    # It would be a good answer in the end, and no refusal.
    error = refused(client_of(peer), peer, timeout_s=0.4)
    assert "in time" in error.public_message


def test_an_answer_over_the_limit_is_refused_while_reading(
    pki, neighbour_of, client_of
):
    neighbour = neighbour_of(answering(answer(b"x" * 300_000)))
    peer = peer_of(neighbour.port, pki.server, max_response_bytes=100_000)
    error = refused(client_of(peer), peer)
    assert error.refusal is Refusal.PEER_ANSWER_INVALID
    assert "larger than 100000 bytes" in error.public_message


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (answer(b"", "302 Found", SOAP, "Location: https://127.0.0.1:1/"), "redirects"),
        (answer(b"", "307 Moved", SOAP, "Location: https://127.0.0.1:1/"), "redirects"),
        (answer(b"no", "404 Not Found", "text/html"), "HTTP 404"),
        (answer(b"no", "500 Error", "text/html"), "HTTP 500"),
        (answer(b"no", "503 Busy", SOAP), "HTTP 503"),
        (answer(b"", "204 No Content"), "HTTP 204"),
        (answer(b"zip", "200 OK", SOAP, "Content-Encoding: gzip"), "compressed"),
    ],
)
def test_an_answer_that_is_no_soap_message_is_told(
    pki, neighbour_of, client_of, reply, text
):
    neighbour = neighbour_of(answering(reply))
    peer = peer_of(neighbour.port, pki.server)
    error = refused(client_of(peer), peer)
    assert error.refusal is Refusal.PEER_ANSWER_INVALID
    assert text in error.public_message


def test_an_unfit_key_stops_the_start_and_not_a_request(pki, client_of, tmp_path):
    encrypted = pki.authority.leaf("encrypted", CLIENT, password=b"pw")
    peer = peer_of(1, pki.server)
    with pytest.raises(ConfigurationError, match=r"`keys\.tls_client`"):
        client_of(peer, leaf=encrypted)


def test_cookies_of_a_peer_are_not_kept(pki, neighbour_of, client_of):
    reply = answer(b"<ok/>", "200 OK", SOAP, "Set-Cookie: patient=1; Path=/")
    neighbour = neighbour_of(answering(reply, reply))
    peer = peer_of(neighbour.port, pki.server)
    client = client_of(peer)
    client.send(peer, Service.XCPD, MESSAGE)
    client.send(peer, Service.XCPD, MESSAGE)
    assert b"cookie" not in neighbour.received[1].lower()


def test_a_peer_without_addresses_cannot_be_asked(pki, client_of):
    peer = peer_of(1, pki.server)
    silent = Peer(peer.country, peer.home_community_id, None, peer.pins, "", "")
    error = refused(client_of(silent), silent)
    assert error.refusal is Refusal.PEER_UNKNOWN


# ncp check knocks at the doors of neighbours ---------------------------------------


def knock(pki, peer: Peer, leaf=None) -> str | None:
    pins = PeerDirectory((peer,)).pins()
    key = (leaf or pki.client).files
    return unreachable(peer, Service.XCPD, key, pins, SystemClock())


def test_a_neighbour_that_takes_our_certificate_is_reached(pki, neighbour_of):
    neighbour = neighbour_of(answering(answer(b"")))
    assert knock(pki, peer_of(neighbour.port, pki.server)) is None


def test_a_neighbour_that_refuses_our_certificate_is_not_reached(pki, neighbour_of):
    neighbour = neighbour_of(answering(), anchors=pki.stranger_authority.pem)
    reason = knock(pki, peer_of(neighbour.port, pki.server))
    assert reason is not None


def test_a_neighbour_with_an_unpinned_certificate_is_not_reached(pki, neighbour_of):
    neighbour = neighbour_of(answering(answer(b"")))
    other = pki.authority.leaf("third-server", SERVER)
    peer = peer_of(neighbour.port, pki.server, anchors=pki.authority.pem, pinned=other)
    assert "not pinned" in (knock(pki, peer) or "")


def test_a_client_certificate_does_not_serve_as_server(pki, neighbour_of, client_of):
    leaf = pki.authority.leaf("client-as-server", CLIENT)
    neighbour = neighbour_of(answering(answer(b"<ok/>")), leaf)
    peer = peer_of(neighbour.port, leaf)
    assert refused(client_of(peer), peer).refusal is Refusal.PEER_NOT_BELIEVED
