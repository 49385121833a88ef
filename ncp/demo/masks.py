"""What the demo's countries publish of how their patients are looked for.

Spec: eHDSI International Search Mask 2023; the identifiers are those of running contact
points (fact sheet 01 §1.9).
"""

from __future__ import annotations

from pathlib import Path

from ncp.demo.cast import ABROAD, LUXEMBOURG, MATRICULE_ROOT, PORTUGAL
from trust.identifiers import CountryCode, Oid
from trust.smp import SearchMask, write_search_mask
from trust.smp.patterns import Pattern
from trust.smp.search_mask import (
    Field,
    IdentifierGroup,
    IdentifierSet,
    Label,
    PersonSearch,
)

_FILE = "search-mask.xml"


def _mask(country: CountryCode, identifier: Field) -> SearchMask:
    group = IdentifierGroup((IdentifierSet((identifier,)),), is_choice=False)
    return SearchMask(country, PersonSearch((group,)))


_MASKS = {
    LUXEMBOURG.code: _mask(
        LUXEMBOURG.code,
        Field(
            Label.NATIONAL_SOCIAL_SECURITY_NUMBER,
            Pattern(r"\d{13}"),
            "Matricule",
            is_mandatory=True,
            domain=MATRICULE_ROOT,
        ),
    ),
    PORTUGAL.code: _mask(
        PORTUGAL.code,
        Field(
            Label.NATIONAL_PERSON_IDENTIFIER,
            Pattern("[0-9]{9}"),
            "Número de utente",
            is_mandatory=True,
            domain=Oid("2.16.620.1.101.10.1.1"),
        ),
    ),
    **{
        each.country.code: _mask(
            each.country.code,
            Field(
                Label.NATIONAL_PERSON_IDENTIFIER,
                Pattern("[A-Z0-9-]+"),
                "Name of a simulated patient",
                is_mandatory=True,
                domain=Oid(each.country.home_community_id),
            ),
        )
        for each in ABROAD
    },
}


def write_mask(country: CountryCode, folder: Path) -> str:
    """Write a country's search mask and return the name of the file."""
    (folder / _FILE).write_bytes(write_search_mask(_MASKS[country]))
    return _FILE
