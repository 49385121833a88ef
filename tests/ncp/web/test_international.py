from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ncp.errors import ConfigurationError
from ncp.exchange import PeerSource
from ncp.ports import SystemClock
from ncp.telemetry import Metrics
from ncp.web.doors import Door
from ncp.web.international import InternationalApp
from ncp.web.peer_identity import (
    PeerIdentityRefused,
    ProxyPeerIdentifier,
    TlsPeerIdentifier,
    read_client_cert,
)
from ncp.web.places import OpenDoor, write_ready_file
from tests.ncp.web.running import (
    SOAP,
    STOP_TIMEOUT_S,
    EchoService,
    connect,
    post,
    read_all,
    running,
)

XCPD = "/services/XCPD_Service"
XCA = "/services/XCA_Service"
CLOSE = "Connection: close"
LIMIT = 50_000


@pytest.fixture
def service() -> EchoService:
    return EchoService()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def door_of(service, metrics):
    with ThreadPoolExecutor(2) as pool:

        def build(identifier=None, prefix="", body_timeout_s=5.0, **door) -> Door:
            app = InternationalApp(
                service,
                identifier or TlsPeerIdentifier(),
                pool,
                SystemClock(),
                metrics,
                max_body_bytes=LIMIT,
                body_timeout_s=body_timeout_s,
                path_prefix=prefix,
            )
            return Door("international", app, "127.0.0.1", 0, **door)

        yield build


def exchange(port: int, request: bytes) -> tuple[int, bytes, bytes]:
    with connect(port) as connection:
        connection.sendall(request)
        answer = read_all(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), head, body


def test_the_message_reaches_the_service_as_it_came(door_of, service):
    body = bytes(range(256)) * 20
    with running(door_of()) as doors:
        status, head, answer = exchange(
            doors.port(), post(XCA, body, 'SOAPAction: "urn:x"', CLOSE)
        )
    assert (status, answer) == (200, b"5120")
    (request,) = service.requests
    assert request.body == body
    assert request.path == XCA
    assert request.content_type == SOAP
    assert request.soap_action == '"urn:x"'
    assert request.received_at.tzinfo is not None
    assert b"server:" not in head.lower()


@pytest.mark.spec("HTTP/1.1 chunked request bodies, as OpenNCP sends them")
def test_a_chunked_body_is_put_together(door_of, service):
    lines = [f"POST {XCPD} HTTP/1.1", "Host: x", f"Content-Type: {SOAP}", CLOSE]
    head = "\r\n".join([*lines, "Transfer-Encoding: chunked"]).encode() + b"\r\n\r\n"
    chunks = b"".join(b"%x\r\n%s\r\n" % (7, b"seven..") for _ in range(100))
    with running(door_of()) as doors:
        status, _, _ = exchange(doors.port(), head + chunks + b"0\r\n\r\n")
    assert status == 200
    assert service.requests[0].body == b"seven.." * 100


def test_a_declared_length_over_the_limit_is_refused_with_413(door_of, service):
    with running(door_of()) as doors:
        status, head, body = exchange(doors.port(), post(XCPD, b"x" * (LIMIT + 1)))
    assert (status, body) == (413, b"<fault>too large</fault>")
    assert b"connection: close" in head.lower()
    assert service.requests == []
    assert len(service.too_large) == 1


def test_a_body_of_exactly_the_limit_is_read(door_of):
    with running(door_of()) as doors:
        status, _, body = exchange(doors.port(), post(XCPD, b"x" * LIMIT, CLOSE))
    assert (status, body) == (200, b"%d" % LIMIT)


def test_a_chunked_body_over_the_limit_is_refused_while_reading(door_of, service):
    head = f"POST {XCPD} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"%x\r\n%s\r\n" % (10_000, b"x" * 10_000)
    with running(door_of()) as doors:
        status, _, _ = exchange(doors.port(), head.encode() + chunk * 20 + b"0\r\n\r\n")
    assert status == 413
    assert service.requests == []
    assert len(service.too_large) == 1


def test_a_client_that_waits_for_continue_is_refused_before_it_sends(door_of):
    request = post(XCPD, b"", "Expect: 100-continue", length=LIMIT + 1)
    with running(door_of()) as doors:
        status, _, _ = exchange(doors.port(), request)
    assert status == 413


def test_a_body_that_does_not_come_is_given_up(door_of, service):
    with running(door_of(body_timeout_s=0.2)) as doors:
        status, _, _ = exchange(doors.port(), post(XCPD, b"x", length=100))
    assert status == 408
    assert service.requests == []


