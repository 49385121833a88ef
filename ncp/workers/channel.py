"""What supervisor and worker say to each other, over a pair of sockets.

A connection travels as its descriptor, with the place of its door. The kernel keeps the
messages apart and tells each side when the other is gone.

Spec: unix(7), ``SOCK_SEQPACKET`` and ``SCM_RIGHTS``.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from typing import Final, TypeAlias

_SIZE: Final = 64
_CONNECTION: Final = b"c"
_FLEET: Final = b"f"
_READY: Final = b"r"
_GONE: Final = b"g"
_BEAT: Final = b"b"
_NUMBERS = struct.Struct("!HH")


@dataclass(frozen=True, slots=True)
class Fleet:
    """How many workers there are to be, and how many are ready."""

    ready: int
    wanted: int

    @property
    def is_whole(self) -> bool:
        """Whether all of them are ready."""
        return self.ready == self.wanted


@dataclass(frozen=True, slots=True)
class Handed:
    """A connection that was accepted, and the place of its door in the listing."""

    door: int
    connection: socket.socket


Order: TypeAlias = Handed | Fleet


class OtherSideGone(Exception):  # noqa: N818 - what happened, told to whoever listens
    """The other side has ended."""


class SupervisorEnd:
    """The supervisor's end: gives connections, hears of their end."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        line.setblocking(False)

    def fileno(self) -> int:
        """Return the descriptor, to wait for."""
        return self._line.fileno()

    def hand(self, door: int, connection: socket.socket) -> bool:
        """Give a connection away; False where the worker does not take it now."""
        message = _CONNECTION + _NUMBERS.pack(door, 0)
        try:
            socket.send_fds(
                self._line,
                [message],
                [connection.fileno()],
            )
        except OSError:
            return False
        return True

    def tell(self, fleet: Fleet) -> None:
        """Tell how many are ready; a worker that does not listen now misses it."""
        message = _FLEET + _NUMBERS.pack(fleet.ready, fleet.wanted)
        try:
            self._line.send(message)
        except OSError:
            return

    def hear(self) -> tuple[bool, int]:
        """Return whether it has become ready, and how many connections are over.

        Raises
        ------
        OtherSideGone
            The worker has ended.
        """
        has_become_ready, gone = False, 0
        while True:
            try:
                message = self._line.recv(_SIZE)
            except BlockingIOError:
                return has_become_ready, gone
            except OSError as error:
                raise OtherSideGone from error
            if not message:
                raise OtherSideGone
            has_become_ready |= message == _READY
            gone += message == _GONE

    def close(self) -> None:
        """Close it; the worker takes that for the supervisor's end."""
        self._line.close()


class WorkerEnd:
    """The worker's end: takes connections, tells when one is over."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        line.setblocking(False)

    def fileno(self) -> int:
        """Return the descriptor, to wait for."""
        return self._line.fileno()

    def ready(self) -> None:
        """Say that connections are welcome."""
        self._say(_READY)

    def gone(self) -> None:
        """Say that a connection is over."""
        self._say(_GONE)

    def beat(self) -> None:
        """Say that this worker still does its work."""
        self._say(_BEAT)

    def take(self) -> Order | None:
        """Return what was said; None where nothing is left for now.

        Raises
        ------
        OtherSideGone
            The supervisor has ended: nobody would stop this worker any more.
        """
        try:
            message, descriptors, _, _ = socket.recv_fds(self._line, _SIZE, 1)
        except BlockingIOError:
            return None
        except OSError as error:
            raise OtherSideGone from error
        if not message:
            raise OtherSideGone
        first, second = _NUMBERS.unpack(message[1:])
        if message[:1] == _FLEET:
            return Fleet(first, second)
        return Handed(first, socket.socket(fileno=descriptors[0]))

    def close(self) -> None:
        """Close it; the supervisor takes that for the worker's end."""
        self._line.close()

    def _say(self, message: bytes) -> None:
        try:
            self._line.send(message)
        except OSError:
            # The supervisor has ended, which the next look tells; or its line is full,
            # and it counts a connection too many for a while.
            return


def channel() -> tuple[SupervisorEnd, WorkerEnd]:
    """Make both ends."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    return SupervisorEnd(ours), WorkerEnd(theirs)
