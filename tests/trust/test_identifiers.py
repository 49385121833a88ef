"""Identifiers that cross borders, in their several forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trust.identifiers import (
    CountryCode,
    HomeCommunityId,
    IdentifierError,
    Oid,
    PatientId,
)

ARC = st.integers(min_value=0, max_value=10**12).map(str)
OIDS = st.builds(
    lambda first, rest: ".".join([first, *rest]),
    st.sampled_from("012"),
    st.lists(ARC, min_size=1, max_size=8),
)
EXTENSIONS = st.text(
    st.characters(exclude_characters="^&", exclude_categories=("Cs",)), min_size=1
).filter(lambda text: text == text.strip())


@given(OIDS)
def test_an_oid_reads_the_same_with_and_without_urn(text):
    assert Oid.parse(text) == Oid.parse(f" urn:oid:{text}\n") == text
    assert Oid(text).urn == f"urn:oid:{text}"
    assert isinstance(HomeCommunityId.parse(Oid(text).urn), HomeCommunityId)


@pytest.mark.parametrize(
    "text", ["", "1", "1.", ".1", "3.1", "1..2", "1.02", "1.2a", "urn:oid:1.2", "1.٢"]
)
def test_what_is_no_oid_is_refused_and_not_repeated(text):
    with pytest.raises(IdentifierError) as caught:
        Oid(text)
    assert not text or repr(text) not in str(caught.value)


@given(OIDS, EXTENSIONS)
@pytest.mark.spec("ITI TF-2 Appendix E")
def test_a_patient_id_reads_back_from_its_cx_form(root, extension):
    patient = PatientId(Oid(root), extension)
    assert PatientId.from_cx(patient.cx) == patient


@pytest.mark.parametrize("extension", ["", " ", "a ", "a^b", "a&b"])
def test_an_extension_that_cx_cannot_carry_is_refused(extension):
    with pytest.raises(IdentifierError):
        PatientId(Oid("1.2"), extension)


@pytest.mark.parametrize(
    "text",
    ["", "1^^^&1.2&iso", "1^^^1.2", "1^^^&1.2&ISO^x", "^^^&1.2&ISO", "1^^&1.2&ISO"],
)
def test_another_form_than_cx_is_refused(text):
    with pytest.raises(IdentifierError):
        PatientId.from_cx(text)


def test_a_patient_id_does_not_show_itself():
    assert "4711" not in repr(PatientId(Oid("1.2"), "4711"))


def test_countries_are_two_letters_and_greece_is_one_country():
    assert CountryCode("lu") == "LU"
    assert CountryCode("EL") == CountryCode("gr") == "GR"
    for text in ("", "L", "LUX", "L1", "LÜ"):
        with pytest.raises(IdentifierError):
            CountryCode(text)
