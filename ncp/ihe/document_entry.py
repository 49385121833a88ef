"""A document entry: what a list, or a submission, says about one document.

The wire forms are in ``document_entry_writing`` and ``document_entry_reading``.

Spec: IHE ITI TF-3 §4.2.3.2 / eHDSI XCA Profile (metadata).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from ncp.ihe.codes import FormatCode
from trust.identifiers import CountryCode, HomeCommunityId, PatientId

UNIQUE_ID_NAME = "XDSDocumentEntry.uniqueId"
PATIENT_ID_NAME = "XDSDocumentEntry.patientId"


@dataclass(frozen=True, slots=True)
class EntryAuthor:
    """Who wrote a document; an organization or device has only a ``family``."""

    family: str = field(repr=False)
    given: str = field(default="", repr=False)
    specialties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EventCode:
    """A code of what a document is about, such as the reason of a hospital stay."""

    code: str = field(repr=False)
    coding_scheme: str
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """One document of a list.

    Attributes
    ----------
    creation_time
        Aware; needed for writing. Of a peer it may be missing.
    repository_unique_id
        Empty in a submission: the receiver keeps it where it likes.
    size, hash
        Only where the bytes exist already; the hash is SHA-1 in hex and is never a
        reason to refuse a document.
    country, country_name
        The country of the healthcare facility.
    service_start
        When the care that the document is about began; original documents only.
    """

    entry_id: uuid.UUID
    unique_id: str
    repository_unique_id: str
    home: HomeCommunityId | None
    patient: PatientId | None
    class_code: str
    type_code: str
    format_code: str
    creation_time: datetime | None
    title: str = field(repr=False)
    description: str = field(default="", repr=False)
    mime_type: str = "text/xml"
    language: str | None = None
    size: int | None = None
    hash: str | None = None
    confidentiality: str = "N"
    country: CountryCode | None = None
    country_name: str = ""
    service_start: datetime | None = None
    authors: tuple[EntryAuthor, ...] = ()
    events: tuple[EventCode, ...] = ()

    @property
    def is_pdf(self) -> bool:
        """Whether the document is the PDF form (compared without case)."""
        return self.format_code.lower() == FormatCode.PDF.lower()
