"""The token service on the national door: WS-Trust for portals that speak it.

The addresses are those that portals written for OpenNCP know. The bearer token comes
before anything is read of the message.

Spec: WS-Trust 1.3 §4 / SOAP 1.2 Part 2 §7 / ARCHITECTURE "Three doors".
Seen: OpenNCP 9 TRC-STS (two addresses, ``SOAPAction: ""``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool

from ncp.audit import TokenKind
from ncp.country_b.token_endpoint import TokenMessage
from ncp.exchange import HttpPayload, OutboundHttp
from trust.assertions.model import HealthProfessional

TokenAnswers: TypeAlias = Callable[[TokenMessage], OutboundHttp]
"""Answers one message; blocks until it is recorded."""
Authenticate: TypeAlias = Callable[[Request], HealthProfessional]

PATHS: Final = {
    TokenKind.TRC: "/TRC-STS/SecurityTokenService",
    TokenKind.NOK: "/TRC-STS/NextOfKinTokenService",
}


def add_token_routes(
    app: FastAPI, authenticate: Authenticate, answers: TokenAnswers
) -> None:
    """Add both addresses; they speak SOAP, so the JSON description is silent."""

    def add(kind: TokenKind, path: str) -> None:
        @app.post(path, include_in_schema=False)
        async def issue(request: Request) -> Response:
            """Issue one assertion, or say in a fault why not."""
            professional = authenticate(request)
            body = await request.body()
            message = _message(request, professional, kind, body)
            answer = await run_in_threadpool(answers, message)
            return Response(
                answer.payload.body,
                answer.status,
                {"Content-Type": answer.payload.content_type},
            )

    for kind, path in PATHS.items():
        add(kind, path)


def _message(
    request: Request, professional: HealthProfessional, kind: TokenKind, body: bytes
) -> TokenMessage:
    headers = request.headers
    return TokenMessage(
        professional,
        kind,
        HttpPayload(headers.get("content-type", ""), body),
        headers.get("soapaction"),
        None if request.client is None else request.client.host,
    )
