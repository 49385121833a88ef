"""What a professional's software asks at the national door, about a patient.

Spec: fact sheet 01 6.2 (what a portal needs of country B).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Self

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from ncp.country_b.treatment import DocumentWish, ShownPrescription, SoughtPatient
from ncp.ihe.codes import ClassCode
from ncp.ihe.person import PostalAddress, birth_date_of
from ncp.web.national_caller import Message, Name, Opaque
from trust.assertions.codes import PurposeOfUse
from trust.assertions.model import NextOfKin
from trust.identifiers import CountryCode, Oid, PatientId

_MAX_NAMES: Final = 10


def _oid(value: str) -> str:
    return str(Oid.parse(value))


def _country(value: str) -> str:
    return str(CountryCode(value))


def _extension(value: str) -> str:
    if value != value.strip() or any(separator in value for separator in "^&"):
        raise ValueError("outer blanks, ^ and & cannot stand in an identifier")
    return value


class Identifier(Message):
    """An identifier: the OID of who assigned it, and its value."""

    root: Annotated[str, AfterValidator(_oid)]
    extension: Annotated[
        str, Field(min_length=1, max_length=100), AfterValidator(_extension)
    ]


class NextOfKinOfPatient(Message):
    """Who speaks for the patient."""

    id: Name
    first_name: Name | None = None
    family_name: Name | None = None
    gender: Name | None = None
    birth_date: date | None = None
    street: Name | None = None
    city: Name | None = None
    postal_code: Name | None = None
    country: Name | None = None

    @property
    def person(self) -> NextOfKin:
        """The person."""
        return NextOfKin(**self.model_dump())


class AddressOfPatient(Message):
    """Where the patient lives, as far as it is known."""

    street: Name | None = None
    city: Name | None = None
    postal_code: Name | None = None
    country: Name | None = None

    @property
    def postal(self) -> PostalAddress:
        """The address as messages carry it."""
        lines = () if self.street is None else (self.street,)
        return PostalAddress(lines, self.city, self.postal_code, self.country)


class IdentifyRequest(Message):
    """Whom to look for, and in which country."""

    country: Annotated[str, AfterValidator(_country)]
    identifiers: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=10)]
    family: Annotated[tuple[Name, ...], Field(max_length=_MAX_NAMES)] = ()
    given: Annotated[tuple[Name, ...], Field(max_length=_MAX_NAMES)] = ()
    birth_date: (
        Annotated[
            str,
            Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$"),
            AfterValidator(birth_date_of),
        ]
        | None
    ) = None
    gender: Annotated[str, Field(pattern="^(male|female|other|unknown)$")] | None = None
    next_of_kin: NextOfKinOfPatient | None = None
    address: AddressOfPatient | None = None

    @property
    def sought(self) -> SoughtPatient:
        """Whom to look for."""
        return SoughtPatient(
            identifiers=tuple(
                PatientId(Oid(each.root), each.extension) for each in self.identifiers
            ),
            family=self.family,
            given=self.given,
            birth_date=self.birth_date,
            gender=self.gender,
            next_of_kin=None if self.next_of_kin is None else self.next_of_kin.person,
            address=None if self.address is None else self.address.postal,
        )


class SearchFormRequest(Message):
    """For which country's patients."""

    country: Annotated[str, AfterValidator(_country)]


class ConfirmRequest(Message):
    """The professional states that he or she treats this patient.

    Some countries list a prescription only to whom the patient shows its number, and
    its PIN.
    """

    handle: Opaque
    purpose_of_use: PurposeOfUse = PurposeOfUse.TREATMENT
    prescription_id: Opaque | None = None
    dispensation_pin: Opaque | None = None

    @model_validator(mode="after")
    def _pin_of_something(self) -> Self:
        if self.dispensation_pin is not None and self.prescription_id is None:
            raise ValueError("a PIN is of a prescription")
        return self

    @property
    def shown(self) -> ShownPrescription | None:
        """What the patient shows."""
        if self.prescription_id is None:
            return None
        return ShownPrescription(self.prescription_id, self.dispensation_pin)


class ListRequest(Message):
    """Which patient's documents, of which kinds (class codes), from when, how large."""

    handle: Opaque
    kinds: Annotated[tuple[ClassCode, ...], Field(min_length=1, max_length=10)] = (
        ClassCode.PATIENT_SUMMARY,
    )
    created_after: AwareDatetime | None = None
    created_before: AwareDatetime | None = None
    maximum_size: Annotated[int, Field(ge=1, lt=10**15)] | None = None

    @property
    def wish(self) -> DocumentWish:
        """Which documents to list."""
        return DocumentWish(
            kinds=self.kinds,
            created_after=self.created_after,
            created_before=self.created_before,
            maximum_size=self.maximum_size,
        )
