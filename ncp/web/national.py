"""The national door, smallest form: a professional's software asks about a patient.

JSON by POST, on loopback, with a bearer token that stands for a professional. Patients
are known by opaque handles; no identifier stands in an address.

Spec: ARCHITECTURE "Three doors" / fact sheet 01 6.2 (what a portal needs of country B).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from ncp.country_b.dispensing import Pharmacy
from ncp.country_b.treatment import (
    ConfirmedTreatment,
    IdentifiedPatients,
    InitiatingGateway,
    ListedDocuments,
    SearchForm,
)
from ncp.errors import NcpError
from ncp.web import problems
from ncp.web.limits import BodyLimit
from ncp.web.national_answers import (
    ConfirmedTreatmentAnswer,
    IdentifiedPatientsAnswer,
    ListedDocumentsAnswer,
    SearchFormAnswer,
)
from ncp.web.national_caller import Professional, authenticate
from ncp.web.national_documents import add_document_routes
from ncp.web.national_pharmacy import add_pharmacy_routes
from ncp.web.national_requests import (
    ConfirmRequest,
    IdentifyRequest,
    ListRequest,
    SearchFormRequest,
)
from ncp.web.national_showing import add_showing_routes
from ncp.web.national_translating import add_translating_routes
from ncp.web.token_service import TokenAnswers, add_token_routes
from ncp.web.tokens import TokenRing
from ncp.web.unauthorised import (
    RecordStranger,
    Unauthorised,
    record_nobody,
    refuse_strangers,
)
from trust.assertions.model import HealthProfessional
from trust.identifiers import CountryCode

DOOR: Final = "national"


def national_app(
    gateway: InitiatingGateway,
    professionals: TokenRing[HealthProfessional],
    *,
    max_body_bytes: int,
    body_timeout_s: float,
    tokens: TokenAnswers | None = None,
    pharmacy: Callable[[], Pharmacy] | None = None,
    strangers: RecordStranger = record_nobody,
) -> BodyLimit:
    """Build the ASGI application of the national door.

    Parameters
    ----------
    tokens
        The token service, where portals may ask it by WS-Trust.
    pharmacy
        What pharmacies can do now, where they are served.
    strangers
        Records who was not let in.
    """
    app = FastAPI(
        title="National door of the contact point",
        summary="Identify a patient abroad, confirm the treatment, fetch, submit.",
        docs_url=None,
        redoc_url=None,
    )
    app.state.professionals = professionals
    _add_problems(app, strangers)
    _add_routes(app, gateway)
    if pharmacy is not None:
        add_pharmacy_routes(app, pharmacy)
    if tokens is not None:
        add_token_routes(app, authenticate, tokens)
    return BodyLimit(app, max_body_bytes, body_timeout_s)


def _add_problems(app: FastAPI, strangers: RecordStranger) -> None:
    app.add_exception_handler(NcpError, problems.on_ncp_error)
    app.add_exception_handler(RequestValidationError, problems.on_invalid_request)
    app.add_exception_handler(HTTPException, problems.on_http_error)
    app.add_exception_handler(
        Unauthorised, refuse_strangers("a professional of this house", strangers)
    )
    app.add_exception_handler(Exception, problems.on_defect)


def _add_routes(app: FastAPI, gateway: InitiatingGateway) -> None:
    """Add the four steps; they block, so the framework runs them in threads."""

    @app.post("/countries/search-form", response_model=SearchFormAnswer)
    def search_form(
        _professional: Professional, request: SearchFormRequest
    ) -> SearchForm:
        """Show what a country needs to know to find a patient."""
        return gateway.search_form(CountryCode(request.country))

    @app.post("/patients/identify", response_model=IdentifiedPatientsAnswer)
    def identify(
        professional: Professional, request: IdentifyRequest
    ) -> IdentifiedPatients:
        """Ask another country who the patient is."""
        country = CountryCode(request.country)
        return gateway.identify(professional, country, request.sought)

    @app.post("/treatments/confirm", response_model=ConfirmedTreatmentAnswer)
    def confirm(
        professional: Professional, request: ConfirmRequest
    ) -> ConfirmedTreatment:
        """State that the professional treats this patient."""
        return gateway.confirm(
            professional, request.handle, request.purpose_of_use, request.shown
        )

    @app.post("/documents/list", response_model=ListedDocumentsAnswer)
    def documents(professional: Professional, request: ListRequest) -> ListedDocuments:
        """List the patient's documents."""
        return gateway.documents(professional, request.handle, request.wish)

    add_document_routes(app, gateway)
    add_showing_routes(app, gateway)
    add_translating_routes(app, gateway)
