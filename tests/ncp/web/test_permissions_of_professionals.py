"""What a professional is given: the settings' list, else what the role is given."""

from __future__ import annotations

from pathlib import Path

import pytest

from ncp.settings.people import ProfessionalSettings
from ncp.web.tokens import load_professionals
from trust.assertions import ROLES, Permission, permissions_of


def professional(folder: Path, **changes: object) -> ProfessionalSettings:
    token = folder / "token"
    token.write_text("t" * 64)
    token.chmod(0o600)
    values = {
        "token_file": token,
        "identifier": "p-1",
        "name": "A. Planted",
        "role": "221",
        "organization": "Hospital",
        "locality": "Luxembourg",
    }
    return ProfessionalSettings(**(values | changes))


def permissions(folder: Path, **changes: object) -> tuple[Permission, ...]:
    ring = load_professionals([professional(folder, **changes)])
    holder = ring.holder("Bearer " + "t" * 64)
    assert holder is not None
    return holder.permissions


@pytest.mark.parametrize("code", ["221", "2262", "2221"])
def test_without_a_list_the_role_decides(tmp_path, code):
    assert permissions(tmp_path, role=code) == permissions_of(ROLES[code])


def test_a_list_decides_even_if_it_is_empty(tmp_path):
    only = (Permission.PATIENT_IDENTIFICATION,)
    assert permissions(tmp_path, permissions=only) == only
    assert permissions(tmp_path, permissions=()) == ()
