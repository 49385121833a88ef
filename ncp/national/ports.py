"""What the use cases of country A need from the national infrastructure.

Three ports: who the patient is, which documents exist, whether the patient agreed. An
adapter raises :class:`~ncp.errors.NationalError` whenever it cannot give a true answer:
"the server did not answer" must never read as "there is no such patient".

Spec: ARCHITECTURE "national/" / IHE ITI TF-2 3.55.4.2 (what identification needs) /
IHE ITI TF-2 3.38.4.1.2 (what a document entry needs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal, Protocol, TypeAlias

from trust.identifiers import CountryCode, PatientId


class DocumentKind(StrEnum):
    """The kinds of document a country of affiliation gives out."""

    PATIENT_SUMMARY = "patient-summary"
    PRESCRIPTION = "prescription"
    LABORATORY_REPORT = "laboratory-report"
    DISCHARGE_REPORT = "discharge-report"
    IMAGING_REPORT = "imaging-report"
    IMAGE = "image"

    @property
    def is_original(self) -> bool:
        """Whether it is carried as it was written, not translated."""
        return self not in {DocumentKind.PATIENT_SUMMARY, DocumentKind.PRESCRIPTION}


IDENTIFICATION: Final = "identification"
"""The service of ITI-55, for which consent is asked like for a document."""

DISPENSATION: Final = "dispensation"
"""The service of ITI-41: what was dispensed abroad, and its discard."""

Service: TypeAlias = DocumentKind | Literal["identification", "dispensation"]
"""What a consent is about: identification, dispensation, or one kind of document."""


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """One person as the national patient index knows them.

    Nothing but the adapter's own reference shows in a repr.

    Attributes
    ----------
    id
        The identifier to use across the border from now on.
    identifiers
        Every identifier under an OID that the index holds, ``id`` among them.
    gender
        The FHIR code: ``male``, ``female``, ``other`` or ``unknown``.
    birth_date
        As the index holds it, in FHIR's form; it may be partial (``1957-03``).
    country
        Of the address, as the index writes it.
    source
        The adapter's own reference, e.g. ``Patient/123``; opaque to everybody else.
    """

    id: PatientId
    identifiers: tuple[PatientId, ...] = field(repr=False)
    family: tuple[str, ...] = field(default=(), repr=False)
    given: tuple[str, ...] = field(default=(), repr=False)
    birth_date: str | None = field(default=None, repr=False)
    gender: str | None = field(default=None, repr=False)
    address_lines: tuple[str, ...] = field(default=(), repr=False)
    city: str | None = field(default=None, repr=False)
    postal_code: str | None = field(default=None, repr=False)
    country: str | None = field(default=None, repr=False)
    source: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class DocumentAuthor:
    """Who wrote a document; an organization or device has only a ``family``."""

    family: str = field(repr=False)
    given: str = field(default="", repr=False)
    specialties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StayReason:
    """Why somebody was in hospital: a code of ICD-10 and its words."""

    code: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """One national document that can be given out, without its content.

    Attributes
    ----------
    source_id
        The document's identity in the national system; the same for all its versions.
    version
        Changes whenever the content does. None: the source has no stable version, for
        example because it makes the document when it is asked for.
    created
        When this version was made, aware, in UTC.
    language
        BCP 47, or None where the source does not say.
    locator
        The adapter's own way back to the content; opaque to everybody else.
    media_type
        Of the content: FHIR JSON, or what an original is.
    has_pdf
        Whether a PDF of the same content lies beside (what is translated).
    service_start
        When the care that it is about began; originals only.
    """

    source_id: str
    version: str | None
    created: datetime
    kind: DocumentKind
    language: str | None
    title: str = field(repr=False)
    locator: str = field(repr=False)
    media_type: str = "application/fhir+json"
    has_pdf: bool = False
    service_start: datetime | None = None
    authors: tuple[DocumentAuthor, ...] = ()
    stay_reason: StayReason | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class OriginalContent:
    """An original document with what is known of it.

    Attributes
    ----------
    cover
        A FHIR document in JSON: a Composition without sections, the patient, the
        authors.
    data
        The original, byte for byte as the source holds it.
    """

    cover: bytes = field(repr=False)
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ConsentAnswer:
    """Whether the patient agreed, with a sentence for the record (no patient data)."""

    is_given: bool
    sentence: str


class PatientIndex(Protocol):
    """Finds people; the use case judges what was found."""

    def find(
        self,
        ids: Sequence[PatientId],
        *,
        family: Sequence[str] = (),
        given: Sequence[str] = (),
        birth_date: str | None = None,
        gender: str | None = None,
    ) -> Sequence[PatientRecord]:
        """Return every person who bears one of ``ids`` and fits the other traits.

        Nobody is chosen: two people with the same identifier are two records. A trait
        that is given must fit where the index knows it. Without any id the answer is
        empty: this index is not browsed by name.

        Raises
        ------
        PolicyError
            The index itself refuses: ``PATIENT_AUTHENTICATION_NEEDED``,
            ``PRIVACY_AT_STAKE`` or ``RESPONDER_BUSY``.
        """
        ...

    def find_by_demographics(
        self,
        *,
        family: Sequence[str],
        given: Sequence[str],
        birth_date: str,
        gender: str | None = None,
    ) -> Sequence[PatientRecord]:
        """Return every person of these names who was born on this day.

        Asked only where the country's policy allows it. Every trait must be known to
        the index and fit; what it does not know fits nobody here.
        """
        ...


class DocumentSource(Protocol):
    """Lists and reads the documents of one person."""

    def documents(
        self, patient: PatientRecord, kind: DocumentKind
    ) -> Sequence[SourceDocument]:
        """Return what can be given out now, newest first; empty where there is none."""
        ...

    def content(self, patient: PatientRecord, document: SourceDocument) -> bytes:
        """Return the FHIR JSON of ``document``, byte for byte as the source holds it.

        ``document`` must come from :meth:`documents` for the same patient.
        """
        ...

    def pdf(self, patient: PatientRecord, document: SourceDocument) -> bytes:
        """Return the PDF beside a patient summary that has one."""
        ...

    def original(
        self, patient: PatientRecord, document: SourceDocument
    ) -> OriginalContent:
        """Return an original document with its cover."""
        ...


class ConsentRegister(Protocol):
    """Knows what the patient agreed to."""

    def consent(
        self,
        patient: PatientRecord,
        *,
        country: CountryCode,
        service: Service,
        purpose: str,
    ) -> ConsentAnswer:
        """Say whether ``country`` may have ``service`` for ``purpose``.

        ``purpose`` is the code of the assertion, ``TREATMENT`` or ``EMERGENCY``.
        """
        ...
