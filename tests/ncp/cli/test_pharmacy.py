"""Who stands at the counter where the command line names nobody."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from ncp.cli.pharmacy import first_pharmacist
from ncp.settings.model import ProfessionalSettings


def professional(identifier: str, role: str) -> ProfessionalSettings:
    return ProfessionalSettings(
        token_file=Path("unread.token"),
        identifier=identifier,
        name="Somebody",
        role=role,
        organization="Somewhere",
        locality="Luxembourg",
    )


DOCTOR, PHARMACIST = professional("doctor", "221"), professional("pharmacist", "2262")


@pytest.mark.parametrize(
    ("people", "found"),
    [((DOCTOR, PHARMACIST), "pharmacist"), ((DOCTOR,), None), ((), None)],
)
def test_it_is_the_first_who_may_dispense(people, found) -> None:
    assert first_pharmacist(SimpleNamespace(professionals=people)) == found
