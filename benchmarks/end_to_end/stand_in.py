"""A national server that costs next to nothing: it gives again what it was once told.

It stands before the sample country. What is asked for the first time is asked there;
the answer is kept as the bytes it goes out with, by the first line and the body of the
request. Where a gateway's processes and their national server have to share the cores
that are measured, this leaves them to the gateway.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

import uvloop

from benchmarks.end_to_end.messages import HOST

_END = b"\r\n\r\n"
# Headers that are of one connection, or told anew.
_OWN = frozenset({"connection", "transfer-encoding", "content-length"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: all of its head, and its body."""

    head: bytes
    body: bytes

    @property
    def line(self) -> bytes:
        """Its first line."""
        return self.head.partition(b"\r\n")[0]

    def headers(self) -> dict[str, str]:
        """Return its headers, but for the host, which is another behind."""
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        told = (line.partition(":") for line in lines)
        return {n: value.strip() for n, _, value in told if n.lower() != "host"}


class Memory:
    """What the server behind answered, by what it was asked."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        self._behind = http.client.HTTPConnection(
            place.hostname or "", place.port, timeout=30
        )
        self._answers: dict[tuple[bytes, bytes], bytes] = {}

    def answer(self, asked: Asked) -> bytes:
        """Return a whole answer as bytes."""
        key = asked.line, asked.body
        if key not in self._answers:
            self._answers[key] = self._ask(asked)
        return self._answers[key]

    def _ask(self, asked: Asked) -> bytes:
        method, target, _ = asked.line.decode("ascii").split(" ")
        self._behind.request(method, target, asked.body or None, asked.headers())
        response = self._behind.getresponse()
        body = response.read()
        kept = (pair for pair in response.getheaders() if pair[0].lower() not in _OWN)
        told = (*kept, ("Content-Length", str(len(body))))
        lines = [
            f"HTTP/1.1 {response.status} {response.reason}",
            *(f"{name}: {value}" for name, value in told),
        ]
        return "\r\n".join(lines).encode("latin-1") + _END + body


class Line(asyncio.Protocol):
    """One connection, kept by the gateway."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        # That of uvloop is one, and no child of it.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self._received += data
        for asked in self._whole():
            self._transport.write(self._memory.answer(asked))

    def _whole(self) -> Iterator[Asked]:
        while (end := self._received.find(_END)) >= 0:
            head = self._received[:end]
            start = end + len(_END)
            length = _length(head)
            if len(self._received) < start + length:
                return
            asked = Asked(head, self._received[start : start + length])
            self._received = self._received[start + length :]
            yield asked


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def serve(url: str) -> None:
    """Listen at any port, tell where, and serve until told to stop."""
    memory = Memory(url)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Line(memory), HOST, 0)
    port = server.sockets[0].getsockname()[1]
    told = {"url": f"http://{HOST}:{port}{urlsplit(url).path}"}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(sys.argv[1]))
