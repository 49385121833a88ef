"""Who may be found by what: the country's policy, and whether a person fits.

Spec: IHE ITI TF-2 §3.55.4.1.2, §3.55.4.2.3 / eHDSI XCPD profile: identification is by
identifier; a country may ask for demographics besides, or take them alone.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from ncp.errors import PolicyError, Refusal
from ncp.ihe.iti55_xcpd import PatientTraits, PostalAddress
from ncp.national.ports import PatientIndex, PatientRecord
from trust.identifiers import Oid, PatientId


class Demographics(StrEnum):
    """What names and a birth date are to an identification."""

    OPTIONAL = "optional"  # an identifier suffices; what is told besides has to fit
    REQUIRED = "required"  # an identifier alone does not suffice
    ALONE = "alone"  # they suffice without an identifier


@dataclass(frozen=True, slots=True)
class IdentificationPolicy:
    """By what a patient of this country is found.

    Attributes
    ----------
    authorities
        The roots of identifiers that are looked for; none for any.
    """

    demographics: Demographics = Demographics.OPTIONAL
    authorities: tuple[Oid, ...] = ()


def find_patients(
    index: PatientIndex, policy: IdentificationPolicy, traits: PatientTraits
) -> list[PatientRecord]:
    """Return everybody who fits all that is asked.

    Raises
    ------
    PolicyError
        The question has to be asked in another way: with an identifier, with that of
        the health card, with more demographics.
    """
    _check_policy(policy, traits)
    found = (
        index.find(
            traits.ids,
            family=traits.family,
            given=traits.given,
            birth_date=traits.birth_date,
            gender=traits.gender,
        )
        if traits.ids
        else index.find_by_demographics(
            family=traits.family,
            given=traits.given,
            birth_date=traits.birth_date or "",
            gender=traits.gender,
        )
    )
    return [each for each in found if _fits(traits, each)]


def _check_policy(policy: IdentificationPolicy, traits: PatientTraits) -> None:
    is_whole = bool(
        traits.family and traits.given and len(traits.birth_date or "") == 10
    )
    if not traits.ids:
        if policy.demographics is not Demographics.ALONE:
            raise PolicyError(
                Refusal.PATIENT_ID_ABSENT, "the question has no identifier"
            )
        if not is_whole:
            raise _more_needed()
    elif policy.demographics is Demographics.REQUIRED and not is_whole:
        raise _more_needed()
    roots = {each.root for each in traits.ids}
    if roots and policy.authorities and not roots & set(policy.authorities):
        raise PolicyError(
            Refusal.HEALTH_CARD_NEEDED,
            "no identifier of the question is of an authority that is looked for",
        )


def _more_needed() -> PolicyError:
    return PolicyError(
        Refusal.DEMOGRAPHICS_NEEDED,
        "family name, given name and the day of birth are needed",
    )


def _fits(traits: PatientTraits, record: PatientRecord) -> bool:
    return _ids_fit(traits.ids, record) and _address_fits(traits.address, record)


def _ids_fit(asked: tuple[PatientId, ...], record: PatientRecord) -> bool:
    """Tell whether no identifier asked for is another than the person's own.

    Several identifiers are several restrictions: of an authority whose number of this
    person is known, it has to be that number.
    """
    known = {each.root for each in record.identifiers}
    return all(each in record.identifiers for each in asked if each.root in known)


def _address_fits(asked: PostalAddress | None, record: PatientRecord) -> bool:
    """Compare what both sides know; a street is written in too many ways."""
    if asked is None:
        return True
    pairs = (
        (_country(asked.country), _country(record.country)),
        (_postal_code(asked.postal_code), _postal_code(record.postal_code)),
        (_plain(asked.city), _plain(record.city)),
    )
    return all(not wanted or not known or wanted == known for wanted, known in pairs)


def _country(value: str | None) -> str:
    """Return a country's code; names of countries are not compared."""
    code = (value or "").strip().upper()
    return code if len(code) == 2 else ""


def _postal_code(value: str | None) -> str:
    """Return a postal code without the country before it (``L-1234``)."""
    code = "".join((value or "").upper().split())
    return code.rpartition("-")[2] if code[:1].isalpha() else code


def _plain(value: str | None) -> str:
    decomposed = unicodedata.normalize("NFKD", (value or "").casefold())
    return "".join(each for each in decomposed if each.isalnum())
