"""Read the body of a request within a limit of bytes and of time.

The limit holds while reading: what goes over it is never kept. Chunked bodies carry no
length, so a declared length is only the first of two checks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from starlette.types import Receive

# What a client may still send after it went over the limit, so that it can read the
# answer: a connection closed with unread data is reset, and the answer lost.
DRAIN_BYTES = 64 * 1_048_576
DRAIN_S = 5.0


class BodyTooLarge(Exception):  # noqa: N818 - an answer, not a defect
    """The body is larger than the door's limit."""


class BodyTimeout(Exception):  # noqa: N818
    """The body did not arrive in time."""


class ClientGone(Exception):  # noqa: N818
    """The client closed the connection before its request was complete."""


async def read_body(
    receive: Receive,
    headers: Iterable[tuple[bytes, bytes]],
    limit: int,
    timeout_s: float,
) -> bytes:
    """Return the whole body, or raise one of the three errors above."""
    declared = declared_length(headers)
    if declared is not None and declared > limit:
        raise BodyTooLarge
    try:
        async with asyncio.timeout(timeout_s):
            return await _collect(receive, limit)
    except TimeoutError:
        raise BodyTimeout from None


async def drain(receive: Receive, headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Take and forget what is left of a body, up to a bound, before answering.

    A client that waits for ``100 Continue`` has sent nothing and is not asked to.
    """
    if any(name == b"expect" for name, _ in headers):
        return
    seen = 0
    try:
        async with asyncio.timeout(DRAIN_S):
            while seen < DRAIN_BYTES:
                message = await receive()
                seen += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
    except TimeoutError:
        return


def declared_length(headers: Iterable[tuple[bytes, bytes]]) -> int | None:
    """Return the ``Content-Length``, which httptools has checked to be a number."""
    for name, value in headers:
        if name == b"content-length":
            return int(value)
    return None


async def _collect(receive: Receive, limit: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        body += message.get("body", b"")
        if len(body) > limit:
            raise BodyTooLarge
        if not message.get("more_body", False):
            return bytes(body)
