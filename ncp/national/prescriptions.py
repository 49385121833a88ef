"""What country A needs of the national prescriptions: one item each, as it is now.

A prescription crosses the border item by item, for the document that carries it holds
exactly one. Nothing here judges: whether an item may cross is decided by
``ncp.country_a.prescriptions``, from these facts.

Spec: HL7 Europe MPD 1.0 MedicationRequest / eHDSI ePrescription EH.1.1 (one item).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ncp.national.ports import DocumentAuthor, PatientRecord


class PrescriptionStatus(StrEnum):
    """The status of a prescription item, as MedicationRequest.status has it."""

    ACTIVE = "active"
    ON_HOLD = "on-hold"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    ENTERED_IN_ERROR = "entered-in-error"
    STOPPED = "stopped"
    DRAFT = "draft"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ProductCode:
    """A code of a product or of a property of it; ``system`` is an OID where known."""

    system: str
    code: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class PrescribedProduct:
    """What was prescribed.

    Attributes
    ----------
    codes
        Of the product or the package, in lists that are not the ATC.
    is_compounded
        Whether the pharmacy is to make it from its ingredients.
    has_parts
        Whether it is a combination of several products in one package.
    """

    name: str
    codes: tuple[ProductCode, ...] = ()
    atc: ProductCode | None = None
    form: ProductCode | None = None
    strength: str = ""
    is_compounded: bool = False
    has_parts: bool = False


@dataclass(frozen=True, slots=True)
class Prescription:
    """One item of a prescription, as the national system holds it now.

    Attributes
    ----------
    source_id
        The adapter's own reference, e.g. ``MedicationRequest/7f``; opaque elsewhere.
    version
        Changes whenever the item does; a write that names an old one is refused.
    identifier
        ``root^extension``: what a dispensation names, compared as it is.
    group
        What the items of one prescription share, ``root^extension``.
    packages
        How many were prescribed; None where the amount is no whole number of them.
    is_releasable
        Whether an amount that is none could be told as one package that holds it.
    repeats
        How often it may be dispensed again after the first time.
    dispensed
        How many dispensations of it stand in the register, undone ones not counted.
    may_substitute
        None where the prescriber does not say.
    substitution
        The prescriber's code of v3-substanceAdminSubstitution; empty where none.
    pin
        What the patient has to tell before it is given out, where the country has that.
    has_pdf
        Whether the national PDF of it lies beside.
    """

    source_id: str
    version: str
    identifier: str = field(repr=False)
    status: PrescriptionStatus
    authored: datetime
    product: PrescribedProduct = field(repr=False)
    group: str | None = field(default=None, repr=False)
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    packages: int | None = None
    is_releasable: bool = False
    repeats: int = 0
    dispensed: int = 0
    may_substitute: bool | None = None
    substitution: str = ""
    language: str | None = None
    authors: tuple[DocumentAuthor, ...] = ()
    has_pdf: bool = False
    pin: str | None = field(default=None, repr=False)


class PrescriptionSource(Protocol):
    """Lists and reads the prescriptions of one person.

    It raises :class:`~ncp.errors.NationalError` whenever it cannot give a true answer.
    """

    def prescriptions(self, patient: PatientRecord) -> Sequence[Prescription]:
        """Return every item of the patient, newest first, whatever became of it."""
        ...

    def current(self, patient: PatientRecord, identifier: str) -> Prescription | None:
        """Return the item of this identifier as it is now; None where there is none.

        An item of another patient is none.
        """
        ...

    def content(self, patient: PatientRecord, prescription: Prescription) -> bytes:
        """Return a Bundle in FHIR JSON: the item, and all that it refers to."""
        ...

    def pdf(self, patient: PatientRecord, prescription: Prescription) -> bytes:
        """Return the national PDF of an item that has one."""
        ...
