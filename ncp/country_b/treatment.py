"""What the national door and the asking side (country B) say to each other.

A professional identifies a patient abroad, confirms the treatment relationship, lists
the patient's documents and fetches one. Between the calls the patient is known by an
opaque handle only, so that no identifier stands in an address or a log.

Spec: eHDSI use cases UC1 (patient summary for the country of treatment) and UC2
(dispensation), step by step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from ncp.ihe.codes import ClassCode
from ncp.ihe.person import PostalAddress
from ncp.peer_words import PeerWords
from trust.assertions.model import HealthProfessional, NextOfKin
from trust.identifiers import CountryCode, PatientId


@dataclass(frozen=True, slots=True)
class SoughtPatient:
    """The traits by which a patient is looked for abroad.

    ``next_of_kin`` speaks for the patient; a country that does not search by them
    refuses the question.
    """

    identifiers: tuple[PatientId, ...] = field(repr=False)
    family: tuple[str, ...] = field(default=(), repr=False)
    given: tuple[str, ...] = field(default=(), repr=False)
    birth_date: str | None = field(default=None, repr=False)
    gender: str | None = field(default=None, repr=False)
    next_of_kin: NextOfKin | None = None
    address: PostalAddress | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class FormField:
    """One thing to fill in.

    ``format`` is the pattern the country asks for, ``domain`` the OID under which an
    identifier is written.
    """

    label: str
    format: str
    is_mandatory: bool
    description: str
    domain: str | None = None


@dataclass(frozen=True, slots=True)
class FormSet:
    """Identifiers that belong together; ``display`` names them in a choice."""

    display: str | None
    fields: tuple[FormField, ...]


@dataclass(frozen=True, slots=True)
class FormGroup:
    """Sets of identifiers: all of them, or the choice of one."""

    is_choice: bool
    sets: tuple[FormSet, ...]


@dataclass(frozen=True, slots=True)
class SearchForm:
    """What a country needs to know to find a patient: its search mask."""

    country: CountryCode
    identifiers: tuple[FormGroup, ...]
    others: tuple[FormField, ...]


@dataclass(frozen=True, slots=True)
class FoundPatient:
    """One person whom the other country knows, under a handle of ours."""

    handle: str
    family: tuple[str, ...] = field(default=(), repr=False)
    given: tuple[str, ...] = field(default=(), repr=False)
    birth_date: str | None = field(default=None, repr=False)
    gender: str | None = field(default=None, repr=False)
    address_lines: tuple[str, ...] = field(default=(), repr=False)
    city: str | None = field(default=None, repr=False)
    postal_code: str | None = field(default=None, repr=False)
    country: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class IdentifiedPatients:
    """The answer to an identification; empty when nobody fits."""

    country: CountryCode
    patients: tuple[FoundPatient, ...]


@dataclass(frozen=True, slots=True)
class ShownPrescription:
    """What a patient shows of a prescription, where the country asks for it.

    Both travel in the TRC assertion.
    """

    id: str = field(repr=False)
    pin: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ConfirmedTreatment:
    """A treatment relationship that the professional has confirmed."""

    handle: str
    purpose_of_use: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class DocumentWish:
    """Which documents are looked for.

    The filters are for original clinical documents; other countries may ignore them.
    """

    kinds: tuple[ClassCode, ...] = (ClassCode.PATIENT_SUMMARY,)
    created_after: datetime | None = None
    created_before: datetime | None = None
    maximum_size: int | None = None


class DocumentForm(StrEnum):
    """What a professional's software can do with a document."""

    CODED = "coded"
    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """A document abroad, under an opaque name of ours that only this handle knows.

    Attributes
    ----------
    form
        Whether it is coded, or what is inside.
    coded_form
        The coded document that this one is the PDF of.
    service_start
        When the care that it is about began (ISO 8601).
    """

    document: str
    kind: str
    title: str | None = field(default=None, repr=False)
    mime_type: str | None = None
    language: str | None = None
    created: str | None = None
    size: int | None = None
    form: DocumentForm = DocumentForm.UNKNOWN
    coded_form: str | None = None
    description: str | None = field(default=None, repr=False)
    authors: tuple[str, ...] = field(default=(), repr=False)
    service_start: str | None = None


_SUMMARIES = DocumentWish()