def test_only_the_services_are_at_this_door(door_of):
    expected = {
        XCPD: 200,
        f"{XCPD}/": 200,
        XCA: 200,
        "/services/XDR_Service": 200,
        "/": 404,
        "/metrics": 404,
        "/health/live": 404,
        "/patients/identify": 404,
        "/openapi.json": 404,
        f"/openncp-ws-server{XCPD}": 404,
    }
    with running(door_of()) as doors:
        answered = {
            path: exchange(doors.port(), post(path, b"x", CLOSE))[0]
            for path in expected
        }
    assert answered == expected


def test_the_prefix_of_other_gateways_can_be_set(door_of):
    with running(door_of(prefix="/openncp-ws-server")) as doors:
        path = f"/openncp-ws-server{XCPD}"
        assert exchange(doors.port(), post(path, b"x", CLOSE))[0] == 200
        assert exchange(doors.port(), post(XCPD, b"x", CLOSE))[0] == 404


def test_services_take_posts_only(door_of):
    with running(door_of()) as doors:
        for method in ("GET", "PUT", "DELETE", "OPTIONS", "HEAD"):
            request = f"{method} {XCPD}?other HTTP/1.1\r\nHost: x\r\n\r\n".encode()
            status, head, _ = exchange(doors.port(), request)
            assert status == 405
            assert b"allow: POST" in head


def test_a_head_that_can_be_read_in_two_ways_is_refused(door_of):
    expected = {
        "Content-Encoding: gzip": 415,
        "Content-Encoding: identity": 200,
        "Content-Type: text/plain": 400,  # the second one
        "Transfer-Encoding: chunked": 400,  # beside Content-Length: smuggling
        "Content-Length: 2": 400,  # the second one
    }
    with running(door_of()) as doors:
        answered = {
            header: exchange(doors.port(), post(XCPD, b"x", header, CLOSE))[0]
            for header in expected
        }
    assert answered == expected


def test_a_defect_of_the_service_is_told_as_no_more(door_of, service, monkeypatch):
    def answer(_request):
        raise KeyError("Maria Planted")

    monkeypatch.setattr(service, "answer", answer)
    with running(door_of()) as doors:
        status, _, body = exchange(doors.port(), post(XCPD, b"x"))
    assert status == 500
    assert b"Planted" not in body


def test_requests_are_counted_by_service_and_status(door_of, metrics):
    with running(door_of(), metrics=metrics) as doors:
        exchange(doors.port(), post(XCPD, b"x", CLOSE))
        exchange(doors.port(), post("/x", b"x", CLOSE))
    for service, status in (("XCPD", "200"), ("none", "404")):
        labels = {"door": "international", "service": service, "status": status}
        assert metrics.registry.get_sample_value("ncp_requests_total", labels) == 1


# Behind a proxy -------------------------------------------------------------------


def client_cert(der: bytes) -> str:
    return f"Client-Cert: :{base64.b64encode(der).decode()}:"


@pytest.mark.spec("RFC 9440 2.2")
def test_a_configured_proxy_vouches_for_the_certificate(door_of, service, pki):
    proxy = ProxyPeerIdentifier(("127.0.0.1",))
    with running(door_of(proxy)) as doors:
        exchange(doors.port(), post(XCPD, b"x", client_cert(pki.client.der), CLOSE))
        exchange(doors.port(), post(XCPD, b"x", CLOSE))
    first, second = (request.peer for request in service.requests)
    assert first.certificate == pki.client.der
    assert first.source is PeerSource.PROXY
    assert second.certificate is None


@pytest.mark.spec("RFC 9440 4")
def test_another_address_cannot_claim_a_certificate(door_of, service, pki):
    proxy = ProxyPeerIdentifier(("10.0.0.1",))
    with running(door_of(proxy)) as doors:
        status, _, _ = exchange(
            doors.port(), post(XCPD, b"x", client_cert(pki.client.der))
        )
    assert status == 403
    assert service.requests == []


def test_without_a_proxy_the_header_is_noise(door_of, service, pki):
    with running(door_of()) as doors:
        exchange(doors.port(), post(XCPD, b"x", client_cert(pki.client.der), CLOSE))
    assert service.requests[0].peer.certificate is None
    assert service.requests[0].peer.source is PeerSource.TLS


def test_a_repeated_or_unreadable_header_is_refused(door_of, service, pki):
    header = client_cert(pki.client.der)
    with running(door_of(ProxyPeerIdentifier(("127.0.0.1",)))) as doors:
        for headers in ([header, header], ["Client-Cert: nonsense"]):
            assert exchange(doors.port(), post(XCPD, b"x", *headers))[0] == 400
    assert service.requests == []


@pytest.mark.parametrize("value", [b"", b":", b"::", b"TUlJ", b":TU!J:", b":TUlJ"])
def test_client_cert_is_a_byte_sequence(value):
    with pytest.raises(PeerIdentityRefused):
        read_client_cert(value)


