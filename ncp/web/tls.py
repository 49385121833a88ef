"""TLS ended in this process, with every refused handshake counted and told.

A server made by ``loop.create_server`` swallows failed handshakes, in asyncio and in
uvloop. So the door accepts TCP itself and does each handshake in a task of its own,
where a failure is an exception. (With ``loop.start_tls`` uvloop may have read the first
bytes by then.) Both loops also drop the alert that tells the client why; it is sent on
a second handle of the connection.

Spec: fact sheet 01 1.7 / spec README "A refused TLS handshake" / 08 8.3.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ncp.peers.tls_context import last_words
from ncp.telemetry import Metrics, get_logger
from ncp.web.handshake import HandshakeFailure, OnRefused, classify
from ncp.web.http_protocol import PeerHttpProtocol

MAX_PENDING_HANDSHAKES = 256
MAX_PENDING_REPORTS = 1_000
_ACCEPT_PAUSE_S = 0.5
# A connection that is closed still carries what of its answer is not taken yet: too
# short a time would cut it off. Who takes nothing is cut off by the HTTP protocol.
_GOODBYE_S = 120.0


@dataclass(frozen=True, slots=True)
class TlsTerms:
    """How a door ends TLS.

    Attributes
    ----------
    context
        Asked for each new connection: keys and pins change while the door is open, and
        connections that are open keep what they began with.
    on_refused
        Told of each handshake that failed.
    """

    context: Callable[[], ssl.SSLContext]
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


class TlsListener:
    """Accepts connections, shakes hands, and leaves them to HTTP.

    To uvicorn it is one of the servers that it closes and waits for. Without a
    listening socket, connections are given to :meth:`welcome`.
    """

    def __init__(
        self,
        listening: socket.socket | None,
        terms: TlsTerms,
        reporter: RefusalReporter,
        make_http: Callable[[], PeerHttpProtocol],
    ) -> None:
        self._terms = terms
        self._reporter = reporter
        self._make_http = make_http
        self._loop = asyncio.get_running_loop()
        self._handshakes: set[asyncio.Task[None]] = set()
        self._accepting = (
            None
            if listening is None
            else self._loop.create_task(self._accept(listening))
        )

    def close(self) -> None:
        """Accept no more, and give up the handshakes under way."""
        if self._accepting is not None:
            self._accepting.cancel()
        for handshake in self._handshakes:
            handshake.cancel()

    async def wait_closed(self) -> None:
        """Wait until nothing of the above is left."""
        accepting = () if self._accepting is None else (self._accepting,)
        await asyncio.gather(*accepting, *self._handshakes, return_exceptions=True)

    async def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                accepted, address = await self._loop.sock_accept(listening)
            except ConnectionError:
                continue  # gone between the knock and the opening
            except OSError as error:
                # Out of file descriptors, most likely: some will be free again.
                get_logger().error("tls.accept.failed", exc_info=error)
                await asyncio.sleep(_ACCEPT_PAUSE_S)
                continue
            self.welcome(accepted, str(address[0]), _nobody_counts)

    def welcome(
        self, accepted: socket.socket, address: str, on_gone: Callable[[], None]
    ) -> None:
        """Begin a handshake; ``on_gone`` is called when the connection is over."""
        if len(self._handshakes) >= MAX_PENDING_HANDSHAKES:
            accepted.close()
            self._reporter.report(address, HandshakeFailure.TOO_MANY_HANDSHAKES)
            on_gone()
            return
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        handshake = self._loop.create_task(
            self._shake_hands(accepted, address, on_gone)
        )
        self._handshakes.add(handshake)
        handshake.add_done_callback(self._handshakes.discard)

    async def _shake_hands(
        self, accepted: socket.socket, address: str, on_gone: Callable[[], None]
    ) -> None:
        """Do the handshake; HTTP begins inside, with the first byte behind it."""

        def make_http() -> PeerHttpProtocol:
            http = self._make_http()
            http.on_gone = on_gone
            return http

        alert: list[bytes] = []
        last_words.set(alert)
        with accepted.dup() as spare:
            try:
                await self._loop.connect_accepted_socket(
                    make_http,
                    accepted,
                    ssl=self._terms.context(),
                    ssl_handshake_timeout=self._terms.handshake_timeout_s,
                    ssl_shutdown_timeout=_GOODBYE_S,
                )
            except ssl.SSLError as error:
                _send_alert(spare, b"".join(alert))
                self._reporter.report(address, classify(error))
                on_gone()
            except Exception as error:  # noqa: BLE001 - whatever it was, it is a refusal
                self._reporter.report(address, classify(error))
                on_gone()


def _nobody_counts() -> None:
    """Do nothing: these connections were accepted here."""


def _send_alert(spare: socket.socket, alert: bytes) -> None:
    """Tell the client why, on a second handle of a connection the loop has closed."""
    # Whoever does not take a few bytes at once will not hear it.
    with contextlib.suppress(OSError):
        spare.setblocking(False)
        spare.send(alert)
