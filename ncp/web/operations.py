"""The operations door: is the gateway alive, is it ready, what does it count?

Everything but liveness needs an operator's token, whose name stands in the log; the
metrics know no person.

Spec: ARCHITECTURE "Three doors".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Final, TypeAlias

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException

from ncp.errors import NcpError
from ncp.settings.people import OperatorRight
from ncp.shared_metrics import exposition
from ncp.telemetry import Metrics, get_logger
from ncp.web import problems
from ncp.web.access_routes import AccessDesk, access_routes
from ncp.web.audit_routes import AuditDesk, audit_routes
from ncp.web.limits import BodyLimit
from ncp.web.peers_routes import PeerDesk, peers_routes
from ncp.web.tokens import Operator, TokenRing
from ncp.web.unauthorised import (
    Forbidden,
    RecordStranger,
    Unauthorised,
    record_nobody,
    refuse_strangers,
)

DOOR: Final = "operations"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing the gateway cannot work without, and how it is."""

    name: str
    is_ready: bool
    sentence: str


Readiness: TypeAlias = Callable[[], tuple[Check, ...]]
"""Asked on each call of ``/health/ready``; may block."""


def _holder_of(right: OperatorRight) -> Callable[[Request], str]:
    """Return what gives the name of the operator who asks, or raises."""

    def authenticate(request: Request) -> str:
        ring: TokenRing[Operator] = request.app.state.operators
        operator = ring.holder(request.headers.get("authorization"))
        if operator is None:
            raise Unauthorised
        name, route = operator.name, request.scope["route"].path
        if right not in operator.rights:
            get_logger().warning("operations.forbidden", operator=name, route=route)
            raise Forbidden
        get_logger().info("operations.request", operator=name, route=route)
        return name

    return authenticate


_operating: Final = _holder_of(OperatorRight.OPERATE)
OperatorName = Annotated[str, Depends(_operating)]


@dataclass(frozen=True, slots=True)
class Desks:
    """What answers behind the door; without one there is no such page.

    Attributes
    ----------
    peers
        Shows and switches the other countries.
    audit
        Finds audit events.
    accesses
        Writes reports for patients.
    """

    peers: PeerDesk | None = None
    audit: AuditDesk | None = None
    accesses: AccessDesk | None = None


_NO_DESKS: Final = Desks()


def _routes(desks: Desks) -> Iterator[APIRouter]:
    if desks.peers is not None:
        yield peers_routes(desks.peers, _operating)
    if desks.audit is not None:
        yield audit_routes(desks.audit, _holder_of(OperatorRight.SEARCH))
    if desks.accesses is not None:
        yield access_routes(desks.accesses, _holder_of(OperatorRight.REPORT))


def operations_app(
    operators: TokenRing[Operator],
    metrics: Metrics,
    readiness: Readiness,
    desks: Desks = _NO_DESKS,
    *,
    strangers: RecordStranger = record_nobody,
    max_body_bytes: int = 65_536,
    body_timeout_s: float = 30.0,
) -> BodyLimit:
    """Build the ASGI application of the operations door.

    Parameters
    ----------
    desks
        What answers behind the door, each at its own page.
    strangers
        Records who was not let in.
    """
    app = FastAPI(title="Operations", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.operators = operators
    app.add_exception_handler(Unauthorised, refuse_strangers("an operator", strangers))
    app.add_exception_handler(NcpError, problems.on_ncp_error)
    app.add_exception_handler(RequestValidationError, problems.on_invalid_request)
    app.add_exception_handler(HTTPException, problems.on_http_error)
    app.add_exception_handler(Exception, problems.on_defect)
    for routes in _routes(desks):
        app.include_router(routes)

    @app.get("/health/live")
    async def live() -> dict[str, str]:
        """Say that the process answers."""
        return {"status": "alive"}

    @app.get("/health/ready", response_model=None)
    def ready(_operator: OperatorName) -> JSONResponse:
        """Say whether requests can be served, check by check."""
        return _ready_answer(readiness())

    @app.get("/metrics", response_class=Response)
    def counted(_operator: OperatorName) -> Response:
        """Give the counters in Prometheus' text form."""
        return Response(exposition(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return BodyLimit(app, max_body_bytes, body_timeout_s)


def _ready_answer(checks: tuple[Check, ...]) -> JSONResponse:
    is_ready = all(check.is_ready for check in checks)
    listing = [
        {"name": each.name, "ready": each.is_ready, "sentence": each.sentence}
        for each in checks
    ]
    content = {"status": "ready" if is_ready else "not ready", "checks": listing}
    return JSONResponse(content, 200 if is_ready else 503)
