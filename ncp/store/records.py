"""The values the gateway remembers: messages, documents listed, treatments.

Spec: ARCHITECTURE "Decisions already taken" (duplicates, ids and bytes, personal data).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ncp.evidence.exchange_evidence import ExchangeEvidence
from ncp.ihe.codes import Transaction
from trust.decision import TrustDecision
from trust.identifiers import CountryCode, HomeCommunityId, PatientId


class Direction(StrEnum):
    """Whether a request came in or went out."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Sighting(StrEnum):
    """What is known of a MessageID of a peer.

    ``DUPLICATE``: same peer, same id, same body. ``CONFLICT``: same peer, same id,
    another body. A message without an id is always ``NEW``.
    """

    NEW = "new"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """One exchange as the operator sees it; no patient data.

    Attributes
    ----------
    peer
        The country believed, or None where none was.
    transaction
        None where the message was refused before it could be told.
    outcome
        A word for the result: ``answered`` (warnings may be beside it),
        ``answered-in-part`` (something was given or taken, and an error told of the
        rest), ``refused``, ``failed``.
    condition, sentence
        The ``Reason`` or ``Refusal`` that decided, and why in the operator's words;
        None where all went well.
    decisions
        Every trust decision taken on the way, in order.
    evidence
        What shows later which messages were exchanged; None in records of before.
    """

    peer: CountryCode | None
    direction: Direction
    transaction: Transaction | None
    message_id: str | None
    body_hash: str | None
    outcome: str
    condition: str | None
    decisions: tuple[TrustDecision, ...]
    received_at: datetime
    sighting: Sighting = Sighting.NEW
    sentence: str | None = None
    evidence: ExchangeEvidence | None = None


@dataclass(frozen=True, slots=True)
class IssuedDocument:
    """A document id given out at ITI-38, bound to the patient it was given out for.

    Attributes
    ----------
    document_id
        ``2.25.<UUID as decimal>``.
    patient
        The id the query named.
    source
        What the national adapter needs to find the document again (its own words).
    content
        The bytes, where they existed when the id was given out; else None.
    """

    document_id: str
    patient: PatientId = field(repr=False)
    document_kind: str
    source: Mapping[str, str | None] = field(repr=False)
    created: datetime
    issued_at: datetime
    expires: datetime
    language: str | None = None
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Treatment:
    """Country B: a professional, a patient abroad, and what was asserted of them.

    Attributes
    ----------
    handle
        Opaque; all that the national side ever holds.
    trc_assertion
        None until the treatment relationship was confirmed.
    """

    handle: str
    country: CountryCode
    patient: PatientId = field(repr=False)
    professional_id: str = field(repr=False)
    purpose_of_use: str
    hcp_assertion: bytes = field(repr=False)
    trc_assertion: bytes | None = field(repr=False)
    expires: datetime


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """Country B: one entry of a peer's list, under an opaque id of our own.

    Attributes
    ----------
    content
        The document as it was received, byte for byte; None until it was fetched.
    """

    handle: str
    treatment_handle: str
    home_community_id: HomeCommunityId
    repository_unique_id: str
    document_unique_id: str = field(repr=False)
    class_code: str
    mime_type: str
    expires: datetime
    format_code: str | None = None
    title: str | None = field(default=None, repr=False)
    content: bytes | None = field(default=None, repr=False)


class SubmissionState(StrEnum):
    """Country B: what is known of a submission; ``UNKNOWN`` until an answer came."""

    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class SentSubmission:
    """Country B: a document as it is submitted, kept before a byte of it leaves.

    Whatever happens on the line, the very same is sent again.

    Attributes
    ----------
    handle
        Follows from country, operation and document, so that nothing is kept twice.
    operation
        The class code of the operation.
    """

    handle: str
    country: CountryCode
    operation: str
    state: SubmissionState
    message_id: str
    submission_set_id: str
    entry_id: str
    document_unique_id: str = field(repr=False)
    author_person: str = field(repr=False)
    author_institution: str
    content: bytes = field(repr=False)
    submitted_at: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message record as it was read back.

    ``exchange_id`` ties together what was committed in one unit of work.
    """

    sequence: int
    exchange_id: str
    recorded_at: datetime
    record: MessageRecord


@dataclass(frozen=True, slots=True)
class AuditTrailEntry:
    """An audit event as it was read back: what it is about, and its DICOM form."""

    sequence: int
    event_id: str
    exchange_id: str
    recorded_at: datetime
    occurred_at: datetime
    event: str
    side: str | None
    outcome: int
    document_kind: str | None
    dicom: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """Whether the store records, in a word and a sentence."""

    is_healthy: bool
    sentence: str
