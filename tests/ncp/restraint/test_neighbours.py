"""Numbers that follow one another are known without keeping the numbers."""

from __future__ import annotations

import pytest

from ncp.restraint.neighbours import place_of
from trust.identifiers import Oid, PatientId

MATRICULE, OTHER = Oid("1.3.182.4.4"), Oid("1.2.208.176.1.2")


def place(extension: str, root: Oid = MATRICULE):
    found = place_of(PatientId(root, extension))
    assert found is not None
    return found


def is_near(extension: str, *others: str, root: Oid = MATRICULE) -> bool:
    known = frozenset(name for other in others for name in place(other).own)
    return place(extension, root).is_near(known)


@pytest.mark.parametrize(
    ("asked", "before"),
    [
        ("1893120105732", "1893120105731"),
        ("1893120105732", "1893120105733"),
        ("1893120105732", "1893120105699"),  # the next one, with its own check digits
        ("1893120105732", "1893120105710"),  # other check digits for the same one
        ("A-100004", "A-100003"),
        ("0100004", "0100003"),
    ],
)
def test_the_next_number_is_a_neighbour(asked, before):
    assert is_near(asked, before)


@pytest.mark.parametrize(
    ("asked", "before"),
    [
        ("1893120105732", "1893120105732"),
        ("1893120105732", "1893120105532"),
        ("1893120105732", "1972121434125"),
        ("A-100004", "B-100003"),
        ("100004", "100006"),
        ("100004", "100104"),  # too short to have check digits
    ],
)
def test_the_same_one_and_a_far_one_are_none(asked, before):
    assert not is_near(asked, before)


def test_numbers_of_two_authorities_have_nothing_to_do_with_each_other():
    assert not is_near("1893120105732", "1893120105731", root=OTHER)


@pytest.mark.parametrize("extension", ["12345", "abc", "12 34 56", "*"])
def test_what_cannot_be_counted_up_has_no_place(extension):
    assert place_of(PatientId(MATRICULE, extension)) is None
