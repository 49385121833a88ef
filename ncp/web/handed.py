"""Connections that were accepted elsewhere: from the supervisor's line to the doors.

Spec: :mod:`ncp.workers.supervisor`.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Sequence
from typing import TypeAlias

from ncp.telemetry import get_logger
from ncp.web.http_protocol import PeerHttpProtocol
from ncp.workers.channel import Fleet, Handed, OtherSideGone, WorkerEnd
from ncp.workers.watch import BEAT_S

Welcome: TypeAlias = Callable[[socket.socket, str, Callable[[], None]], None]
"""Takes a connection, its address, and whom to tell when it is over."""


class HandedDoors:
    """Gives each connection to its door; knows how many workers are ready.

    From opening to closing it tells the supervisor that the loop goes round, every
    ``beat_s`` seconds.
    """

    def __init__(self, end: WorkerEnd, fleet: Fleet, *, beat_s: float = BEAT_S) -> None:
        self._end = end
        self._beat_s = beat_s
        self._beating: asyncio.TimerHandle | None = None
        self._doors: Sequence[Welcome] = ()
        self.fleet = fleet

    def open(self, doors: Sequence[Welcome], stop: asyncio.Event) -> None:
        """Say that connections are welcome; ``stop`` is set if the supervisor ends."""
        self._doors = doors
        asyncio.get_running_loop().add_reader(self._end, self._take_all, stop)
        self._end.ready()
        self._beat()

    def close(self) -> None:
        """Take no more; connections that are open stay."""
        if self._beating is not None:
            self._beating.cancel()
        asyncio.get_running_loop().remove_reader(self._end)

    def _beat(self) -> None:
        self._end.beat()
        loop = asyncio.get_running_loop()
        self._beating = loop.call_later(self._beat_s, self._beat)

    def _take_all(self, stop: asyncio.Event) -> None:
        try:
            while (order := self._end.take()) is not None:
                if isinstance(order, Handed):
                    self._welcome(order)
                else:
                    self.fleet = order
        except OtherSideGone:
            get_logger().error("worker.alone")
            self.close()
            stop.set()

    def _welcome(self, handed: Handed) -> None:
        connection = handed.connection
        try:
            connection.setblocking(False)
            address = str(connection.getpeername()[0])
        except OSError:
            # Gone before anybody spoke.
            connection.close()
            self._end.gone()
            return
        self._doors[handed.door](connection, address, self._end.gone)


class PlainReception:
    """Leaves connections to HTTP as they are; to uvicorn, a server to be closed."""

    def __init__(self, make_http: Callable[[], PeerHttpProtocol]) -> None:
        self._make_http = make_http
        self._loop = asyncio.get_running_loop()
        self._beginning: set[asyncio.Task[None]] = set()

    def welcome(
        self, accepted: socket.socket, _address: str, on_gone: Callable[[], None]
    ) -> None:
        """Begin with HTTP; ``on_gone`` is called when the connection is over."""
        beginning = self._loop.create_task(self._begin(accepted, on_gone))
        self._beginning.add(beginning)
        beginning.add_done_callback(self._beginning.discard)

    def close(self) -> None:
        """Begin no more."""
        for beginning in self._beginning:
            beginning.cancel()

    async def wait_closed(self) -> None:
        """Wait until nothing of the above is left."""
        await asyncio.gather(*self._beginning, return_exceptions=True)

    async def _begin(
        self, accepted: socket.socket, on_gone: Callable[[], None]
    ) -> None:
        def make_http() -> PeerHttpProtocol:
            http = self._make_http()
            http.on_gone = on_gone
            return http

        with contextlib.suppress(OSError):
            await self._loop.connect_accepted_socket(make_http, accepted)
