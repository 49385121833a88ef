"""The doors of a gateway: one process, one loop, opened and stopped together.

A stop lets the requests that are being answered finish, within a limit.

Spec: ARCHITECTURE "Three doors".
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import uvicorn
import uvloop
from starlette.types import ASGIApp

from ncp.errors import InternalError, Refusal
from ncp.telemetry import Metrics, get_logger
from ncp.web.handed import HandedDoors, PlainReception, Welcome
from ncp.web.http_protocol import PeerHttpProtocol
from ncp.web.places import OpenDoor, Place, announce, bind, opened
from ncp.web.tls import RefusalReporter, TlsListener, TlsTerms

BACKLOG = 2_048
_POLL_S = 0.01
_TICK_S = 1.0


@dataclass(frozen=True, slots=True)
class Door:
    """One address with one application behind it.

    Attributes
    ----------
    port
        0 takes any free port; the ready file tells which.
    tls
        None for plain HTTP: a loopback door, or a door behind a proxy.
    """

    name: str
    app: ASGIApp
    host: str
    port: int
    tls: TlsTerms | None = None
    max_connections: int = 512
    header_timeout_s: float = 20.0
    answer_timeout_s: float = 60.0
    keep_alive_timeout_s: float = 75.0

    @property
    def place(self) -> Place:
        """Where it is to open."""
        return Place(self.name, self.host, self.port, is_tls=self.tls is not None)


OnOpen = Callable[[Sequence[OpenDoor]], None]
Serving = Coroutine[Any, Any, None]


def run(
    doors: Sequence[Door],
    metrics: Metrics,
    *,
    ready_file: Path | None = None,
    stop_timeout_s: float = 30.0,
    on_hang_up: Callable[[], None] | None = None,
) -> None:
    """Open the doors and serve until SIGTERM or SIGINT; blocks.

    SIGHUP calls ``on_hang_up`` on the loop: it must not block.
    """
    if ready_file is not None:
        # One of an earlier run would tell ports that nobody listens at.
        ready_file.unlink(missing_ok=True)

    def serving(stop: asyncio.Event) -> Serving:
        on_open = partial(announce, ready_file)
        return serve(doors, metrics, stop, on_open, stop_timeout_s=stop_timeout_s)

    _run_until_signal(serving, on_hang_up)


def run_handed(
    doors: Sequence[Door],
    metrics: Metrics,
    handed: HandedDoors,
    *,
    stop_timeout_s: float = 30.0,
    on_hang_up: Callable[[], None] | None = None,
) -> None:
    """Serve what a supervisor hands over until SIGTERM, SIGINT or its end; blocks."""

    def serving(stop: asyncio.Event) -> Serving:
        return serve_handed(doors, metrics, stop, handed, stop_timeout_s=stop_timeout_s)

    _run_until_signal(serving, on_hang_up)


def _run_until_signal(
    serving: Callable[[asyncio.Event], Serving], on_hang_up: Callable[[], None] | None
) -> None:
    async def serve_until_signal() -> None:
        stop = asyncio.Event()
        _stop_on_signals(stop)
        if on_hang_up is not None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, on_hang_up)
        await serving(stop)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve_until_signal())


async def serve(
    doors: Sequence[Door],
    metrics: Metrics,
    stop: asyncio.Event,
    on_open: OnOpen,
    *,
    stop_timeout_s: float = 30.0,
) -> None:
    """Serve until ``stop`` is set; if one door fails, all are closed."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(bind(door.place)) for door in doors]
        servers = [_server(door, metrics, stop_timeout_s, stack) for door in doors]
        tasks = [
            asyncio.create_task(server.serve(sockets=[bound]))
            for server, bound in zip(servers, sockets, strict=True)
        ]
        if await _have_started(servers, tasks):
            pairs = zip(doors, sockets, strict=True)
            on_open([opened(door.place, bound) for door, bound in pairs])
            await _first_of(stop, tasks)
        for server in servers:
            server.close()
        await asyncio.gather(*tasks)


