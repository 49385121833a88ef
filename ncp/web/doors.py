"""The doors of a gateway: one process, one loop, opened and stopped together.

A stop lets the requests that are being answered finish, within a limit.

Spec: ARCHITECTURE "Three doors".
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import uvicorn
import uvloop
from starlette.types import ASGIApp

from ncp.errors import ConfigurationError
from ncp.telemetry import Metrics, get_logger
from ncp.web.http_protocol import PeerHttpProtocol
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
    keep_alive_timeout_s: float = 75.0


@dataclass(frozen=True, slots=True)
class OpenDoor:
    """A door that is open, and where."""

    name: str
    host: str
    port: int
    url: str


OnOpen = Callable[[Sequence[OpenDoor]], None]


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

    async def serve_until_signal() -> None:
        stop = asyncio.Event()
        _stop_on_signals(stop)
        if on_hang_up is not None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, on_hang_up)
        announce = partial(_announce, ready_file)
        await serve(doors, metrics, stop, announce, stop_timeout_s=stop_timeout_s)

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
        sockets = [stack.enter_context(_bind(door)) for door in doors]
        servers = [_server(door, metrics, stop_timeout_s, stack) for door in doors]
        tasks = [
            asyncio.create_task(server.serve(sockets=[bound]))
            for server, bound in zip(servers, sockets, strict=True)
        ]
        if await _have_started(servers, tasks):
            on_open([_opened(*pair) for pair in zip(doors, sockets, strict=True)])
            await _first_of(stop, tasks)
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
        if self._door.tls is None or self._reporter is None or sockets is None:
            await super().startup(sockets)
            return
        await self.lifespan.startup()
        listeners = []
        for each in sockets:
            each.listen(BACKLOG)
            listeners.append(
                TlsListener(each, self._door.tls, self._reporter, self._make_http)
            )
        # uvicorn closes these, and waits for them, when it stops.
        self.servers = cast("list[asyncio.base_events.Server]", listeners)
        self.started = True

    def _make_http(self) -> PeerHttpProtocol:
        return PeerHttpProtocol(
            self.config,
            self.server_state,
            self.lifespan.state,
            header_timeout_s=self._door.header_timeout_s,
        )


def _server(
    door: Door, metrics: Metrics, stop_timeout_s: float, stack: contextlib.ExitStack
) -> _DoorServer:
    reporter = None
    if door.tls is not None:
        reporter = RefusalReporter(door.name, door.tls.on_refused, metrics)
        stack.callback(reporter.close)
    plain: Any = partial(PeerHttpProtocol, header_timeout_s=door.header_timeout_s)
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


def _bind(door: Door) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(
            door.host, door.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return _bound(family, address)
    except OSError as error:
        raise ConfigurationError(
            f"The {door.name} door cannot open at {door.host} port {door.port}: "
            f"{error.strerror}.",
            f"Correct `doors.{door.name}.host` and `.port`, or stop what listens "
            "there.",
        ) from None


def _bound(family: socket.AddressFamily, address: tuple[Any, ...]) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.setblocking(False)
    except OSError:
        bound.close()
        raise
    return bound


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


def _opened(door: Door, bound: socket.socket) -> OpenDoor:
    port = bound.getsockname()[1]
    scheme = "http" if door.tls is None else "https"
    host = f"[{door.host}]" if ":" in door.host else door.host
    return OpenDoor(door.name, door.host, port, f"{scheme}://{host}:{port}")


def _announce(ready_file: Path | None, doors: Sequence[OpenDoor]) -> None:
    log = get_logger()
    for door in doors:
        log.info("door.opened", door=door.name, host=door.host, port=door.port)
    if ready_file is not None:
        write_ready_file(ready_file, doors)


def write_ready_file(path: Path, doors: Sequence[OpenDoor]) -> None:
    """Tell where the doors are; the file appears whole or not at all."""
    listing = {
        door.name: {"host": door.host, "port": door.port, "url": door.url}
        for door in doors
    }
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    text = json.dumps({"pid": os.getpid(), "doors": listing}, indent=2)
    fresh.write_text(text + "\n", encoding="utf-8")
    fresh.replace(path)


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()

    def on_signal(number: signal.Signals) -> None:
        get_logger().info("gateway.stopping", signal=number.name)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal, number)
