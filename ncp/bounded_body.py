"""Reads the body of an HTTP answer: no more than so many bytes, not after a moment.

What it means that an answer is too large or too slow, says who asked. A compressed body
is given as it came: it could grow beyond every limit.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, Protocol

_CHUNK: Final = 65_536


class BodyTooLarge(Exception):  # noqa: N818 - a verdict, not a defect
    """More bytes came than are taken."""


class BodyTooSlow(TimeoutError):  # noqa: N818
    """The moment came before the body had ended."""


class Incoming(Protocol):
    """The part of an answer of urllib3 that is read here."""

    def read1(self, amt: int, decode_content: bool) -> bytes:
        """Return what has come, at most ``amt`` bytes; nothing at the end."""
        ...


def read_body(
    incoming: Incoming,
    most_bytes: int,
    deadline: float,
    monotonic: Callable[[], float] = time.monotonic,
) -> bytes:
    """Read to the end.

    A silence is bounded by the timeout of the connection, a drip by ``deadline``.

    Parameters
    ----------
    deadline
        The last moment at which more is waited for, on the clock ``monotonic``.

    Raises
    ------
    BodyTooLarge
        It has more than ``most_bytes``; the rest stays unread.
    BodyTooSlow
        The deadline has passed; the rest stays unread.
    """
    received = bytearray()
    # read1 gives what has come; read would wait for a whole chunk, past the deadline.
    while chunk := incoming.read1(_CHUNK, decode_content=False):
        received += chunk
        if len(received) > most_bytes:
            raise BodyTooLarge
        if monotonic() > deadline:
            raise BodyTooSlow
    return bytes(received)
