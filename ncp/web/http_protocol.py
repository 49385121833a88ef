"""uvicorn's HTTP protocol with two things it lacks: the client's certificate, patience.

The certificate of the TLS connection goes into each request's scope, under
``extensions.tls.client_cert_der``. A client that opens a connection, or begins a
request, and does not finish its headers in time, or not within a limit, is cut off.

Spec: 08 8.3 / ASGI TLS extension (names of the keys).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

# Request line and headers together; httptools itself knows no limit.
MAX_HEAD_BYTES = 65_536
_TLS_VERSIONS = {"TLSv1.2": 0x0303, "TLSv1.3": 0x0304}


class PeerHttpProtocol(HttpToolsProtocol):
    """One HTTP connection whose requests know the certificate of the peer.

    ``on_gone``, where somebody counts connections, is called at its end.
    """

    on_gone: Callable[[], None] | None = None

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        header_timeout_s: float = 20.0,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._header_timeout_s = header_timeout_s
        self._patience: asyncio.TimerHandle | None = None
        self._tls: dict[object, object] | None = None
        self._is_in_head = False
        self._head_bytes = 0

    def connection_made(  # type: ignore[override]  # uvicorn narrows it too
        self, transport: asyncio.Transport
    ) -> None:
        super().connection_made(transport)
        connection = transport.get_extra_info("ssl_object")
        if connection is not None:
            self._tls = {
                "tls_version": _TLS_VERSIONS.get(connection.version()),
                "client_cert_der": connection.getpeercert(binary_form=True),
            }
        self._be_patient()

    def data_received(self, data: bytes) -> None:
        was_in_head = self._is_in_head
        super().data_received(data)
        # The read that begins a head may hold the end of a body too: not counted.
        if was_in_head and self._is_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._cut_off()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head = True
        self._head_bytes = 0
        if self._tls is not None:
            # httptools may begin many requests on one connection: each has a scope.
            self.scope["extensions"] = {"tls": dict(self._tls)}
        self._be_patient()

    def on_headers_complete(self) -> None:
        self._lose_patience()
        self._is_in_head = False
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lose_patience()
        super().connection_lost(exc)
        if self.on_gone is not None:
            self.on_gone()

    def _be_patient(self) -> None:
        """Start the time in which the headers of a request have to arrive."""
        self._lose_patience()
        self._patience = self.loop.call_later(self._header_timeout_s, self._cut_off)

    def _lose_patience(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _cut_off(self) -> None:
        self._lose_patience()
        if not self.transport.is_closing():
            self.transport.abort()
