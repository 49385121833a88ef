"""The line to lists and responders: what it asks, and where it does not go."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ncp.peers.revocation_line import HttpRevocationLine, _is_public
from trust.certificates import LineFailed

LIST = b"a revocation list"


class Responder(BaseHTTPRequestHandler):
    requests: list[tuple[str, str, bytes]]

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, body: bytes) -> None:
        kind = self.headers.get("Content-Type", "")
        self.server.heard.append((self.command, kind, body))
        match self.path:
            case "/redirect":
                self._send(302, b"", Location="http://127.0.0.1/other")
            case "/missing":
                self._send(404, b"")
            case "/large":
                self._send(200, b"x" * 5_000)
            case "/packed":
                self._send(200, b"x", **{"Content-Encoding": "gzip"})
            case "/silent":
                self.server.release.wait(5)
            case _:
                self._send(200, LIST)

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Responder)
    server.heard = []
    server.release = threading.Event()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.release.set()
    server.shutdown()
    thread.join()
    server.server_close()


def address(server: ThreadingHTTPServer, path: str, host: str = "127.0.0.1") -> str:
    return f"http://{host}:{server.server_port}{path}"


def line(**limits) -> HttpRevocationLine:
    return HttpRevocationLine(internal_hosts=["127.0.0.1"], **limits)


def test_a_list_is_fetched_and_a_responder_is_asked(server):
    assert line().get(address(server, "/list")) == LIST
    assert line().post(address(server, "/ocsp"), b"question") == LIST
    assert server.heard == [
        ("GET", "", b""),
        ("POST", "application/ocsp-request", b"question"),
    ]


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/redirect", "HTTP status 302"),
        ("/missing", "HTTP status 404"),
        ("/large", "more than 4096 bytes"),
        ("/packed", "compressed"),
        ("/silent", "no answer in time"),
    ],
)
def test_what_is_no_answer_is_told_so(server, path, why):
    with pytest.raises(LineFailed, match=why):
        line(max_bytes=4_096, timeout_s=0.3).get(address(server, path))


def test_an_answer_that_trickles_is_given_up(server, monkeypatch):
    ticks = iter(range(0, 1000, 100))
    monkeypatch.setattr("ncp.peers.revocation_line.time.monotonic", lambda: next(ticks))
    with pytest.raises(LineFailed, match="no answer in time"):
        line(timeout_s=1).get(address(server, "/list"))


def test_nobody_there_is_told_so():
    with pytest.raises(LineFailed, match="no connection"):
        line().get("http://127.0.0.1:1/list")


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("https://example.org/list", "only http"),
        ("ftp://example.org/list", "only http"),
        ("file:///etc/passwd", "only http"),
        ("http:///list", "no host"),
        ("http://user@example.org/list", "names a user"),
        ("http://example.org:22/list", "port 22"),
        ("http://[example/list", "no address"),
    ],
)
def test_other_addresses_are_not_asked(where, why):
    with pytest.raises(LineFailed, match=why):
        line().get(where)


def test_a_name_that_leads_into_our_network_is_given_up_before_anything_is_sent(
    server, monkeypatch
):
    monkeypatch.setattr(
        "ncp.peers.revocation_line._PORTS", frozenset({server.server_port})
    )
    with pytest.raises(LineFailed, match="internal network"):
        HttpRevocationLine().get(address(server, "/list", host="localhost"))
    assert server.heard == []


@pytest.mark.parametrize(
    ("where", "public"),
    [
        ("93.184.216.34", True),
        ("2a00:1450:4007::1", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("2002:7f00:1::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
    ],
)
def test_public_addresses_are_told_from_internal_ones(where, public):
    assert _is_public(where) is public
