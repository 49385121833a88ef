"""The one person all documents of a simulated country are about, and the country.

Everybody there is Alex Robin Kitson; what differs is the identifier.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Final

from trust.identifiers import CountryCode, HomeCommunityId, PatientId

FAMILY: Final = "Kitson"
GIVEN: Final = ("Alex", "Robin")
BIRTH_DATE: Final = "19670630"
GENDER: Final = "F"
CITY: Final = "Sampleton"
LANGUAGE: Final = "en-GB"
CREATED: Final = "20260302081500"
_NAMES: Final = uuid.UUID("6f1d2a1e-0b7c-4f5e-9d55-2c1b0f6f7a11")


@dataclass(frozen=True, slots=True)
class Origin:
    """The country a document is of."""

    country: CountryCode
    home: HomeCommunityId
    organization: str


def document_oid(origin: Origin, patient: PatientId, name: str) -> str:
    """Name a document of a patient: the same OID whenever it is asked for."""
    named = uuid.uuid5(_NAMES, f"{origin.home} {patient.cx} {name}")
    return f"2.25.{named.int}"
