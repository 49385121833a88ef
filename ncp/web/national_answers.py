"""What a professional's software is answered at the national door, about a patient.

Spec: fact sheet 01 6.2 (what a portal needs of country B).
"""

from __future__ import annotations

from datetime import datetime

from ncp.web.national_caller import Answer
from ncp.web.national_listed import ListedDocumentAnswer


class FoundPatientAnswer(Answer):
    """A person whom the other country knows."""

    handle: str
    family: tuple[str, ...]
    given: tuple[str, ...]
    birth_date: str | None
    gender: str | None
    address_lines: tuple[str, ...]
    city: str | None
    postal_code: str | None
    country: str | None


class IdentifiedPatientsAnswer(Answer):
    """Who was found; nobody is an empty list."""

    country: str
    patients: tuple[FoundPatientAnswer, ...]


class FormFieldAnswer(Answer):
    """One thing to fill in."""

    label: str
    format: str
    is_mandatory: bool
    description: str
    domain: str | None


class FormSetAnswer(Answer):
    """Identifiers that belong together."""

    display: str | None
    fields: tuple[FormFieldAnswer, ...]


class FormGroupAnswer(Answer):
    """Sets of identifiers: all of them, or the choice of one."""

    is_choice: bool
    sets: tuple[FormSetAnswer, ...]


class SearchFormAnswer(Answer):
    """What a country needs to know to find a patient."""

    country: str
    identifiers: tuple[FormGroupAnswer, ...]
    others: tuple[FormFieldAnswer, ...]


class ConfirmedTreatmentAnswer(Answer):
    """What was confirmed, and until when it holds."""

    handle: str
    purpose_of_use: str
    expires: datetime


class ListedDocumentsAnswer(Answer):
    """The documents of a patient."""

    handle: str
    documents: tuple[ListedDocumentAnswer, ...]
    warnings: tuple[str, ...]
