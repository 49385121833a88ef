"""Run doors in a thread for a test, and talk to them with plain sockets."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime

import uvloop

from ncp.exchange import HttpPayload, InboundHttp, OutboundHttp, PeerIdentity
from ncp.telemetry import Metrics
from ncp.web.doors import Door, serve
from ncp.web.places import OpenDoor

SOAP = "application/soap+xml; charset=UTF-8"
# Longer than any stop takes that waits for nothing, on any machine.
STOP_TIMEOUT_S = 15


class EchoService:
    """Answers with the size of what came; keeps what it was asked."""

    def __init__(self) -> None:
        self.requests: list[InboundHttp] = []
        self.too_large: list[PeerIdentity] = []
        self.go_on = threading.Event()
        self.go_on.set()
        self.entered = threading.Event()

    def answer(self, request: InboundHttp) -> OutboundHttp:
        self.requests.append(request)
        self.entered.set()
        self.go_on.wait(10)
        return OutboundHttp(200, HttpPayload(SOAP, b"%d" % len(request.body)))

    def refuse_too_large(
        self, peer: PeerIdentity, received_at: datetime
    ) -> OutboundHttp:
        self.too_large.append(peer)
        return OutboundHttp(500, HttpPayload(SOAP, b"<fault>too large</fault>"))


class Running:
    def __init__(self, thread, loop, stop, doors: Sequence[OpenDoor]) -> None:
        self.doors = {door.name: door for door in doors}
        self._thread, self._loop, self._stop = thread, loop, stop

    def stop(self, wait: bool = True) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is already closed
            self._loop.call_soon_threadsafe(self._stop.set)
        if wait:
            self._thread.join(20)
            assert not self._thread.is_alive()

    def port(self, name: str = "international") -> int:
        return self.doors[name].port


@contextlib.contextmanager
def running(
    *doors: Door, metrics: Metrics | None = None, loop_of=uvloop.new_event_loop
) -> Iterator[Running]:
    opened: list = []
    is_open = threading.Event()
    loops: list = []
    failures: list[BaseException] = []

    async def main() -> None:
        stop = asyncio.Event()
        loops.extend([asyncio.get_running_loop(), stop])

        def on_open(listing: Sequence[OpenDoor]) -> None:
            opened.extend(listing)
            is_open.set()

        await serve(
            doors, metrics or Metrics(), stop, on_open, stop_timeout_s=STOP_TIMEOUT_S
        )

    def work() -> None:
        try:
            with asyncio.Runner(loop_factory=loop_of) as runner:
                runner.run(main())
        except BaseException as error:  # noqa: BLE001 - raised in the test's thread
            failures.append(error)
        finally:
            is_open.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert is_open.wait(10)
    if failures:
        thread.join()
        raise failures[0]
    handle = Running(thread, loops[0], loops[1], opened)
    try:
        yield handle
    finally:
        handle.stop()
    if failures:
        raise failures[0]


def client_side(pki, leaf=None, version=None) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=pki.authority.pem)
    if leaf is not None:
        context.load_cert_chain(*leaf.pair)
    if version is not None:
        context.minimum_version = context.maximum_version = version
    return context


def connect(port: int, context: ssl.SSLContext | None = None) -> socket.socket:
    plain = socket.create_connection(("127.0.0.1", port), timeout=10)
    if context is None:
        return plain
    try:
        return context.wrap_socket(plain, server_hostname="127.0.0.1")
    except BaseException:
        plain.close()
        raise


def read_all(connection: socket.socket) -> bytes:
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
    return received


def post(path: str, body: bytes, *headers: str, length: int | None = None) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: ncp.example",
        f"Content-Length: {len(body) if length is None else length}",
        f"Content-Type: {SOAP}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
