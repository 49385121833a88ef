"""A country A made of a socket, and clients that send to it."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ncp.errors import PeerUnavailable
from ncp.exchange import HttpPayload
from ncp.peers import Endpoints, Peer, PeerClient, Service
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


def refused(client: PeerClient, peer: Peer, **how) -> PeerUnavailable:
    with pytest.raises(PeerUnavailable) as caught:
        client.send(peer, Service.XCPD, MESSAGE, **how)
    assert caught.value.remedy
    return caught.value
