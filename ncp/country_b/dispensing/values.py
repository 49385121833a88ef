"""What a pharmacy's software and the dispensing use cases say to each other.

Spec: sheet 09 §5.3 (the pharmacist's workflow, field by field) / sheet 06 §7.3 (states
of country B).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from ncp.country_b.treatment import FetchedDocument, ListedDocument
from ncp.national.products import NationalProduct
from ncp.store import DispensationState
from transformations.eprescription.facts import PrescriptionFacts
from trust.identifiers import CountryCode


class Severity(StrEnum):
    """What a finding asks for.

    ``STOP``: it cannot be dispensed like this. ``CONFIRM``: it differs from what was
    prescribed, and the pharmacist has to say that this is meant. ``NOTE``: to be known.
    """

    STOP = "stop"
    CONFIRM = "confirm"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a dispensation: what it is, where, and what to do.

    Attributes
    ----------
    rule
        A word that stays; by it the pharmacist confirms a difference.
    place
        The field of the order, or of the prescription, that it is about.
    """

    severity: Severity
    rule: str
    place: str
    sentence: str = field(repr=False)
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class DispenseWish:
    """What a pharmacist wants to hand over on a listed prescription.

    Attributes
    ----------
    handle, document
        The treatment, and the coded prescription in its list.
    product
        The national code of the product as it is sold.
    handed_over
        When; None for now.
    remark
        For the country of the prescription, at most 500 characters.
    """

    handle: str
    document: str
    product: str
    packages: int
    handed_over: datetime | None = None
    remark: str = field(default="", repr=False)

    @property
    def content_hash(self) -> str:
        """By it the same order is told from another under the same key."""
        moment = self.handed_over.isoformat() if self.handed_over else None
        told = [
            self.handle,
            self.document,
            self.product,
            self.packages,
            moment,
            self.remark,
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ListedPrescription:
    """A prescription of the list, and what is known here of its dispensation."""

    listed: ListedDocument
    state: DispensationState | None = None
    dispensation: str | None = None


@dataclass(frozen=True, slots=True)
class PrescriptionList:
    """The prescriptions that a country offers for the patient of a handle."""

    handle: str
    prescriptions: tuple[ListedPrescription, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenedPrescription:
    """A prescription as it came, what it says, and what of ours comes near it.

    Attributes
    ----------
    suggestions
        Products with the same substance, form and strength, where there are any; found
        by codes alone and chosen by nobody.
    """

    document: str
    facts: PrescriptionFacts
    fetched: FetchedDocument
    findings: tuple[Finding, ...]
    suggestions: Sequence[NationalProduct] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a dispensation: what it came to, when, by whom, and why."""

    state: DispensationState
    moment: datetime
    by: str = field(repr=False)
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class DispensedProduct:
    """The product of a dispensation, in words."""

    code: str
    name: str
    strength: str
    form: str
    content: str


@dataclass(frozen=True, slots=True)
class DispensationView:
    """A dispensation as its pharmacy sees it.

    Attributes
    ----------
    document_id
        The id of the eDispensation, by which the other country knows it.
    to_confirm
        The rules of the differences that the pharmacist has to confirm.
    discard_until
        Until when it may be taken back, as far as this country is concerned; None
        where there is nothing to take back.
    steps
        What happened, the first first.
    what_to_do
        What the state asks of the pharmacist.
    """

    dispensation: str
    state: DispensationState
    country: CountryCode
    document_id: str
    prescription_id: str = field(repr=False)
    patient_name: str = field(repr=False)
    prescribed: str = field(repr=False)
    product: DispensedProduct
    packages: int
    is_substituted: bool
    remark: str = field(repr=False)
    findings: tuple[Finding, ...]
    to_confirm: tuple[str, ...]
    discard_until: datetime | None
    steps: tuple[Step, ...]
    what_to_do: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of a wish: what is to be said about it, and what was prepared.

    Attributes
    ----------
    dispensation
        None where something stops it.
    """

    findings: tuple[Finding, ...]
    dispensation: DispensationView | None


class DiscardReason(StrEnum):
    """Why a dispensation is taken back; kept here, the other country is not told."""

    ENTRY_ERROR = "entry-error"
    NOT_TAKEN = "not-taken"
    WRONG_PRODUCT = "wrong-product"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class DispensingPolicy:
    """What this country lets its pharmacies do.

    Attributes
    ----------
    undo_window
        How long after it was dispensed a dispensation may be taken back.
    back_dating
        How long ago a product may have been handed over.
    claim
        How long one who sends has it to himself; longer than a peer may take.
    draft, kept
        How long what was prepared and not sent is kept, and all else.
    """

    undo_window: timedelta = timedelta(hours=24)
    back_dating: timedelta = timedelta(hours=24)
    claim: timedelta = timedelta(minutes=5)
    draft: timedelta = timedelta(hours=24)
    kept: timedelta = timedelta(days=366)
