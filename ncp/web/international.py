"""The international door: SOAP messages of other countries, and nothing else.

Plain ASGI, since this is the hot path. It knows HTTP only; every SOAP answer, refusals
included, is made behind :class:`~ncp.web.soap_service.SoapService`.

Spec: fact sheet 01 1.2 (chunked bodies), 1.6 (status), 1.8 (addresses) / 08 8.1, 8.2.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Final

from starlette.types import Receive, Scope, Send

from ncp.exchange import HttpPayload, InboundHttp, OutboundHttp, PeerIdentity
from ncp.ports import Clock
from ncp.telemetry import Metrics, get_logger
from ncp.web.body import BodyTimeout, BodyTooLarge, ClientGone, drain, read_body
from ncp.web.peer_identity import PeerIdentifier, PeerIdentityRefused
from ncp.web.service_description import describe
from ncp.web.soap_service import SoapService

DOOR: Final = "international"
XCPD_PATH: Final = "/services/XCPD_Service"
XCA_PATH: Final = "/services/XCA_Service"
XDR_PATH: Final = "/services/XDR_Service"

_SINGLE_HEADERS: Final = (b"content-type", b"soapaction", b"content-encoding")


class InternationalApp:
    """The ASGI application of the international door.

    Parameters
    ----------
    executor
        Where ``service`` works: it blocks on the national side and the database.
    path_prefix
        Put before the service paths, for peers that expect ``/openncp-ws-server``.
    """

    def __init__(
        self,
        service: SoapService,
        peers: PeerIdentifier,
        executor: Executor,
        clock: Clock,
        metrics: Metrics,
        *,
        max_body_bytes: int,
        body_timeout_s: float,
        path_prefix: str = "",
    ) -> None:
        self._service = service
        self._peers = peers
        self._executor = executor
        self._clock = clock
        self._metrics = metrics
        self._max_body_bytes = max_body_bytes
        self._body_timeout_s = body_timeout_s
        self._routes = {
            f"{path_prefix}{path}": name
            for path, name in (
                (XCPD_PATH, "XCPD"),
                (XCA_PATH, "XCA"),
                (XDR_PATH, "XDR"),
            )
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; the outermost handler of this door."""
        # A trailing slash is what some peers write (fact sheet 01 1.8).
        name = self._routes.get(scope["path"].removesuffix("/"))
        try:
            answer, is_last = await self._answer(name, scope, receive)
        except ClientGone:
            return
        except Exception as error:  # noqa: BLE001 - a defect of ours, told as no more
            get_logger().error("request.failed", door=DOOR, exc_info=error)
            answer, is_last = _plain(500, "The gateway failed on this request."), True
        self._metrics.requests.labels(DOOR, name or "none", str(answer.status)).inc()
        await _send(answer, send, is_last=is_last)

    async def _answer(
        self, name: str | None, scope: Scope, receive: Receive
    ) -> tuple[OutboundHttp, bool]:
        """Return the answer, and whether the connection ends with it."""
        described = _described(name, scope)
        if described is not None:
            return described, False
        try:
            _check_head(name, scope)
            peer = self._peers.identify(scope)
        except (_HeadRefused, PeerIdentityRefused) as refused:
            await drain(receive, scope["headers"])
            return _plain(refused.status, refused.sentence), True
        return await self._answer_peer(name or "none", scope, receive, peer)

    async def _answer_peer(
        self, name: str, scope: Scope, receive: Receive, peer: PeerIdentity
    ) -> tuple[OutboundHttp, bool]:
        received_at = self._clock.now()
        try:
            body = await read_body(
                receive, scope["headers"], self._max_body_bytes, self._body_timeout_s
            )
        except ClientGone:
            get_logger().info(
                "request.abandoned", door=DOOR, service=name, address=peer.address
            )
            raise
        except BodyTimeout:
            get_logger().warning(
                "request.too-slow", door=DOOR, service=name, address=peer.address
            )
            return _plain(408, "The request did not arrive in time."), True
        except BodyTooLarge:
            await drain(receive, scope["headers"])
            refuse = partial(self._service.refuse_too_large, peer, received_at)
            answer = await self._in_thread(refuse)
            return replace(answer, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE), True
        request = _inbound(scope, body, peer, received_at)
        with (
            self._metrics.request_seconds.labels(DOOR, name).time(),
            self._metrics.requests_in_flight.labels(DOOR).track_inprogress(),
        ):
            return await self._in_thread(partial(self._service.answer, request)), False

    async def _in_thread(self, work: Callable[[], OutboundHttp]) -> OutboundHttp:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, work)


def _described(name: str | None, scope: Scope) -> OutboundHttp | None:
    """Return the description of a service, where that is what is asked for."""
    query = scope.get("query_string", b"")
    if name is None or scope["method"] != "GET" or not query:
        return None
    host, path = _header(scope, b"host"), scope["path"]
    payload = describe(name, query.decode("latin-1"), host, path)
    return None if payload is None else OutboundHttp(200, payload)


class _HeadRefused(Exception):  # noqa: N818 - an answer, not a defect
    """The request line or the headers already tell that this is not served."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def _check_head(name: str | None, scope: Scope) -> None:
    if name is None:
        raise _HeadRefused(404, "There is no such service at this door.")
    if scope["method"] != "POST":
        raise _HeadRefused(405, "This service takes SOAP messages by POST only.")
    names = [header for header, _ in scope["headers"]]
    for header in _SINGLE_HEADERS:
        if names.count(header) > 1:
            raise _HeadRefused(400, f"The header {header.decode()} is repeated.")
    if _header(scope, b"content-encoding") not in {None, "identity"}:
        raise _HeadRefused(415, "Compressed messages are not taken.")


def _inbound(
    scope: Scope, body: bytes, peer: PeerIdentity, received_at: datetime
) -> InboundHttp:
    return InboundHttp(
        path=scope["path"],
        content_type=_header(scope, b"content-type") or "",
        soap_action=_header(scope, b"soapaction"),
        body=body,
        peer=peer,
        received_at=received_at,
    )


def _header(scope: Scope, wanted: bytes) -> str | None:
    for name, value in scope["headers"]:
        if name == wanted:
            return str(value.decode("latin-1"))
    return None


def _plain(status: int, sentence: str) -> OutboundHttp:
    payload = HttpPayload("text/plain; charset=utf-8", f"{sentence}\n".encode())
    return OutboundHttp(status, payload)


async def _send(answer: OutboundHttp, send: Send, *, is_last: bool) -> None:
    body = answer.payload.body
    headers = [
        (b"content-type", answer.payload.content_type.encode("latin-1")),
        (b"content-length", str(len(body)).encode("ascii")),
        (b"cache-control", b"no-store"),
    ]
    if answer.status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append((b"allow", b"POST"))
    if is_last:
        headers.append((b"connection", b"close"))
    await send(
        {
            "type": "http.response.start",
            "status": int(answer.status),
            "headers": headers,
        }
    )
    await send({"type": "http.response.body", "body": body})
