"""What ITI-41 carries: a submission set and its documents, and what is answered.

Spec: IHE ITI TF-2 §3.41.4.1.2 / IHE ITI TF-3 §4.2.3.3 / eHDSI XDR Profile.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from ncp.ihe.codes import ClassCode, FormatCode, ResponseStatus
from ncp.ihe.document_entry import DocumentEntry
from ncp.ihe.ebxml import PeerError
from trust.identifiers import PatientId

SET_UNIQUE_ID = "XDSSubmissionSet.uniqueId"
SET_PATIENT_ID = "XDSSubmissionSet.patientId"
SET_SOURCE_ID = "XDSSubmissionSet.sourceId"


@dataclass(frozen=True, slots=True)
class SubmissionSet:
    """What holds for all documents of a submission.

    Attributes
    ----------
    source_id
        Who submits; OpenNCP sends a constant, so nothing follows from it.
    submission_time
        Told only: OpenNCP writes it on a clock of twelve hours.
    author_person, author_institution
        In the forms XCN and XON of TF-3 4.2.3.1.4.
    """

    entry_id: uuid.UUID
    unique_id: str
    source_id: str
    patient: PatientId | None = field(repr=False)
    content_type: str
    submission_time: datetime | None = None
    title: str = ""
    description: str = ""
    author_person: str = field(default="", repr=False)
    author_institution: str = ""


@dataclass(frozen=True, slots=True)
class SubmittedDocument:
    """One document with its metadata.

    Attributes
    ----------
    content
        None where the entry came without its document.
    source_patient
        The patient in the words of the sender (``sourcePatientId``).
    """

    entry: DocumentEntry
    content: bytes | None = field(repr=False)
    source_patient: PatientId | None = field(default=None, repr=False)
    source_patient_info: tuple[str, ...] = field(default=(), repr=False)

    @property
    def operation(self) -> ClassCode | None:
        """Whether it is a dispensation or its discard; None where neither is clear.

        The format code tells it, as OpenNCP decides; the class code must not
        contradict. A discard may come under the class of a dispensation.
        """
        entry = self.entry
        told = entry.format_code.lower(), entry.class_code
        return _OPERATIONS.get(told)

    @property
    def is_pdf(self) -> bool:
        """Whether it is the PDF form of a dispensation."""
        return self.entry.is_pdf


_DISPENSATION = FormatCode.EDISPENSATION.lower()
_DISCARD = FormatCode.DISCARD.lower()
_OPERATIONS: dict[tuple[str, str], ClassCode] = {
    (_DISPENSATION, ClassCode.EDISPENSATION): ClassCode.EDISPENSATION,
    (_DISCARD, ClassCode.DISCARD): ClassCode.DISCARD,
    (_DISCARD, ClassCode.EDISPENSATION): ClassCode.DISCARD,
}


@dataclass(frozen=True, slots=True)
class Submission:
    """All that one message submits, its documents in order."""

    submission_set: SubmissionSet
    documents: tuple[SubmittedDocument, ...]

    @property
    def repeated_id(self) -> str | None:
        """A unique id that more than one of the documents has, or None.

        An id without an extension may end with a caret or not (TF-3 4.2.3.2.26).
        """
        known = set[str]()
        for document in self.documents:
            own = document.entry.unique_id.rstrip("^")
            if own in known:
                return own
            known.add(own)
        return None

    def patients(self) -> set[PatientId | None]:
        """Return every patient that is named anywhere in the metadata."""
        named = {self.submission_set.patient}
        for document in self.documents:
            named |= {document.entry.patient}
            if document.source_patient is not None:
                named |= {document.source_patient}
        return named


@dataclass(frozen=True, slots=True)
class SubmissionAnswer:
    """What a peer answered to a submission."""

    status: ResponseStatus
    errors: tuple[PeerError, ...]


def xcn(identifier: str, name: str) -> str:
    """Write a person in the form XCN, by identifier and name (TF-3 4.2.3.1.4.2)."""
    return f"{_escaped(identifier)}^{_escaped(name)}"


def xon(name: str, organization_id: str | None) -> str:
    """Write an organization in the form XON (TF-3 4.2.3.1.4.3).

    An id ``urn:oid:X`` is an OID, ``urn:hl7ii:ROOT:EXT`` one under an authority.
    """
    own = _escaped(name)
    value = organization_id or ""
    if not value:
        return own
    if value.startswith("urn:hl7ii:"):
        root, _, extension = value.removeprefix("urn:hl7ii:").partition(":")
        return f"{own}^^^^^&{_escaped(root)}&ISO^^^^{_escaped(extension)}"
    return f"{own}^^^^^^^^^{_escaped(value.removeprefix('urn:oid:'))}"


_ESCAPES = str.maketrans({"\\": "\\E\\", "^": "\\S\\", "&": "\\T\\", "|": "\\F\\"})


def _escaped(value: str) -> str:
    """Escape what separates components in HL7 v2 (chapter 2.7)."""
    return value.translate(_ESCAPES)
