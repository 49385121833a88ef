"""A prescription of the corpus: its Bundle, and what it is there for."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

import simplejson

from tests.corpus.prescriptions.parts import Json, bundle_of


class Lacks(StrEnum):
    """A fact without which no document may leave, and what it says instead."""

    BIRTH_DATE = "the patient's birth date"
    DATE = "the date of the prescription"
    PRESCRIBER = "a person who prescribed"
    PACKAGES = "a whole number of packages"
    CONTENT = "how much a package holds"
    ORDER = "an order that may be dispensed"
    PATIENT = "one patient whom it is about"
    MEDICINE = "the name of the medicine"


@dataclass(frozen=True, slots=True)
class Case:
    """One prescription.

    Parameters
    ----------
    name
        Short, for the test's id.
    why
        What it is there for, one line.
    resources
        MedicationRequests, and whatever is not the usual patient and prescriber.
    items
        How many prescription items it has.
    lacks
        What must be found critical; nothing where the document may leave.
    kind
        The type of its Bundle.
    """

    name: str
    why: str
    resources: tuple[Json, ...] = field(repr=False)
    items: int = 1
    lacks: Lacks | None = None
    kind: str = "collection"

    def bundle(self) -> Json:
        """Return the Bundle, to be changed by a test."""
        return bundle_of(self.kind, copy.deepcopy(list(self.resources)))

    def data(self) -> bytes:
        """Return the Bundle as JSON with every digit."""
        text: str = simplejson.dumps(self.bundle(), use_decimal=True, indent=1)
        return text.encode()


def digits(text: str) -> Decimal:
    """Return a number with exactly these digits."""
    return Decimal(text)


Resource = dict[str, Any]
