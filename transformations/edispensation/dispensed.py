"""What a pharmacy says of a dispensation, before there is any document.

Spec: HL7 Europe MPD MedicationDispense / eHDSI Supply EH.3.3 (Wave 8): quantity counts
packages; performer with id, address and telecom.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

Json = dict[str, Any]

ISCO_08: Final = "urn:oid:2.16.840.1.113883.2.9.6.2.7"
MOST_PACKAGES: Final = 999_999


class Identifier(NamedTuple):
    """A business identifier: the system is a URI such as ``urn:oid:1.3.182.4.1``."""

    system: str
    value: str


class Function(StrEnum):
    """The profession of who dispenses, by ISCO-08 (eHDSIHealthcareProfessionalRole)."""

    PHARMACIST = "2262"
    PHARMACEUTICAL_TECHNICIAN = "3213"


FUNCTION_WORDS: Final = {
    Function.PHARMACIST: "Pharmacists",
    Function.PHARMACEUTICAL_TECHNICIAN: "Pharmaceutical technicians and assistants",
}


class SubstitutionKind(StrEnum):
    """What kind of other product was given (HL7 v3 substanceAdminSubstitution)."""

    GENERIC = "G"
    THERAPEUTIC = "TE"
    OTHER = "E"


SUBSTITUTION_WORDS: Final = {
    SubstitutionKind.GENERIC: "generic composition",
    SubstitutionKind.THERAPEUTIC: "therapeutic alternative",
    SubstitutionKind.OTHER: "equivalent",
}


@dataclass(frozen=True, slots=True)
class Pharmacist:
    """The person who hands over.

    Parameters
    ----------
    given
        At least one name; the rules want one.
    phone, email
        As people write them; empty where not told.
    """

    identifier: Identifier = field(repr=False)
    family: str = field(repr=False)
    given: tuple[str, ...] = field(repr=False)
    function: Function = Function.PHARMACIST
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Pharmacy:
    """The house in which it is handed over; ``country`` has two letters."""

    identifier: Identifier
    name: str
    country: str
    lines: tuple[str, ...] = ()
    postal_code: str = ""
    city: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Substitution:
    """That another product than the prescribed one was given, and why in words."""

    kind: SubstitutionKind
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DispensedItem:
    """One product handed over for one item of a prescription.

    Another size of package is another product. Packages of several products are several
    dispensations: a document tells of one.

    Parameters
    ----------
    identifier
        The dispensation's own, never used before.
    product
        A FHIR Medication, as the national list of products has it.
    packages
        How many of them.
    handed_over
        When; with a zone.
    substitution
        Nothing where the product is the prescribed one.
    remark
        Words for who reads it; they stand in the text of the document.
    lot, expires
        Of what was handed over, where known.
    parts
        Further Medications that the product names as its parts.

    Raises
    ------
    ValueError
        A number of packages that is none, or a time without a zone.
    """

    identifier: Identifier
    product: Json = field(repr=False)
    packages: int
    handed_over: datetime
    pharmacist: Pharmacist
    pharmacy: Pharmacy
    substitution: Substitution | None = None
    remark: str = field(default="", repr=False)
    lot: str = ""
    expires: date | None = None
    parts: tuple[Json, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if not 0 < self.packages <= MOST_PACKAGES:
            raise ValueError(
                f"a dispensation has between 1 and {MOST_PACKAGES} packages"
            )
        if self.handed_over.tzinfo is None:
            raise ValueError("the time of a dispensation needs its zone")
