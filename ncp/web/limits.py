"""The body limit of the doors that speak JSON, and headers no answer may lack.

The whole body is read before the application sees the request: it is small by limit.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ncp.ports import FreshIds, RandomIds
from ncp.telemetry import traced
from ncp.web.body import BodyTimeout, BodyTooLarge, ClientGone, drain, read_body
from ncp.web.problems import problem

_HEADERS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))


class BodyLimit:
    """Refuses bodies over ``max_bytes`` with 413, and slow ones with 408."""

    def __init__(
        self,
        app: ASGIApp,
        max_bytes: int,
        timeout_s: float,
        ids: FreshIds | None = None,
    ) -> None:
        self._app = app
        self._ids = ids or RandomIds()
        self._max_bytes = max_bytes
        self._timeout_s = timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, then let the application answer, all under one trace id."""
        with traced(self._ids.uuid().urn):
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await read_body(
                receive, scope["headers"], self._max_bytes, self._timeout_s
            )
        except ClientGone:
            return
        except BodyTooLarge:
            await drain(receive, scope["headers"])
            refusal = problem(
                413,
                "message-too-large",
                f"The request is larger than {self._max_bytes} bytes.",
                headers={"Connection": "close"},
            )
            await refusal(scope, receive, send)
            return
        except BodyTimeout:
            refusal = problem(
                408,
                "request-timeout",
                "The request did not arrive in time.",
                headers={"Connection": "close"},
            )
            await refusal(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), _with_headers(send))


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [
        {"type": "http.request", "body": body, "more_body": False}
    ]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            present = {name.lower() for name, _ in message["headers"]}
            added = [pair for pair in _HEADERS if pair[0] not in present]
            message = {**message, "headers": [*message["headers"], *added]}
        await send(message)

    return sending