# Opening and stopping -------------------------------------------------------------


def knock_for_ever(port: int) -> None:
    while True:
        connect(port).close()
        time.sleep(0.01)


def test_a_request_under_way_is_answered_before_the_stop(door_of, service):
    service.go_on.clear()
    with running(door_of()) as doors, connect(doors.port()) as connection:
        connection.sendall(post(XCPD, b"x"))
        assert service.entered.wait(5)
        doors.stop(wait=False)
        with pytest.raises(ConnectionError):
            knock_for_ever(doors.port())
        service.go_on.set()
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"connection: close" in answer.lower()


def test_an_idle_connection_does_not_hold_up_the_stop(door_of):
    with running(door_of()) as doors, connect(doors.port()) as connection:
        connection.sendall(post(XCPD, b"x"))
        connection.recv(100)
        begin = time.monotonic()
        doors.stop()
        assert time.monotonic() - begin < STOP_TIMEOUT_S


def test_one_address_cannot_be_opened_twice(door_of):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        door = door_of()
        other = Door("operations", door.app, "127.0.0.1", taken.getsockname()[1])
        with (
            pytest.raises(ConfigurationError, match="operations door cannot open"),
            running(door, other),
        ):
            pass


def test_the_ready_file_tells_the_real_ports(tmp_path):
    path = tmp_path / "ready.json"
    write_ready_file(
        path,
        [
            OpenDoor("national", "127.0.0.1", 4711, "http://127.0.0.1:4711"),
            OpenDoor("international", "::1", 4712, "https://[::1]:4712"),
        ],
    )
    ready = json.loads(path.read_text())
    assert ready["pid"] == os.getpid()
    assert ready["doors"]["national"]["port"] == 4711
    assert ready["doors"]["international"]["url"] == "https://[::1]:4712"
    assert [each.name for each in tmp_path.iterdir()] == ["ready.json"]


_PROCESS = """
import sys
from pathlib import Path
from ncp.telemetry import Metrics
from ncp.web.doors import Door, run

ready = Path(sys.argv[1])

async def slow(scope, receive, send):
    import asyncio
    ready.with_name("entered").touch()
    while not ready.with_name("go-on").exists():
        await asyncio.sleep(0.01)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"done"})

run([Door("national", slow, "127.0.0.1", 0)], Metrics(), ready_file=ready)
print("closed in order")
"""


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 120
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.02)


def test_sigterm_lets_the_request_finish_and_ends_the_process(tmp_path):
    ready = tmp_path / "ready.json"
    process = subprocess.Popen(
        [sys.executable, "-c", _PROCESS, str(ready)], stdout=subprocess.PIPE
    )
    try:
        wait_for(ready)
        port = json.loads(ready.read_text())["doors"]["national"]["port"]
        with connect(port) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            wait_for(tmp_path / "entered")
            process.send_signal(signal.SIGTERM)
            (tmp_path / "go-on").touch()
            assert read_all(connection).endswith(b"done\r\n0\r\n\r\n")
        out, _ = process.communicate(timeout=120)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait()
        process.stdout.close()
    assert process.returncode == 0
    assert out == b"closed in order\n"


@pytest.mark.parametrize("header", [b"X: " + b"a" * 10_000_000, b"X: a\r\n" * 900_000])
def test_headers_without_end_are_cut_off(door_of, service, header):
    with running(door_of()) as doors, connect(doors.port()) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(f"POST {XCPD} HTTP/1.1\r\n".encode() + header)
        with contextlib.suppress(OSError):
            assert read_all(connection) == b""
    assert service.requests == []


def test_two_requests_in_one_flight_are_answered_in_order(door_of, service):
    both = post(XCPD, b"x" * 40_000) + post(XCPD, b"x" * 3, CLOSE)
    with running(door_of()) as doors, connect(doors.port()) as connection:
        connection.sendall(both)
        answers = read_all(connection)
    assert answers.count(b"HTTP/1.1 200") == 2
    assert [len(request.body) for request in service.requests] == [40_000, 3]


def test_an_abandoned_upload_is_no_defect(door_of, service, metrics):
    with running(door_of(), metrics=metrics) as doors:
        with connect(doors.port()) as connection:
            connection.sendall(post(XCPD, b"x", length=100))
        time.sleep(0.1)
        assert exchange(doors.port(), post(XCPD, b"x", CLOSE))[0] == 200
    assert len(service.requests) == 1


def test_many_requests_at_once_are_all_answered(door_of):
    results: list[int] = []
    with running(door_of()) as doors:

        def ask() -> None:
            results.append(exchange(doors.port(), post(XCPD, b"x", CLOSE))[0])

        threads = [threading.Thread(target=ask) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert results == [200] * 20
