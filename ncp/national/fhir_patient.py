"""Reads a FHIR Patient as the record the use cases know, and compares traits.

Spec: HL7 FHIR R4 Patient, HumanName, Address, Identifier.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ncp.national.fhir_json import Resource, as_list, as_text
from ncp.national.ports import PatientRecord
from trust.identifiers import IdentifierError, Oid, PatientId

_KNOWN_GENDERS = frozenset({"male", "female", "other"})
_LEFT_NAMES = frozenset({"old", "maiden"})


@dataclass(frozen=True, slots=True)
class Traits:
    """What was asked for besides identifiers."""

    family: tuple[str, ...] = field(default=(), repr=False)
    given: tuple[str, ...] = field(default=(), repr=False)
    birth_date: str | None = field(default=None, repr=False)
    gender: str | None = field(default=None, repr=False)


def read_patient(
    patient: Resource, asked: Sequence[PatientId], preferred: Oid | None
) -> PatientRecord | None:
    """Make the record of a Patient that bears one of ``asked``, else None.

    A server that ignored the identifier of a search returns other people: each is
    compared here. Records that are inactive or replaced by another are left out.
    """
    identifiers = tuple(dict.fromkeys(_identifiers(patient)))
    borne = [identifier for identifier in asked if identifier in identifiers]
    if not borne or not _is_current(patient):
        return None
    names, address = _current_names(patient), _address(patient)
    return PatientRecord(
        id=_main_identifier(identifiers, borne, preferred),
        identifiers=identifiers,
        family=tuple(_texts(name.get("family") for name in names)),
        given=tuple(_texts(part for name in names for part in _given(name))),
        birth_date=as_text(patient.get("birthDate")),
        gender=as_text(patient.get("gender")),
        address_lines=tuple(_texts(as_list(address.get("line")))),
        city=as_text(address.get("city")),
        postal_code=as_text(address.get("postalCode")),
        country=as_text(address.get("country")),
        source=f"Patient/{as_text(patient.get('id')) or ''}",
    )


def read_national_patient(
    patient: Resource, preferred: Oid | None
) -> PatientRecord | None:
    """Make the record of a Patient that bears a national identifier, else None."""
    own = [each for each in read_identifiers(patient) if each.root == preferred]
    return read_patient(patient, own, preferred)


def read_identifiers(patient: Resource) -> tuple[PatientId, ...]:
    """Return the identifiers of a Patient that stand under an OID and are in use."""
    return tuple(dict.fromkeys(_identifiers(patient)))


def fits(record: PatientRecord, traits: Traits) -> bool:
    """Whether nothing the index knows contradicts the traits."""
    return (
        _names_fit(traits.family, record.family)
        and _names_fit(traits.given, record.given)
        and _dates_fit(traits.birth_date, record.birth_date)
        and _genders_fit(traits.gender, record.gender)
    )


def fits_wholly(record: PatientRecord, traits: Traits) -> bool:
    """Whether names and birth date are known and fit: a match without an identifier."""
    is_known = bool(record.family and record.given and record.birth_date)
    return is_known and record.birth_date == traits.birth_date and fits(record, traits)


def _identifiers(patient: Resource) -> Iterator[PatientId]:
    for identifier in as_list(patient.get("identifier")):
        if not isinstance(identifier, dict) or identifier.get("use") == "old":
            continue
        system, value = as_text(identifier.get("system")), identifier.get("value")
        if system is None or not isinstance(value, str):
            continue
        try:
            yield PatientId(Oid.parse(system), value.strip())
        except IdentifierError:
            # A URL as system, or a value that no message could carry.
            continue


def _is_current(patient: Resource) -> bool:
    replaced = any(
        isinstance(link, dict) and link.get("type") == "replaced-by"
        for link in as_list(patient.get("link"))
    )
    return patient.get("active") is not False and not replaced


def _main_identifier(
    identifiers: Sequence[PatientId], borne: Sequence[PatientId], preferred: Oid | None
) -> PatientId:
    """Choose the national identifier where there is one, else the one asked for."""
    national = [item for item in borne if item.root == preferred]
    national += [item for item in identifiers if item.root == preferred]
    return (national or list(borne))[0]


def _current_names(patient: Resource) -> list[dict[str, Any]]:
    names = [name for name in as_list(patient.get("name")) if isinstance(name, dict)]
    return [name for name in names if name.get("use") not in _LEFT_NAMES] or names


def _given(name: dict[str, Any]) -> list[Any]:
    return as_list(name.get("given"))


def _address(patient: Resource) -> dict[str, Any]:
    current = [
        item
        for item in as_list(patient.get("address"))
        if isinstance(item, dict) and item.get("use") not in {"old", "temp"}
    ]
    return current[0] if current else {}


def _texts(values: Any) -> Iterator[str]:
    seen = set[str]()
    for value in values:
        text = as_text(value)
        if text is not None and text not in seen:
            seen.add(text)
            yield text


def _names_fit(asked: Sequence[str], known: Sequence[str]) -> bool:
    """Every word of what was asked is a word of what is known, or the reverse.

    Peers send one of several given names, or both parts of a double name; accents and
    case get lost on their way.
    """
    asked_words, known_words = _words(asked), _words(known)
    if not asked_words or not known_words:
        return True
    return asked_words <= known_words or known_words <= asked_words


def _words(names: Sequence[str]) -> set[str]:
    decomposed = unicodedata.normalize("NFKD", " ".join(names).casefold())
    plain = "".join(c if c.isalnum() else " " for c in _without_marks(decomposed))
    return set(plain.split())


def _without_marks(text: str) -> str:
    return "".join(c for c in text if not unicodedata.combining(c))


def _dates_fit(asked: str | None, known: str | None) -> bool:
    """Compare as far as both are known: ``1957`` fits ``1957-05-06``."""
    if not asked or not known:
        return True
    length = min(len(asked), len(known))
    return asked[:length] == known[:length]


def _genders_fit(asked: str | None, known: str | None) -> bool:
    return asked == known or asked not in _KNOWN_GENDERS or known not in _KNOWN_GENDERS
