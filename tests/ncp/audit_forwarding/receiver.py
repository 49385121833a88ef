"""An audit repository to test with: syslog over mutual TLS, and every way to fail."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from ncp.demo.pki import CountryPki

_LENGTH = re.compile(rb"(\d{1,9}) ")


def server_context(pki: CountryPki) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki.tls_server.certificate, pki.tls_server.key)
    context.load_verify_locations(pki.authority)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


@dataclass(slots=True)
class Manners:
    """How it behaves on its next connections, one entry for each; then well.

    ``well``: reads all and says farewell. ``dies``: cuts the line after ``dies_after``
    bytes. ``silent``: reads all, keeps the line. ``rude``: reads all, ends without a
    farewell.
    """

    order: list[str] = field(default_factory=list)
    dies_after: int = 0

    def next(self) -> str:
        return self.order.pop(0) if self.order else "well"


class Receiver:
    """Keeps every message whose frame was complete, in the order of arrival."""

    def __init__(
        self,
        pki: CountryPki,
        manners: Manners | None = None,
        clients: Path | None = None,
    ) -> None:
        self.messages: list[bytes] = []
        self.manners = manners or Manners()
        self._context = server_context(pki)
        if clients is not None:
            self._context.load_verify_locations(clients)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        # On Linux a listener that is only closed would go on waiting.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            try:
                self._read(plain)
            except OSError:
                continue

    def _read(self, plain: socket.socket) -> None:
        manner = self.manners.next()
        plain.settimeout(5)
        with self._context.wrap_socket(plain, server_side=True) as connection:
            data = b""
            while piece := connection.recv(65_536):
                data = self._take(data + piece)
                if manner == "dies" and len(data) >= self.manners.dies_after:
                    return  # the context manager closes the socket, without a word
            if manner == "well":
                connection.unwrap()

    def _take(self, data: bytes) -> bytes:
        """Take the complete frames, return the rest."""
        while match := _LENGTH.match(data):
            end = match.end() + int(match[1])
            if len(data) < end:
                return data
            self.messages.append(data[match.end() : end])
            data = data[end:]
        return data