async def serve_handed(
    doors: Sequence[Door],
    metrics: Metrics,
    stop: asyncio.Event,
    handed: HandedDoors,
    *,
    stop_timeout_s: float = 30.0,
) -> None:
    """Serve connections that a supervisor hands over, until ``stop`` is set."""
    with contextlib.ExitStack() as stack:
        servers = [_server(door, metrics, stop_timeout_s, stack) for door in doors]
        tasks = [asyncio.create_task(server.serve(sockets=[])) for server in servers]
        if await _have_started(servers, tasks):
            handed.open([server.welcome for server in servers], stop)
            await _first_of(stop, tasks)
        handed.close()
        for server in servers:
            server.close()
        await asyncio.gather(*tasks)


class _DoorServer(uvicorn.Server):
    """A uvicorn server that leaves signals to the process, and TLS to us."""

    def __init__(
        self, config: uvicorn.Config, door: Door, reporter: RefusalReporter | None
    ) -> None:
        super().__init__(config)
        self._door = door
        self._reporter = reporter
        self._closing = asyncio.Event()
        self.welcome: Welcome = _not_yet

    def close(self) -> None:
        """Stop as soon as the requests under way are answered."""
        self.should_exit = True
        self._closing.set()

    async def main_loop(self) -> None:
        # uvicorn looks ten times a second whether to stop; being told is enough. A
        # count of 0 makes it renew the Date header.
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), _TICK_S)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        if sockets and self._door.tls is None:
            await super().startup(sockets)
            return
        await self.lifespan.startup()
        listener = self._listener(sockets[0] if sockets else None)
        self.welcome = listener.welcome
        # uvicorn closes these, and waits for them, when it stops.
        self.servers = cast("list[asyncio.base_events.Server]", [listener])
        self.started = True

    def _listener(
        self, listening: socket.socket | None
    ) -> TlsListener | PlainReception:
        if self._door.tls is None or self._reporter is None:
            return PlainReception(self._make_http)
        if listening is not None:
            listening.listen(BACKLOG)
        return TlsListener(listening, self._door.tls, self._reporter, self._make_http)

    def _make_http(self) -> PeerHttpProtocol:
        return PeerHttpProtocol(
            self.config,
            self.server_state,
            self.lifespan.state,
            header_timeout_s=self._door.header_timeout_s,
            answer_timeout_s=self._door.answer_timeout_s,
        )


def _server(
    door: Door, metrics: Metrics, stop_timeout_s: float, stack: contextlib.ExitStack
) -> _DoorServer:
    reporter = None
    if door.tls is not None:
        reporter = RefusalReporter(door.name, door.tls.on_refused, metrics)
        stack.callback(reporter.close)
    plain: Any = partial(
        PeerHttpProtocol,
        header_timeout_s=door.header_timeout_s,
        answer_timeout_s=door.answer_timeout_s,
    )
    config = uvicorn.Config(
        door.app,
        # uvicorn asks for a class and calls it for each connection.
        http=cast("type[asyncio.Protocol]", plain),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        limit_concurrency=door.max_connections,
        timeout_keep_alive=cast("int", door.keep_alive_timeout_s),
        timeout_graceful_shutdown=cast("int", stop_timeout_s),
    )
    return _DoorServer(config, door, reporter)


def _not_yet(
    connection: socket.socket, _address: str, _on_gone: Callable[[], None]
) -> None:
    connection.close()
    raise InternalError(Refusal.INTERNAL, "a door is asked before it is open")


async def _have_started(
    servers: Sequence[_DoorServer], tasks: Sequence[asyncio.Task[None]]
) -> bool:
    while not all(server.started for server in servers):
        if any(task.done() for task in tasks):
            return False
        await asyncio.sleep(_POLL_S)
    return True


async def _first_of(stop: asyncio.Event, tasks: Sequence[asyncio.Task[None]]) -> None:
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()

    def on_signal(number: signal.Signals) -> None:
        get_logger().info("gateway.stopping", signal=number.name)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal, number)
