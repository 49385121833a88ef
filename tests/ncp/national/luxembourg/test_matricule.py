"""The matricule: form, Luhn digit, Verhoeff digit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncp.errors import ConfigurationError
from ncp.national.luxembourg.matricule import (
    MatriculeFault,
    complete,
    find_fault,
    verhoeff_digit,
)

# The value the European Commission publishes to try validators with.
REFERENCE = "1893120105732"


@pytest.mark.spec("RGD 2013-11-28 art. 1")
def test_the_reference_matricule_holds():
    assert find_fault(REFERENCE) is None
    assert complete(REFERENCE[:11]) == REFERENCE


@pytest.mark.spec("RGD 2013-11-28 art. 1")
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("1893120105742", MatriculeFault.LUHN),
        ("1893120105733", MatriculeFault.VERHOEFF),
        ("1982040412379", MatriculeFault.LUHN),
        ("189312010573", MatriculeFault.FORM),
        ("18931201057321", MatriculeFault.FORM),
        ("189312010573 ", MatriculeFault.FORM),
        ("189312010573\n", MatriculeFault.FORM),
        ("189312010573٢", MatriculeFault.FORM),
        ("", MatriculeFault.FORM),
    ],
)
def test_a_wrong_matricule_is_told_by_its_first_fault(text, fault):
    assert find_fault(text) is fault


def test_verhoeffs_published_example():
    # 236 with check digit 3, the example of the literature.
    assert verhoeff_digit("236") == "3"


@given(st.text("0123456789", min_size=11, max_size=11))
def test_a_completed_matricule_always_holds(payload):
    assert find_fault(complete(payload)) is None


@given(
    st.text("0123456789", min_size=11, max_size=11),
    st.integers(0, 12),
    st.integers(1, 9),
)
def test_every_single_wrong_digit_is_found(payload, position, shift):
    matricule = complete(payload)
    wrong = str((int(matricule[position]) + shift) % 10)
    assert find_fault(matricule[:position] + wrong + matricule[position + 1 :])


@given(st.text("0123456789", min_size=11, max_size=11), st.integers(0, 9))
def test_every_swap_of_neighbours_is_found(payload, position):
    matricule = complete(payload)
    swapped = list(matricule)
    swapped[position], swapped[position + 1] = swapped[position + 1], swapped[position]
    if "".join(swapped) != matricule:
        assert find_fault("".join(swapped))


@pytest.mark.parametrize("payload", ["1893120105", "189312010573", "1893120105x"])
def test_only_eleven_digits_are_completed(payload):
    with pytest.raises(ConfigurationError):
        complete(payload)
