"""A small HTTPS server with mutual TLS: one function answers every POST.

Bodies may come in chunks, as OpenNCP sends them. What goes wrong on purpose goes wrong
here, on the connection.

Spec: RFC 9112 §7.1 / RFC 8446 §4.4.2 (client certificates) / IHE ITI TF-2 §3.19.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, TypeAlias

from conformance.simulators.http_messages import (
    BROWSER_PAGE,
    DOCUMENT_TYPE,
    DRIP_S,
    Fault,
    HttpReply,
    HttpRequest,
    in_chunks,
    other_boundary,
    reset,
)

MOST_BYTES: Final = 64 << 20
_PATIENCE_S: Final = 120.0

Answerer: TypeAlias = Callable[[HttpRequest], HttpReply]


class SimulatorServer:
    """Serves until it is closed; each connection has a thread of its own.

    Parameters
    ----------
    slow_s
        How long an answer that is to be slow is held back.
    chunked
        Whether answers travel in chunks.
    """

    def __init__(
        self,
        answer: Answerer,
        context: ssl.SSLContext,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        slow_s: float = 30.0,
        chunked: bool = False,
    ) -> None:
        self._server = _Server((host, port), _Handler)
        self._server.answer = answer
        self._server.slow_s = slow_s
        self._server.is_chunked = chunked
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """The address, without a path."""
        host, port = self._server.server_address[:2]
        return f"https://{host!s}:{port}"

    def start(self) -> None:
        """Begin to serve, in a thread."""
        self._thread.start()

    def close(self) -> None:
        """End; answers that are held back are not sent any more."""
        self._server.closing.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    answer: Answerer
    slow_s: float
    is_chunked: bool

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.closing = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing where the peer hung up; a mistake of ours is told."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        self.request.settimeout(_PATIENCE_S)
        super().setup()

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - its name
        """Log nothing: addresses and sizes are no news, and the rest is personal."""

    def do_POST(self) -> None:
        body = self._body()
        if body is None:
            self.send_error(413)
            return
        fields = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.answer(HttpRequest(self.path, fields, body))
        self._send(reply)

    def _body(self) -> bytes | None:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks()
        length = int(self.headers.get("Content-Length", "0"))
        return self.rfile.read(length) if length <= MOST_BYTES else None

    def _chunks(self) -> bytes | None:
        body = bytearray()
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
            if len(body) > MOST_BYTES:
                return None
        while self.rfile.readline().strip():
            pass
        return bytes(body)

    def _send(self, reply: HttpReply) -> None:
        if reply.fault is Fault.SLOW and self.server.closing.wait(self.server.slow_s):
            self.close_connection = True
            return
        reply = _altered(reply)
        head, half = self._head(reply), reply.body[: len(reply.body) // 2]
        match reply.fault:
            case Fault.HALF_CLOSED:
                self._end_with(head[: len(head) // 2])
            case Fault.TRUNCATED:
                self._end_with(head + half)
            case Fault.RESET:
                reset(self.request)
                self.close_connection = True
            case Fault.DRIP:
                self._drip(head + self._framed(reply.body))
            case _:
                self.wfile.write(head + self._framed(reply.body))

    def _head(self, reply: HttpReply) -> bytes:
        length = {"Content-Length": str(len(reply.body))}
        if self.server.is_chunked and reply.fault is not Fault.TRUNCATED:
            length = {"Transfer-Encoding": "chunked"}
        return _lines(reply.status, {"Content-Type": reply.content_type, **length})

    def _framed(self, body: bytes) -> bytes:
        return in_chunks(body) if self.server.is_chunked else body

    def _drip(self, data: bytes) -> None:
        """Send bytes one by one, until it is over or the other side has enough."""
        self.close_connection = True
        for number in range(len(data)):
            if self.server.closing.wait(DRIP_S):
                return
            self.wfile.write(data[number : number + 1])

    def _end_with(self, data: bytes) -> None:
        self.wfile.write(data)
        self.close_connection = True
        with contextlib.suppress(OSError):
            # Without TLS's own goodbye: the line is cut.
            self.request.shutdown(socket.SHUT_WR)


def _altered(reply: HttpReply) -> HttpReply:
    match reply.fault:
        case Fault.WRONG_BOUNDARY:
            content_type = other_boundary(reply.content_type)
            return replace(reply, content_type=content_type)
        case Fault.DOCTYPE:
            return replace(reply, body=DOCUMENT_TYPE + reply.body)
        case Fault.PAGE:
            content_type, body = BROWSER_PAGE
            return replace(reply, content_type=content_type, body=body)
        case _:
            return reply


def _lines(status: int, fields: Mapping[str, str]) -> bytes:
    lines = [
        f"HTTP/1.1 {status} ",
        *(f"{name}: {text}" for name, text in fields.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
