"""The operations door's view of the audit trail: ITI-81, as FHIR asks for it.

Spec: IHE ITI TF-2 3.81 / ARCHITECTURE "Searches with patient identifiers are POST".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from ncp.audit_retrieval import UnfitSearch

FHIR_JSON = "application/fhir+json"


class AuditDesk(Protocol):
    """What an operator can find in the audit trail."""

    def search(
        self, parameters: Sequence[tuple[str, str]], operator: str, address: str | None
    ) -> dict[str, Any]:
        """Record the look, and return the events that fit, as a Bundle.

        Raises
        ------
        UnfitSearch
            The search is not of its form; nothing was looked at.
        """
        ...


def audit_routes(desk: AuditDesk, authenticate: Callable[[Request], str]) -> APIRouter:
    """Build the routes; ``authenticate`` gives the operator's name, or raises."""
    operator = Depends(authenticate)
    routes = APIRouter(prefix="/fhir/AuditEvent")

    @routes.post("/_search", response_model=None)
    async def search(request: Request, name: str = operator) -> JSONResponse:
        """Search audit events by the parameters of the form in the body."""
        if request.url.query:
            return _outcome("what is looked for stands in the body, never in the URL")
        body = (await request.body()).decode("utf-8", "replace")
        client = request.client
        parameters = parse_qsl(body, keep_blank_values=True, max_num_fields=50)
        try:
            found = await run_in_threadpool(
                desk.search, parameters, name, client.host if client else None
            )
        except UnfitSearch as unfit:
            return _outcome(unfit.sentence)
        return JSONResponse(found, media_type=FHIR_JSON)

    return routes


def _outcome(sentence: str) -> JSONResponse:
    issue = {"severity": "error", "code": "invalid", "diagnostics": sentence}
    content = {"resourceType": "OperationOutcome", "issue": [issue]}
    return JSONResponse(content, 400, media_type=FHIR_JSON)
