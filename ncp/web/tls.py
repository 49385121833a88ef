"""TLS ended in this process, with every refused handshake counted and told.

asyncio and uvloop swallow failed handshakes, so the door accepts plain TCP itself, does
the handshake with ``loop.start_tls``, and only then hands the connection to HTTP.

Spec: fact sheet 01 1.7 / spec README "A refused TLS handshake" / 08 8.3.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ssl import SSLContext
from typing import Any, Protocol

from uvicorn.config import Config
from uvicorn.protocols.utils import get_remote_addr
from uvicorn.server import ServerState

from ncp.telemetry import Metrics, get_logger
from ncp.web.handshake import HandshakeFailure, OnRefused, classify
from ncp.web.http_protocol import PeerHttpProtocol

MAX_PENDING_HANDSHAKES = 256
MAX_PENDING_REPORTS = 1_000


@dataclass(frozen=True, slots=True)
class TlsTerms:
    """How a door ends TLS; ``on_refused`` is told of each handshake that failed."""

    context: SSLContext
    on_refused: OnRefused
    handshake_timeout_s: float = 10.0


class RefusalReporter:
    """Counts, logs and tells refused handshakes, never on the event loop.

    Telling may write to the database, so it happens on one thread of its own. A flood
    of bad handshakes must not grow without bound: beyond the limit it is counted only.
    """

    def __init__(self, door: str, on_refused: OnRefused, metrics: Metrics) -> None:
        self._door = door
        self._on_refused = on_refused
        self._metrics = metrics
        self._log = get_logger()
        self._pending = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"refused-{door}")

    def report(self, address: str, failure: HandshakeFailure) -> None:
        """Count one refused handshake and pass it on."""
        self._metrics.handshakes_refused.labels(self._door, failure.value).inc()
        self._log.warning(
            "tls.handshake.refused",
            door=self._door,
            address=address,
            reason=failure.value,
            sentence=failure.sentence,
        )
        if self._pending >= MAX_PENDING_REPORTS:
            self._metrics.handshakes_unrecorded.labels(self._door).inc()
            return
        self._pending += 1
        self._thread.submit(self._tell, address, failure)

    def close(self) -> None:
        """Wait until everything reported has been told."""
        self._thread.shutdown(wait=True)

    def _tell(self, address: str, failure: HandshakeFailure) -> None:
        try:
            self._on_refused(address, failure)
        except Exception as error:  # noqa: BLE001 - outermost handler of this thread
            self._metrics.handshakes_unrecorded.labels(self._door).inc()
            self._log.error("tls.refusal.unrecorded", door=self._door, exc_info=error)
        finally:
            self._pending -= 1


class _HttpFactory(Protocol):
    def __call__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None,
    ) -> PeerHttpProtocol: ...


class TlsAcceptor(asyncio.Protocol):
    """Takes a TCP connection, shakes hands, and leaves it to HTTP.

    uvicorn creates one per connection in place of its HTTP protocol.
    """

    def __init__(
        self,
        terms: TlsTerms,
        reporter: RefusalReporter,
        make_http: _HttpFactory,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._terms = terms
        self._reporter = reporter
        self._loop = _loop or asyncio.get_running_loop()
        self._make_http: Callable[[], PeerHttpProtocol] = lambda: make_http(
            config=config,
            server_state=server_state,
            app_state=app_state,
            _loop=self._loop,
        )
        # uvicorn closes what is in this set when it stops.
        self._connections: set[Any] = server_state.connections
        self._transport: asyncio.Transport | None = None
        self._handshake: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - narrows the type
        self._transport = transport
        # Not a byte may be read before start_tls has taken the transport over.
        transport.pause_reading()
        if self._handshakes_under_way() >= MAX_PENDING_HANDSHAKES:
            self._refuse(HandshakeFailure.TOO_MANY_HANDSHAKES)
            return
        self._connections.add(self)
        self._handshake = self._loop.create_task(self._shake_hands(transport))

    def shutdown(self) -> None:
        """Give the handshake up; uvicorn calls this when the server stops."""
        if self._handshake is not None:
            self._handshake.cancel()

    def _handshakes_under_way(self) -> int:
        return sum(isinstance(each, TlsAcceptor) for each in self._connections)

    async def _shake_hands(self, transport: asyncio.Transport) -> None:
        early = _EarlyBytes()
        try:
            secured = await self._loop.start_tls(
                transport,
                early,
                self._terms.context,
                server_side=True,
                ssl_handshake_timeout=self._terms.handshake_timeout_s,
            )
        except asyncio.CancelledError:
            transport.abort()
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, it is a refusal
            self._refuse(classify(error))
            return
        finally:
            self._connections.discard(self)
        if secured is None:
            self._refuse(HandshakeFailure.CONNECTION_LOST)
            return
        early.hand_over(secured, self._make_http())

    def _refuse(self, failure: HandshakeFailure) -> None:
        transport = self._transport
        assert transport is not None  # noqa: S101 - set in connection_made
        remote = get_remote_addr(transport)
        transport.abort()
        self._reporter.report(remote[0] if remote else "unknown", failure)


class _EarlyBytes(asyncio.Protocol):
    """Keeps what a client sends between the handshake's end and the hand-over."""

    def __init__(self) -> None:
        self._received: list[bytes] = []
        self._is_lost = False
        self._cause: Exception | None = None

    def data_received(self, data: bytes) -> None:
        self._received.append(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_lost = True
        self._cause = exc

    def hand_over(self, transport: asyncio.Transport, http: PeerHttpProtocol) -> None:
        """Make ``http`` the transport's protocol and give it what came early."""
        if self._is_lost:
            return
        transport.set_protocol(http)
        http.connection_made(transport)
        for data in self._received:
            if not transport.is_closing():
                http.data_received(data)
