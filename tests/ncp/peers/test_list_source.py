"""Fetching lists: what is asked, what is taken, and where nobody goes."""

from __future__ import annotations

import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ncp.peers.guard import Guard
from ncp.peers.list_source import HttpListSource
from ncp.peers.metadata_fetch import directory_context
from tests.ncp.web.pki import SERVER, Authority
from trust.smp import AddressRules
from trust.trustlist import ListUnavailable

LIST = b"<TrustServiceStatusList/>"
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


class Publisher(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.heard.append((self.path, dict(self.headers)))
        match self.path:
            case "/moved.xml":
                self._send(302, b"", Location="/list.xml")
            case "/missing.xml":
                self._send(404, b"sorry")
            case "/large.xml":
                self._send(200, b"x" * 5_000)
            case "/packed.xml":
                self._send(200, b"x", **{"Content-Encoding": "gzip"})
            case "/silent.xml":
                self.server.release.wait(5)
            case "/slow.xml":
                self._dribble()
            case _:
                self._send(200, LIST)

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _dribble(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(20):
            if self.server.release.wait(0.05):
                return
            self.wfile.write(b"x")
            self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"), "lists")


class Quiet(ThreadingHTTPServer):
    def handle_error(self, request, client_address) -> None:
        """Clients hang up on us by intention."""


@pytest.fixture
def server(authority) -> Iterator[Quiet]:
    server = Quiet(("127.0.0.1", 0), Publisher)
    server.heard, server.release = [], threading.Event()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.leaf("publisher", SERVER).pair)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.release.set()
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def source_for(server, authorities: str, *, networks=LOOPBACK, **options):
    rules = AddressRules(ports=frozenset({server.server_port}), networks=networks)
    context = directory_context(authorities)
    with closing(HttpListSource(Guard(rules), context, **options)) as source:
        yield source


def address(server, path: str = "/list.xml") -> str:
    return f"https://127.0.0.1:{server.server_port}{path}"


def test_a_list_is_fetched_as_it_stands(server, authority):
    with source_for(server, authority.pem) as source:
        assert source.fetch(address(server)) == LIST
    ((path, headers),) = server.heard
    assert path == "/list.xml"
    assert "etsi.tsl+xml" in headers["Accept"]
    assert headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/moved.xml", "HTTP 302"),
        ("/missing.xml", "HTTP 404"),
        ("/large.xml", "larger than 4000 bytes"),
        ("/packed.xml", "compressed"),
        ("/silent.xml", "in time"),
        ("/slow.xml", "in time"),
    ],
)
def test_an_answer_that_is_no_list_is_not_taken(server, authority, path, sentence):
    limits = {"timeout_s": 0.3, "max_bytes": 4_000}
    with (
        source_for(server, authority.pem, **limits) as source,
        pytest.raises(ListUnavailable, match=sentence),
    ):
        source.fetch(address(server, path))


def test_a_redirect_is_not_followed(server, authority):
    with source_for(server, authority.pem) as source, pytest.raises(ListUnavailable):
        source.fetch(address(server, "/moved.xml"))
    assert [path for path, _ in server.heard] == ["/moved.xml"]


def test_a_server_that_nobody_vouches_for_is_not_asked(server, tmp_path):
    other = Authority(tmp_path, "other")
    with (
        source_for(server, other.pem) as source,
        pytest.raises(ListUnavailable, match="TLS"),
    ):
        source.fetch(address(server))
    assert server.heard == []


@pytest.mark.spec("fact sheet 02 7.2 row 34")
def test_our_own_network_is_not_asked(server, authority):
    with (
        source_for(server, authority.pem, networks=()) as source,
        pytest.raises(ListUnavailable, match="not public"),
    ):
        source.fetch(address(server))
    assert server.heard == []


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/list.xml",
        "file:///etc/passwd",
        "/etc/passwd",
        "https://user@127.0.0.1/list.xml",
        "https://127.0.0.1:1/list.xml",
        "",
    ],
)
def test_what_is_no_allowed_address_is_not_asked(server, authority, location):
    with source_for(server, authority.pem) as source, pytest.raises(ListUnavailable):
        source.fetch(location)


def test_nobody_at_home_is_told_as_such(server, authority):
    server.socket.close()
    with (
        source_for(server, authority.pem) as source,
        pytest.raises(ListUnavailable, match="no connection"),
    ):
        source.fetch(address(server))
