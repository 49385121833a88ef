"""The operations door's answer to a patient's question: who had my data?

A portal asks on behalf of the patient whom it has identified. What is asked stands in
the body, never in the URL.

Spec: GDPR Art. 15 / sheet 06 §6.2 / ARCHITECTURE "Searches with patient identifiers are
POST".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, Protocol

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from ncp.web.problems import problem
from trust.identifiers import IdentifierError

_MEDIA_TYPES: Final = {"pdf": "application/pdf", "fhir": "application/fhir+json"}


class AskedPatient(BaseModel):
    """Whom the report is about, as the record knows them."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    root: str = Field(max_length=200)
    extension: str = Field(max_length=200, repr=False)


class AskedReport(BaseModel):
    """Which report is asked for; a moment bears its offset from UTC."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    patient: AskedPatient
    form: Literal["pdf", "fhir"] = "pdf"
    language: Literal["fr", "de", "en", "lb", "pt"] = "fr"
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class AccessDesk(Protocol):
    """What writes reports of accesses."""

    def report(self, asked: AskedReport, operator: str, address: str | None) -> bytes:
        """Record the look, and return the report.

        Raises
        ------
        IdentifierError
            The patient is not of its form; nothing was looked at.
        """
        ...


def access_routes(
    desk: AccessDesk, authenticate: Callable[[Request], str]
) -> APIRouter:
    """Build the routes; ``authenticate`` gives the operator's name, or raises."""
    operator = Depends(authenticate)
    routes = APIRouter(prefix="/accesses")

    @routes.post("/report", response_model=None)
    async def report(
        asked: AskedReport, request: Request, name: str = operator
    ) -> Response:
        """Give a patient's report: who had access to their data."""
        address = None if request.client is None else request.client.host
        try:
            data = await run_in_threadpool(desk.report, asked, name, address)
        except IdentifierError as error:
            return problem(422, "request-invalid", f"patient: {error}.")
        return Response(
            data,
            media_type=_MEDIA_TYPES[asked.form],
            headers={"Cache-Control": "no-store"},
        )

    return routes
