"""The floor of the door: HTTP/1.1 over mutual TLS, as long an answer as is asked for.

uvicorn with the same loop and the same parser of HTTP as the gateway's doors, a bare
application behind it, nothing looked at. The number in the path is how long the answer
is.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
from pathlib import Path
from typing import Any

import uvicorn
import uvloop

from benchmarks.end_to_end.messages import HOST
from ncp.web.places import OpenDoor, write_ready_file


async def answer(scope: Any, receive: Any, send: Any) -> None:
    """Take a request to its end and answer with zeros."""
    while (await receive()).get("more_body"):
        pass
    body = bytes(int(scope["path"][1:]))
    length = (b"content-length", str(len(body)).encode())
    head = {"type": "http.response.start", "status": 200, "headers": [length]}
    await send(head)
    await send({"type": "http.response.body", "body": body})


class _Announcing(uvicorn.Server):
    """Tells where it listens, in the form of a gateway's ready file."""

    def __init__(self, config: uvicorn.Config, ready: Path) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        door = OpenDoor("echo", HOST, port, f"https://{HOST}:{port}")
        write_ready_file(self._ready, [door])


def main(certificate: str, key: str, authority: str, ready: str) -> None:
    """Serve until told to stop."""
    config = uvicorn.Config(
        answer,
        HOST,
        0,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        # Between two of its turns a loaded machine may take long.
        timeout_keep_alive=600,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        ssl_ca_certs=authority,
        ssl_cert_reqs=ssl.CERT_REQUIRED,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_Announcing(config, Path(ready)).serve())


if __name__ == "__main__":
    main(*sys.argv[1:])
