"""What country A needs of the register that keeps dispensations: one more port.

What is submitted is an order: unique by peer, operation and document unique id. The
same order again is told its first result and changes nothing; the same id with another
content is refused. A result is durable before it is returned.

Spec: ARCHITECTURE "Dispensation is unique on (peer, operation, document unique id)" /
IHE ITI TF-2 §3.41.4.1.3.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from ncp.errors import Refusal
from ncp.national.ports import PatientRecord
from trust.identifiers import CountryCode

REGISTER_REFUSALS: Final = frozenset(
    {
        Refusal.SUBMISSION_CHANGED,
        Refusal.SUBMISSION_INVALID,
        Refusal.SUBMISSION_DEFERRED,
        Refusal.SUBMISSION_NOT_SIGNED,
        Refusal.SOURCE_PDF_MISSING,
        Refusal.PIVOT_DOCUMENT_MISSING,
        Refusal.PRESCRIPTION_NOT_NAMED,
        Refusal.PRESCRIPTION_UNKNOWN,
        Refusal.PRESCRIPTION_DISPENSED,
        Refusal.PRESCRIPTION_NOT_DISPENSABLE,
        Refusal.PRESCRIPTION_NOT_UPDATED,
        Refusal.SUBSTITUTION_FORBIDDEN,
        Refusal.DISPENSATION_NOT_STORED,
        Refusal.DISPENSATION_LACKS_FACT,
        Refusal.DISPENSATION_NOT_CODED,
        Refusal.DISPENSATION_DISCARDED,
        Refusal.DISPENSATION_UNKNOWN,
        Refusal.DISCARD_TOO_LATE,
        Refusal.DISCARD_BY_ANOTHER,
        Refusal.DISCARD_INCOMPLETE,
        Refusal.DISCARD_UNAVAILABLE,
    }
)
"""The words in which a register may refuse."""


class DispensationOperation(StrEnum):
    """What is done to a prescription."""

    DISPENSE = "dispense"
    DISCARD = "discard"


@dataclass(frozen=True, slots=True)
class Dispenser:
    """The professional abroad who dispensed or discards, as a believed HCP says.

    Attributes
    ----------
    identifier, other_identifier
        The name identifier of the assertion and, where told, ``SPProvidedID``.
    """

    identifier: str = field(repr=False)
    name: str = field(repr=False)
    role: str
    organization: str | None
    organization_id: str | None
    locality: str
    other_identifier: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class DispensationOrder:
    """One document to be dispensed by, or discarded.

    Attributes
    ----------
    document_unique_id
        As the metadata name it; the document bears the same id.
    content
        The coded document, byte for byte as it came.
    prescription_id, dispensation_pin
        Of the TRC assertion, where the country's search mask asks for them.
    created
        The ``creationTime`` of the entry: told only, peers write it ambiguously.
    """

    peer: CountryCode
    operation: DispensationOperation
    document_unique_id: str
    submission_set_id: str
    content: bytes = field(repr=False)
    patient: PatientRecord
    dispenser: Dispenser
    moment: datetime
    created: datetime | None = None
    prescription_id: str | None = field(default=None, repr=False)
    dispensation_pin: str | None = field(default=None, repr=False)

    @property
    def content_hash(self) -> str:
        """SHA-256 of the content, by which the same is told from another."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class DispensationResult:
    """What became of an order.

    Attributes
    ----------
    refusal
        None where it was carried out, else one of :data:`REGISTER_REFUSALS`.
    is_repeated
        Whether this is the first result, told again.
    sentence
        For the record; no patient data.
    """

    refusal: Refusal | None
    sentence: str
    is_repeated: bool = False


class DispensationRegister(Protocol):
    """Keeps what was dispensed abroad.

    It raises :class:`~ncp.errors.NationalError` where it cannot tell; whoever asked may
    send the very same order again.
    """

    def carry_out(self, order: DispensationOrder) -> DispensationResult:
        """Carry out an order, once; the result is durable when it is returned."""
        ...
