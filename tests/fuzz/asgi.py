"""One request through an ASGI application, without a socket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from starlette.types import ASGIApp

from ncp.exchange import HttpPayload

Headers: TypeAlias = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Received:
    """An answer, as it left the application."""

    status: int
    payload: HttpPayload
    headers: dict[bytes, bytes]


async def answered(
    app: ASGIApp,
    path: str,
    payload: HttpPayload,
    headers: Headers = (),
    extensions: dict[str, Any] | None = None,
) -> Received:
    """Post a message, and return the answer that it gets."""
    told = (
        (b"host", b"localhost"),
        (b"content-type", payload.content_type.encode("latin-1", "replace")),
        (b"content-length", b"%d" % len(payload.body)),
        *headers,
    )
    scope: dict[str, Any] = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": told,
        "client": ("192.0.2.7", 40_000),
        "extensions": extensions or {},
    }
    waiting = [{"type": "http.request", "body": payload.body, "more_body": False}]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start, *content = sent
    found = dict(start["headers"])
    kind = found.get(b"content-type", b"").decode("latin-1")
    body = b"".join(each["body"] for each in content)
    return Received(start["status"], HttpPayload(kind, body), found)
