"""An HTTP server on loopback: it answers as told, and on some paths as none should."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.loopback import LOOPBACK, serving

LARGE = b"x" * 70_000


@dataclass(frozen=True)
class Heard:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class StandIn(ThreadingHTTPServer):
    """Hears everything; what it answers is made from the body of the request.

    ``status`` is that of whatever it answers with a body.
    """

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        super().__init__(LOOPBACK, _Handler)
        self.answer = answer
        self.status = 200
        self.heard: list[Heard] = []
        self.is_over = threading.Event()

    def handle_error(self, request, client_address) -> None:
        """Clients hang up on us by intention."""


class _Handler(BaseHTTPRequestHandler):
    server: StandIn

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        heard = Heard(self.command, self.path, dict(self.headers), body)
        self.server.heard.append(heard)
        match self.path:
            case "/redirect":
                self._send(302, b"", Location="/other")
            case "/missing":
                self._send(404, b"sorry")
            case "/large":
                self._send(self.server.status, LARGE)
            case "/cookie":
                self._send(200, b"", **{"Set-Cookie": "visit=1; Path=/"})
            case "/packed":
                self._send(200, b"x", **{"Content-Encoding": "gzip"})
            case "/silent":
                self.server.is_over.wait(60)
            case "/slow":
                self._drip()
            case _:
                self._send(self.server.status, self.server.answer(body))

    # The base class looks for these names.
    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET  # noqa: N815

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _drip(self) -> None:
        """Send a byte at a time until the other side hangs up."""
        self.send_response(self.server.status)
        self.end_headers()
        while not self.server.is_over.wait(0.05):
            self.wfile.write(b"x")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def standing_in(
    answer: Callable[[bytes], bytes], context: ssl.SSLContext | None = None
) -> Iterator[StandIn]:
    """Serve; with a context, over TLS."""
    with serving(StandIn(answer), context) as server:
        try:
            yield server
        finally:
            server.is_over.set()
