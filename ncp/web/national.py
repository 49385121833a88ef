"""The national door, smallest form: a professional's software asks about a patient.

JSON by POST, on loopback, with a bearer token that stands for a professional. Patients
are known by opaque handles; no identifier stands in an address.

Spec: ARCHITECTURE "Three doors" / fact sheet 01 6.2 (what a portal needs of country B).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Final, Self

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, AwareDatetime, Field, model_validator
from starlette.exceptions import HTTPException

from ncp.country_b.dispensing import Pharmacy
from ncp.country_b.treatment import (
    ConfirmedTreatment,
    DocumentWish,
    IdentifiedPatients,
    InitiatingGateway,
    ListedDocuments,
    SearchForm,
    ShownPrescription,
    SoughtPatient,
)
from ncp.errors import NcpError
from ncp.ihe.codes import ClassCode
from ncp.ihe.person import PostalAddress
from ncp.web import problems
from ncp.web.limits import BodyLimit
from ncp.web.national_caller import (
    Answer,
    Message,
    Name,
    Opaque,
    Professional,
    authenticate,
)
from ncp.web.national_documents import add_document_routes
from ncp.web.national_listed import ListedDocumentAnswer
from ncp.web.national_pharmacy import add_pharmacy_routes
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
from trust.assertions.codes import PurposeOfUse
from trust.assertions.model import HealthProfessional, NextOfKin
from trust.identifiers import CountryCode, Oid, PatientId

DOOR: Final = "national"
_MAX_NAMES: Final = 10


def _oid(value: str) -> str:
    return str(Oid.parse(value))


def _country(value: str) -> str:
    return str(CountryCode(value))


def _extension(value: str) -> str:
    if value != value.strip() or any(separator in value for separator in "^&"):
        raise ValueError("outer blanks, ^ and & cannot stand in an identifier")
    return value


class Identifier(Message):
    """An identifier: the OID of who assigned it, and its value."""

    root: Annotated[str, AfterValidator(_oid)]
    extension: Annotated[
        str, Field(min_length=1, max_length=100), AfterValidator(_extension)
    ]


class NextOfKinOfPatient(Message):
    """Who speaks for the patient."""

    id: Name
    first_name: Name | None = None
    family_name: Name | None = None
    gender: Name | None = None
    birth_date: date | None = None
    street: Name | None = None
    city: Name | None = None
    postal_code: Name | None = None
    country: Name | None = None


class AddressOfPatient(Message):
    """Where the patient lives, as far as it is known."""

    street: Name | None = None
    city: Name | None = None
    postal_code: Name | None = None
    country: Name | None = None


class IdentifyRequest(Message):
    """Whom to look for, and in which country."""

    country: Annotated[str, AfterValidator(_country)]
    identifiers: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=10)]
    family: Annotated[tuple[Name, ...], Field(max_length=_MAX_NAMES)] = ()
    given: Annotated[tuple[Name, ...], Field(max_length=_MAX_NAMES)] = ()
    birth_date: Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")] | None = (
        None
    )
    gender: Annotated[str, Field(pattern="^(male|female|other|unknown)$")] | None = None
    next_of_kin: NextOfKinOfPatient | None = None
    address: AddressOfPatient | None = None


class SearchFormRequest(Message):
    """For which country's patients."""

    country: Annotated[str, AfterValidator(_country)]


class ConfirmRequest(Message):
    """The professional states that he or she treats this patient.

    Some countries list a prescription only to whom the patient shows its number, and
    its PIN.
    """

    handle: Opaque
    purpose_of_use: PurposeOfUse = PurposeOfUse.TREATMENT
    prescription_id: Opaque | None = None
    dispensation_pin: Opaque | None = None

    @model_validator(mode="after")
    def _pin_of_something(self) -> Self:
        if self.dispensation_pin is not None and self.prescription_id is None:
            raise ValueError("a PIN is of a prescription")
        return self

    @property
    def shown(self) -> ShownPrescription | None:
        """What the patient shows."""
        if self.prescription_id is None:
            return None
        return ShownPrescription(self.prescription_id, self.dispensation_pin)


class ListRequest(Message):
    """Which patient's documents, of which kinds (class codes), from when, how large."""

    handle: Opaque
    kinds: Annotated[tuple[ClassCode, ...], Field(min_length=1, max_length=10)] = (
        ClassCode.PATIENT_SUMMARY,
    )
    created_after: AwareDatetime | None = None
    created_before: AwareDatetime | None = None
    maximum_size: Annotated[int, Field(ge=1, lt=10**15)] | None = None


class FoundPatientAnswer(Answer):
    """A person whom the other country knows."""

    handle: str
    family: tuple[str, ...]
    given: tuple[str, ...]
    birth_date: str | None
    gender: str | None
    address_lines: tuple[str, ...]
    city: str | None
    postal_code: str | None
    country: str | None


class IdentifiedPatientsAnswer(Answer):
    """Who was found; nobody is an empty list."""

    country: str
    patients: tuple[FoundPatientAnswer, ...]


class FormFieldAnswer(Answer):
    """One thing to fill in."""

    label: str
    format: str
    is_mandatory: bool
    description: str
    domain: str | None


class FormSetAnswer(Answer):
    """Identifiers that belong together."""

    display: str | None
    fields: tuple[FormFieldAnswer, ...]


class FormGroupAnswer(Answer):
    """Sets of identifiers: all of them, or the choice of one."""

    is_choice: bool
    sets: tuple[FormSetAnswer, ...]


class SearchFormAnswer(Answer):
    """What a country needs to know to find a patient."""

    country: str
    identifiers: tuple[FormGroupAnswer, ...]
    others: tuple[FormFieldAnswer, ...]


class ConfirmedTreatmentAnswer(Answer):
    """What was confirmed, and until when it holds."""

    handle: str
    purpose_of_use: str
    expires: datetime


class ListedDocumentsAnswer(Answer):
    """The documents of a patient."""

    handle: str
    documents: tuple[ListedDocumentAnswer, ...]
    warnings: tuple[str, ...]


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
        return gateway.identify(professional, country, _sought(request))

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
        return gateway.documents(professional, request.handle, _wish(request))

    add_document_routes(app, gateway)
    add_showing_routes(app, gateway)
    add_translating_routes(app, gateway)


def _wish(request: ListRequest) -> DocumentWish:
    return DocumentWish(
        kinds=request.kinds,
        created_after=request.created_after,
        created_before=request.created_before,
        maximum_size=request.maximum_size,
    )


def _sought(request: IdentifyRequest) -> SoughtPatient:
    return SoughtPatient(
        identifiers=tuple(
            PatientId(Oid(each.root), each.extension) for each in request.identifiers
        ),
        family=request.family,
        given=request.given,
        birth_date=request.birth_date,
        gender=request.gender,
        next_of_kin=_next_of_kin(request.next_of_kin),
        address=_address(request.address),
    )


def _address(told: AddressOfPatient | None) -> PostalAddress | None:
    if told is None:
        return None
    lines = () if told.street is None else (told.street,)
    return PostalAddress(lines, told.city, told.postal_code, told.country)


def _next_of_kin(told: NextOfKinOfPatient | None) -> NextOfKin | None:
    return None if told is None else NextOfKin(**told.model_dump())