@dataclass(frozen=True, slots=True)
class ListedDocuments:
    """The documents that the other country offers for the patient of a handle.

    Attributes
    ----------
    warnings
        What the other country remarked beside: the list may lack something.
    """

    handle: str
    documents: tuple[ListedDocument, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TranslatedDocument:
    """The same document with the names of its codes in the reader's language.

    Attributes
    ----------
    languages
        The languages that were tried, best first.
    account
        How many coded elements had which fate, in which language the names are, and
        what could not be told.
    """

    content: bytes = field(repr=False)
    languages: tuple[str, ...]
    account: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FetchedDocument:
    """A document as it was received, byte for byte.

    ``names_patient`` is False where the document carries none of the identifiers it was
    asked for under: the professional has to make sure whose it is. ``translation`` is
    None where none was asked for, or none could be made. ``is_valid`` is False where it
    breaks rules of its kind: it may be shown incompletely.
    """

    document: str
    mime_type: str
    content: bytes = field(repr=False)
    names_patient: bool = True
    translation: TranslatedDocument | None = field(default=None, repr=False)
    is_valid: bool = True


@dataclass(frozen=True, slots=True)
class NotFetched:
    """A document that did not come, and why.

    ``codes`` and ``told`` are the other country's own, where it answered.
    """

    document: str
    sentence: str
    codes: tuple[str, ...] = ()
    told: tuple[PeerWords, ...] = ()


class SubmitOperation(StrEnum):
    """What is submitted to the patient's country."""

    DISPENSE = "dispense"
    DISCARD = "discard"


@dataclass(frozen=True, slots=True)
class SubmittedToCountry:
    """A document that the patient's country has taken."""

    handle: str
    operation: SubmitOperation
    submission: str


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """What is inside an embedded document, looked into before anybody opens it.

    Attributes
    ----------
    is_stripped
        Something that acts was taken out; the document as it was received is kept.
    findings
        Rules that spoke about it, such as ``document-holds-script``.
    """

    document: str
    mime_type: str
    content: bytes = field(repr=False)
    names_patient: bool = True
    is_stripped: bool = False
    findings: tuple[str, ...] = ()


class InitiatingGateway(Protocol):
    """Country B, as the national door calls it; each call blocks until answered.

    Every method raises :class:`~ncp.errors.NcpError`; nothing else is expected.
    """

    def search_form(self, country: CountryCode) -> SearchForm:
        """Return the form that a country asks for; raises where it has none."""
        ...

    def identify(
        self,
        professional: HealthProfessional,
        country: CountryCode,
        sought: SoughtPatient,
    ) -> IdentifiedPatients:
        """Ask ``country`` who the patient is (ITI-55)."""
        ...

    def confirm(
        self,
        professional: HealthProfessional,
        handle: str,
        purpose_of_use: str,
        shown: ShownPrescription | None = None,
    ) -> ConfirmedTreatment:
        """Confirm the treatment relationship; the TRC assertion is made here."""
        ...

    def documents(
        self,
        professional: HealthProfessional,
        handle: str,
        wish: DocumentWish = _SUMMARIES,
    ) -> ListedDocuments:
        """List the patient's documents (ITI-38)."""
        ...

    def fetch(
        self,
        professional: HealthProfessional,
        handle: str,
        document: str,
        language: str | None = None,
    ) -> FetchedDocument:
        """Fetch one listed document (ITI-39), told in a language where one is named."""
        ...

    def fetch_several(
        self, professional: HealthProfessional, handle: str, documents: Sequence[str]
    ) -> tuple[FetchedDocument | NotFetched, ...]:
        """Fetch several, as many at once as the other country takes (ITI-39)."""
        ...

    def submit(
        self,
        professional: HealthProfessional,
        handle: str,
        operation: SubmitOperation,
        content: bytes,
    ) -> SubmittedToCountry:
        """Submit a dispensation, or its discard (ITI-41)."""
        ...

    def show(
        self, professional: HealthProfessional, handle: str, document: str
    ) -> ShownDocument:
        """Fetch one listed document (ITI-39), and take out and look into what it holds.

        A document of sections holds nothing and is refused; :meth:`fetch` it.
        """
        ...

    def received(
        self, professional: HealthProfessional, handle: str, document: str
    ) -> FetchedDocument:
        """Return a document as it was received, without asking the other country."""
        ...
