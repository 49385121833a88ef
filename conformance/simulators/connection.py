"""A small HTTPS client: exact bytes out, an answer or nothing back.

Each request has a connection of its own, so that what is done to one harms no other.

Spec: RFC 9112 §6, §7.1.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from conformance.simulators.http_messages import (
    DRIP_S,
    Fault,
    HttpReply,
    in_chunks,
    other_boundary,
    reset,
)

PATIENCE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request that is about to be sent."""

    url: str
    fields: Mapping[str, str]
    body: bytes
    is_chunked: bool = False
    fault: Fault | None = None
    slow_s: float = 5.0


def written(request: Outgoing) -> bytes:
    """Return a request as it is sent where nothing is done to it."""
    return _head(request) + request.body


def post(request: Outgoing, context: ssl.SSLContext) -> HttpReply | None:
    """Send it; None where the handshake is refused or no whole answer comes."""
    try:
        with _connected(request.url, context) as line:
            # It may be refused before all of it is there; then there is an answer.
            with suppress(ConnectionError, ssl.SSLError):
                _send(line, request)
            return _answer(line)
    except (OSError, http.client.HTTPException):
        return None


@contextmanager
def _connected(url: str, context: ssl.SSLContext) -> Iterator[ssl.SSLSocket]:
    parts = urlsplit(url)
    address = (str(parts.hostname), parts.port or 443)
    with (
        socket.create_connection(address, timeout=PATIENCE_S) as plain,
        # A line that is cut is not an answer that ends (RFC 8446 §6.1).
        context.wrap_socket(
            plain, server_hostname=parts.hostname, suppress_ragged_eofs=False
        ) as line,
    ):
        yield line


def _send(line: ssl.SSLSocket, request: Outgoing) -> None:
    head = _head(request)
    match request.fault:
        case Fault.HALF_CLOSED:
            line.sendall(head[: len(head) // 2])
            line.shutdown(socket.SHUT_WR)
        case Fault.TRUNCATED:
            line.sendall(head + request.body[: len(request.body) // 2])
            line.shutdown(socket.SHUT_WR)
        case Fault.RESET:
            line.sendall(head + request.body[: len(request.body) // 2])
            reset(line)
        case Fault.DRIP:
            _drip(line, head + _framed(request), request.slow_s)
        case Fault.SLOW:
            line.sendall(head)
            time.sleep(request.slow_s)
            line.sendall(_framed(request))
        case _:
            line.sendall(head + _framed(request))


def _drip(line: ssl.SSLSocket, data: bytes, patience_s: float) -> None:
    """Send bytes one by one for as long as this takes, and the rest at once."""
    deadline = time.monotonic() + patience_s
    sent = 0
    while sent < len(data) and time.monotonic() < deadline:
        line.sendall(data[sent : sent + 1])
        sent += 1
        time.sleep(DRIP_S)
    line.sendall(data[sent:])


def _head(request: Outgoing) -> bytes:
    parts = urlsplit(request.url)
    fields = {"Host": parts.netloc, **request.fields}
    if request.fault is Fault.WRONG_BOUNDARY:
        fields["Content-Type"] = other_boundary(fields["Content-Type"])
    if request.is_chunked and request.fault is not Fault.TRUNCATED:
        fields["Transfer-Encoding"] = "chunked"
    else:
        fields["Content-Length"] = str(len(request.body))
    lines = [f"POST {parts.path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _framed(request: Outgoing) -> bytes:
    return in_chunks(request.body) if request.is_chunked else request.body


def _answer(line: ssl.SSLSocket) -> HttpReply:
    response = http.client.HTTPResponse(line, method="POST")
    try:
        response.begin()
        body = response.read()
    finally:
        response.close()
    content_type = response.headers.get("Content-Type", "")
    return HttpReply(response.status, content_type, body)
