"""Keeps what went over the line, to the byte: a file for each message.

Only simulators use it: what it keeps is of made-up people.
"""

from __future__ import annotations

import itertools
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from conformance.simulators.connection import Outgoing, post, written
from conformance.simulators.http_messages import HttpReply, HttpRequest

Answerer: TypeAlias = Callable[[HttpRequest], HttpReply]


class Recording:
    """A folder with the messages of one run, in order.

    Raises
    ------
    OSError
        The folder cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._numbers = itertools.count(1)

    def asking(self, outgoing: Outgoing, context: ssl.SSLContext) -> HttpReply | None:
        """Post a request, and keep it and what came back."""
        number = next(self._numbers)
        self._keep(number, "request.http", written(outgoing))
        reply = post(outgoing, context)
        if reply is not None:
            self._keep(number, "answer.http", _of(reply))
        return reply

    def answering(self, answer: Answerer) -> Answerer:
        """Answer, and keep what was asked and what is said."""

        def answered(request: HttpRequest) -> HttpReply:
            number = next(self._numbers)
            fields = "".join(
                f"{name}: {each}\r\n" for name, each in request.fields.items()
            )
            head = f"POST {request.path} HTTP/1.1\r\n{fields}\r\n".encode("latin-1")
            self._keep(number, "request.http", head + request.body)
            reply = answer(request)
            self._keep(number, "answer.http", _of(reply))
            return reply

        return answered

    def _keep(self, number: int, name: str, data: bytes) -> None:
        (self._folder / f"{number:04}-{name}").write_bytes(data)


def _of(reply: HttpReply) -> bytes:
    head = f"HTTP/1.1 {reply.status}\r\nContent-Type: {reply.content_type}\r\n\r\n"
    return head.encode("latin-1") + reply.body
