"""The International Search Mask: what a country needs to know to find a patient.

It is what the screen of the asking side shows, and what its input is checked against;
each country publishes its own.

Spec: eHDSI International Search Mask 2023 (searchFields) / fact sheet 02 §4.6.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from trust.identifiers import CountryCode, Oid
from trust.smp.patterns import Pattern


class Scope(StrEnum):
    """Which services a part of the mask is for."""

    ALL = "ALL"
    PATIENT_SUMMARY = "PS"
    EPRESCRIPTION = "EP"


class Label(StrEnum):
    """What a field is; the asking side has the words for it in its own language."""

    HEALTH_CARD_NUMBER = "label.ism.healthCardNumber"
    NATIONAL_IDENTITY_CARD_NUMBER = "label.ism.nationalIdentityCardNumber"
    NATIONAL_PERSON_IDENTIFIER = "label.ism.nationalPersonIdentifier"
    NATIONAL_SOCIAL_SECURITY_NUMBER = "label.ism.nationalSocialSecurityNumber"
    PASSPORT_NUMBER = "label.ism.passportNumber"
    REGIONAL_PATIENT_IDENTIFIER = "label.ism.regionalPatientIdentifier"
    REGION_IDENTIFIER = "label.ism.regionIdentifier"
    ACCESS_CODE = "label.ism.accessCode"
    STREET = "label.ism.addressStreet"
    POSTAL_CODE = "label.ism.addressPostalCode"
    CITY = "label.ism.addressCity"
    COUNTRY = "label.ism.addressCountry"
    FAMILY_NAME = "label.ism.familyName"
    FIRST_NAME = "label.ism.firstName"
    BIRTH_DATE = "label.ism.birthDate"
    GENDER = "label.ism.gender"
    PRESCRIPTION_ID = "label.ism.ePrescriptionId"
    DISPENSATION_PIN = "label.ism.dispensationPINCode"
    MEDIA = "label.ism.media"


IDENTIFIER_LABELS = frozenset(
    {
        Label.HEALTH_CARD_NUMBER,
        Label.NATIONAL_IDENTITY_CARD_NUMBER,
        Label.NATIONAL_PERSON_IDENTIFIER,
        Label.NATIONAL_SOCIAL_SECURITY_NUMBER,
        Label.PASSPORT_NUMBER,
        Label.REGIONAL_PATIENT_IDENTIFIER,
        Label.REGION_IDENTIFIER,
        Label.ACCESS_CODE,
    }
)
TEXT_LABELS = frozenset(
    {
        Label.STREET,
        Label.POSTAL_CODE,
        Label.CITY,
        Label.COUNTRY,
        Label.FAMILY_NAME,
        Label.FIRST_NAME,
    }
)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to be filled in.

    Attributes
    ----------
    domain
        The OID under which an identifier is written; None for what is no identifier.
    description, original_description
        What the country calls it, in English and in its own language.
    """

    label: Label
    format: Pattern
    description: str
    is_mandatory: bool = False
    domain: Oid | None = None
    original_description: str | None = None

    def fits(self, value: str) -> bool:
        """Tell whether what was filled in has the form the country asks for."""
        return self.format.fits(value)


@dataclass(frozen=True, slots=True)
class IdentifierSet:
    """Identifiers that belong together; ``display`` names the set in a choice."""

    fields: tuple[Field, ...]
    display: str | None = None


@dataclass(frozen=True, slots=True)
class IdentifierGroup:
    """Sets of identifiers: all of them, or the choice of one."""

    sets: tuple[IdentifierSet, ...]
    is_choice: bool


@dataclass(frozen=True, slots=True)
class Media:
    """A picture that shows where the numbers stand on a card."""

    content: bytes = field(repr=False)
    name: str | None = None
    file_extension: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class PersonSearch:
    """What identifies a person: the patient, or a next of kin."""

    identifiers: tuple[IdentifierGroup, ...]
    texts: tuple[Field, ...] = ()
    birth_date: Field | None = None
    gender: Field | None = None
    access_code: Field | None = None
    media: Media | None = None
    scope: Scope = Scope.ALL
    friendly_name: str = "ALL"

    def fields(self) -> Iterator[Field]:
        """Give every field, identifiers first."""
        for group in self.identifiers:
            for each in group.sets:
                yield from each.fields
        yield from self.texts
        for single in (self.birth_date, self.gender, self.access_code):
            if single is not None:
                yield single


@dataclass(frozen=True, slots=True)
class DocumentSearch:
    """What is needed for a document beside the patient: a prescription's number."""

    prescription_id: Field | None = None
    dispensation_pin: Field | None = None
    media: Media | None = None
    scope: Scope | None = None
    friendly_name: str | None = None


@dataclass(frozen=True, slots=True)
class SearchMask:
    """The mask of one country."""

    country: CountryCode
    patient: PersonSearch
    documents: tuple[DocumentSearch, ...] = ()
    next_of_kin: PersonSearch | None = None
    friendly_name: str | None = None

    def patterns(self) -> Iterator[Pattern]:
        """Give the pattern of every field."""
        for search in (self.patient, self.next_of_kin):
            if search is not None:
                yield from (each.format for each in search.fields())
        for document in self.documents:
            for single in (document.prescription_id, document.dispensation_pin):
                if single is not None:
                    yield single.format
