"""Whether the client of a connection takes what is sent to it, as the kernel knows.

What waits in a transport does not tell: TLS hands all of an answer on at once, and it
waits below. The kernel counts what was acknowledged, and what was not yet.

Spec: RFC 9293 §3.10 / Linux tcp(7) (``TCP_INFO``, ``SIOCOUTQ``).
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import socket
import struct
import termios
from collections.abc import Callable
from typing import Final

GOODBYE_S: Final = 2.0
_ACKNOWLEDGED: Final = 120  # offset of tcpi_bytes_acked
_INFO_BYTES: Final = 192


class Taking:
    """Watches one connection until its answer is taken, or nobody takes it any more.

    Parameters
    ----------
    timeout_s
        How long nothing at all may be taken.
    on_end
        Told whether anything is left that nobody takes.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        transport: asyncio.Transport,
        timeout_s: float,
        on_end: Callable[[bool], None],
    ) -> None:
        self._loop = loop
        self._descriptor = transport.get_extra_info("socket").fileno()
        self._timeout_s = timeout_s
        self._on_end = on_end
        self._waited_s = 0.0
        self._taken = acknowledged(self._descriptor)
        self._pause_s = min(GOODBYE_S, timeout_s)
        self._timer = loop.call_later(self._pause_s, self._look)

    def stop(self) -> None:
        """Watch no more."""
        self._timer.cancel()

    def _look(self) -> None:
        if not outstanding(self._descriptor):
            self._on_end(False)
            return
        taken = acknowledged(self._descriptor)
        self._waited_s = 0.0 if taken > self._taken else self._waited_s + self._pause_s
        self._taken = taken
        if self._waited_s >= self._timeout_s:
            self._on_end(True)
            return
        self._timer = self._loop.call_later(self._pause_s, self._look)


def acknowledged(descriptor: int) -> int:
    """Return how many bytes the other side has acknowledged; 0 where nobody knows."""
    option = getattr(socket, "TCP_INFO", None)
    if option is None:
        return 0
    try:
        with socket.socket(fileno=os.dup(descriptor)) as held:
            info = held.getsockopt(socket.IPPROTO_TCP, option, _INFO_BYTES)
    except OSError:
        return 0
    if len(info) < _ACKNOWLEDGED + 8:
        return 0
    return int(struct.unpack_from("=Q", info, _ACKNOWLEDGED)[0])


def outstanding(descriptor: int) -> bool:
    """Whether the kernel still holds bytes for the other side."""
    try:
        told = fcntl.ioctl(descriptor, termios.TIOCOUTQ, b"\x00" * 4)
    except OSError:
        return False
    return bool(struct.unpack("=i", told)[0])
