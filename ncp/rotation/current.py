"""A value that is replaced as a whole while others use it.

Whoever takes the value keeps it for the request it is taken for; the next request
takes the next one. So both sides of the gateway are put together anew for each set of
keys, and nothing inside them knows about rotation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Generic, TypeVar

from ncp.country_b.treatment import (
    ConfirmedTreatment,
    DocumentWish,
    FetchedDocument,
    IdentifiedPatients,
    InitiatingGateway,
    ListedDocuments,
    NotFetched,
    SearchForm,
    ShownDocument,
    ShownPrescription,
    SoughtPatient,
    SubmitOperation,
    SubmittedToCountry,
)
from ncp.exchange import InboundHttp, OutboundHttp, PeerIdentity
from ncp.web.soap_service import SoapService
from trust.assertions import HealthProfessional
from trust.identifiers import CountryCode

_T = TypeVar("_T")


class Current(Generic[_T]):
    """Holds the value of now. Replacing it is one assignment: nobody sees a half."""

    def __init__(self, value: _T) -> None:
        self._value = value

    def get(self) -> _T:
        """Return the value; keep it for the whole of one request."""
        return self._value

    def replace(self, value: _T) -> _T:
        """Put a new value in its place and return the old one."""
        old, self._value = self._value, value
        return old


class CurrentSoapService:
    """Country A of now."""

    def __init__(self, now: Callable[[], SoapService]) -> None:
        self._now = now

    def answer(self, request: InboundHttp) -> OutboundHttp:
        """Answer one message, from its first check to its record, with one set."""
        return self._now().answer(request)

    def refuse_too_large(
        self, peer: PeerIdentity, received_at: datetime
    ) -> OutboundHttp:
        """Record a message that went over the limit, and answer it."""
        return self._now().refuse_too_large(peer, received_at)


class CurrentTreatmentGateway:
    """Country B of now."""

    def __init__(self, now: Callable[[], InitiatingGateway]) -> None:
        self._now = now

    def search_form(self, country: CountryCode) -> SearchForm:
        """Return the form that a country asks for."""
        return self._now().search_form(country)

    def identify(
        self,
        professional: HealthProfessional,
        country: CountryCode,
        sought: SoughtPatient,
    ) -> IdentifiedPatients:
        """Ask ``country`` who the patient is."""
        return self._now().identify(professional, country, sought)

    def confirm(
        self,
        professional: HealthProfessional,
        handle: str,
        purpose_of_use: str,
        shown: ShownPrescription | None = None,
    ) -> ConfirmedTreatment:
        """Confirm the treatment relationship."""
        return self._now().confirm(professional, handle, purpose_of_use, shown)

    def documents(
        self,
        professional: HealthProfessional,
        handle: str,
        wish: DocumentWish = DocumentWish(),  # noqa: B008 - immutable
    ) -> ListedDocuments:
        """List the patient's documents."""
        return self._now().documents(professional, handle, wish)

    def fetch(
        self,
        professional: HealthProfessional,
        handle: str,
        document: str,
        language: str | None = None,
    ) -> FetchedDocument:
        """Fetch one listed document."""
        return self._now().fetch(professional, handle, document, language)

    def fetch_several(
        self, professional: HealthProfessional, handle: str, documents: Sequence[str]
    ) -> tuple[FetchedDocument | NotFetched, ...]:
        """Fetch several listed documents."""
        return self._now().fetch_several(professional, handle, documents)

    def submit(
        self,
        professional: HealthProfessional,
        handle: str,
        operation: SubmitOperation,
        content: bytes,
    ) -> SubmittedToCountry:
        """Submit a dispensation, or its discard."""
        return self._now().submit(professional, handle, operation, content)

    def show(
        self, professional: HealthProfessional, handle: str, document: str
    ) -> ShownDocument:
        """Fetch one listed document, and show what is inside."""
        return self._now().show(professional, handle, document)

    def received(
        self, professional: HealthProfessional, handle: str, document: str
    ) -> FetchedDocument:
        """Return a document as it was received."""
        return self._now().received(professional, handle, document)
