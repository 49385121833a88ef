"""uvicorn's HTTP protocol with two things it lacks: the client's certificate, patience.

The certificate of the TLS connection goes into each request's scope, under
``extensions.tls.client_cert_der``. A client that opens a connection, or begins a
request, and does not finish its headers in time, or not within a limit, is cut off; so
is one that does not take its answer.

Spec: 08 8.3 / ASGI TLS extension (names of the keys).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import (
    HttpToolsProtocol,
    RequestResponseCycle,
)
from uvicorn.server import ServerState

from ncp.telemetry import get_logger
from ncp.web.taking import GOODBYE_S, Taking

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
        answer_timeout_s: float = 60.0,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._header_timeout_s = header_timeout_s
        self._answer_timeout_s = answer_timeout_s
        self._patience: asyncio.TimerHandle | None = None
        self._taking: Taking | None = None
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
                self._cut_off("head-too-large")

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

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._see_off()

    def pause_writing(self) -> None:
        """Wait no longer than it takes to take an answer: it is held in memory."""
        super().pause_writing()
        self._see_off()

    def resume_writing(self) -> None:
        self._stop_waiting()
        super().resume_writing()

    def shutdown(self) -> None:
        """Close an idle connection, without waiting long for the client's goodbye."""
        cycle: RequestResponseCycle | None = self.cycle
        is_idle = cycle is None or cycle.response_complete
        super().shutdown()
        if is_idle:
            self.loop.call_later(GOODBYE_S, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lose_patience()
        self._stop_waiting()
        super().connection_lost(exc)
        if self.on_gone is not None:
            self.on_gone()

    def _be_patient(self) -> None:
        """Start the time in which the headers of a request have to arrive."""
        self._lose_patience()
        self._patience = self.loop.call_later(
            self._header_timeout_s, self._cut_off, "head-not-finished"
        )

    def _lose_patience(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _see_off(self) -> None:
        """Watch whether the client takes its answer, and answers our goodbye."""
        self._stop_waiting()
        self._taking = Taking(
            self.loop, self.transport, self._answer_timeout_s, self._on_not_taken
        )

    def _on_not_taken(self, is_left: bool) -> None:
        if is_left:
            self._tell_cut_off("answer-not-taken")
        if is_left or self.transport.is_closing():
            self.transport.abort()

    def _stop_waiting(self) -> None:
        if self._taking is not None:
            self._taking.stop()
            self._taking = None

    def _cut_off(self, reason: str) -> None:
        self._lose_patience()
        if not self.transport.is_closing():
            self._tell_cut_off(reason)
            self.transport.abort()

    def _tell_cut_off(self, reason: str) -> None:
        address = self.client[0] if self.client else None
        get_logger().warning("connection.cut-off", reason=reason, address=address)
