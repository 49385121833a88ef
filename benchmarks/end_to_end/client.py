"""A client as cheap as one can be: one TLS connection, bytes in, bytes out.

What it costs is on the same machine as what it measures, so it does next to nothing.
"""

from __future__ import annotations

import socket
import ssl
from types import TracebackType
from typing import Self

from benchmarks.end_to_end.messages import HOST
from ncp.demo.pki import CountryPki

_CHUNK = 1 << 18


class KeptConnection:
    """One connection that is kept open; mutual TLS with the keys of the peer.

    ``last_length`` is how long the last answer was.
    """

    def __init__(self, port: int, server: CountryPki, peer: CountryPki) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(server.authority)
        context.load_cert_chain(peer.tls_client.certificate, peer.tls_client.key)
        bare = socket.create_connection((HOST, port))
        bare.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = context.wrap_socket(bare, server_hostname=HOST)
        self._received = bytearray()
        self.last_length = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def ask(self, wire: bytes) -> tuple[bytes, bytes]:
        """Send a request and return head and body of its answer; 200 or an error."""
        self.send(wire)
        return self.receive()

    def send(self, wire: bytes) -> None:
        """Send a request; others may be sent before its answer is received."""
        self._socket.sendall(wire)

    def receive(self) -> tuple[bytes, bytes]:
        """Return head and body of the next answer; 200 or an error."""
        received = self._received
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        head = bytes(received[:end])
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"the gateway answered {head[:40]!r}")
        self.last_length = _length(head)
        whole = end + 4 + self.last_length
        while len(received) < whole:
            received += self._more()
        self._received = received[whole:]
        return head, bytes(received[end + 4 : whole])

    def _more(self) -> bytes:
        data = self._socket.recv(_CHUNK)
        if not data:
            raise ConnectionError("the gateway closed the connection")
        return data


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    raise RuntimeError("an answer tells no length")
