"""What is read off a known layout is what the steps read."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trust.assertions.cast import (
    DK,
    DOCTOR,
    NOW,
    PATIENT,
    hcp_bytes,
    own_hcp,
    trc_bytes,
)
from tests.trust.assertions.old import old_hcp
from tests.trust.resign import resign
from trust.assertions import AssertionRefused, hcp, trc
from trust.assertions.layout import (
    Layouts,
    id_place,
    instant_place,
    patient_place,
    text_place,
)
from trust.decision import Reason
from trust.identifiers import Oid, PatientId
from trust.xml import SOAP_LIMITS, parse_xml
from trust.xmlsignature import verify_enveloped

ANNA = replace(DOCTOR, name="Anna Ægir")


def layouts_of(module):
    known = module._LAYOUTS
    return Layouts(known._steps, *known._places)


def read(layouts, data: bytes, *, old=False):
    return layouts.read(verified(data), DK, accept_old_forms=old)


def by_steps(layouts, data: bytes, *, old=False):
    found = verified(data)
    return layouts._steps(found.element, found.certificate, DK, accept_old_forms=old)


def verified(data: bytes):
    return verify_enveloped(parse_xml(data, SOAP_LIMITS))


def known(module, *messages: bytes):
    layouts = layouts_of(module)
    for data in messages:
        read(layouts, data)
        read(layouts, data)
    return layouts


def refused_steps(*_arguments, **_options):
    raise AssertionError("the layout is known; no step is needed")


def test_a_layout_is_learnt_when_it_is_seen_a_second_time():
    layouts = layouts_of(hcp)
    for sightings, learnt in ((1, 0), (2, 1), (3, 1)):
        read(layouts, hcp_bytes(ANNA))
        assert (sightings, len(layouts._known)) == (sightings, learnt)


def test_an_hcp_assertion_of_a_known_layout_reads_as_by_the_steps():
    layouts = known(hcp, hcp_bytes(ANNA))
    other = hcp_bytes(
        replace(ANNA, identifier="dr-2", name="Bo Sørensen"),
        now=NOW + timedelta(minutes=5),
        lifetime=timedelta(minutes=7),
        assertion_id=uuid.uuid4(),
    )
    expected = by_steps(layouts, other)
    layouts._steps = refused_steps
    assert read(layouts, other) == expected


def test_a_trc_assertion_of_a_known_layout_reads_as_by_the_steps():
    layouts = known(trc, trc_bytes())
    professional = own_hcp(
        hcp_bytes(replace(ANNA, identifier="dr-2"), assertion_id=uuid.uuid4())
    )
    other = trc_bytes(
        professional,
        patient=PatientId(Oid("2.999.1"), "other & one".replace("&", "and")),
        now=NOW + timedelta(minutes=3),
        assertion_id=uuid.uuid4(),
    )
    expected = by_steps(layouts, other)
    layouts._steps = refused_steps
    assert read(layouts, other) == expected


@settings(max_examples=60, deadline=None)
@given(
    name=st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")),
        min_size=1,
        max_size=12,
    ).filter(str.strip)
)
def test_whatever_a_name_holds_it_reads_as_by_the_steps(name):
    layouts = known(hcp, hcp_bytes(ANNA))
    data = hcp_bytes(replace(ANNA, name=name))
    assert read(layouts, data) == by_steps(layouts, data)


@pytest.mark.parametrize(
    "written", ["", " \n ", "a<saml2:X/>", "a&amp;b", "&lt;b", "  a  ", 'a"b', "a\tb"]
)
@pytest.mark.parametrize("place", ["Anna Ægir", "dr-1"])
def test_a_text_of_any_form_gets_the_answer_of_the_steps(place, written):
    layouts = known(hcp, hcp_bytes(ANNA))
    data = resign(
        hcp_bytes(ANNA).replace(f">{place}<".encode(), f">{written}<".encode())
    )
    assert answer(read, layouts, data) == answer(by_steps, layouts, data)


@pytest.mark.parametrize(
    "written", ["", "yesterday", " 2026-01-01T10:00:00Z ", "2026-01-01T10:00:00"]
)
@pytest.mark.parametrize(
    "name", ["IssueInstant", "NotBefore", "NotOnOrAfter", "AuthnInstant"]
)
def test_an_instant_of_any_form_gets_the_answer_of_the_steps(name, written):
    layouts = known(hcp, hcp_bytes(ANNA))
    data = resign(
        hcp_bytes(ANNA), lambda root: with_attribute(root, name).set(name, written)
    )
    assert answer(read, layouts, data) == answer(by_steps, layouts, data)


def with_attribute(root, name: str):
    return next(each for each in root.iter() if each.get(name) is not None)


def answer(way, layouts, data: bytes):
    try:
        return way(layouts, data)
    except AssertionRefused as refused:
        return refused.reason, refused.sentence


@pytest.mark.parametrize(
    ("stated", "instead", "reason"),
    [
        ('code="221"', 'code="1"', Reason.ROLE_UNKNOWN),
        ('code="TREATMENT"', 'code="1"', Reason.PURPOSE_OF_USE_UNKNOWN),
        ('Version="2.0"', 'Version="2.1"', Reason.ASSERTION_FIELD_INVALID),
        ("assertions:hcp", "assertions:trc", Reason.ASSERTION_KIND_UNKNOWN),
    ],
)
def test_any_other_letter_makes_another_layout(stated, instead, reason):
    layouts = known(hcp, hcp_bytes(ANNA))
    data = resign(hcp_bytes(ANNA).replace(stated.encode(), instead.encode()))
    assert answer(read, layouts, data)[0] is reason


def test_what_is_known_where_old_forms_are_read_is_not_known_elsewhere():
    layouts = layouts_of(hcp)
    for _ in range(2):
        read(layouts, hcp_bytes(ANNA), old=True)
    assert [is_old for _, is_old in layouts._known] == [True]
    for _ in range(3):
        assert read(layouts, old_hcp(), old=True) == by_steps(
            layouts, old_hcp(), old=True
        )
        with pytest.raises(AssertionRefused):
            read(layouts, old_hcp())


@pytest.mark.parametrize(
    "places",
    [
        # Each is a place of something else, or of nothing that is read.
        (text_place("name_id", "Issuer"),),
        (text_place("subject_name", "NameID"),),
        (instant_place("not_before", "NotOnOrAfter"),),
        (id_place("name_id"),),
        (text_place("locality", "AttributeValue"),),
    ],
)
def test_a_place_that_is_not_that_of_its_field_is_never_learnt(places):
    layouts = Layouts(hcp._LAYOUTS._steps, *places)
    for _ in range(3):
        read(layouts, hcp_bytes(ANNA))
    assert not layouts._known


def test_an_assertion_that_is_refused_is_never_learnt():
    layouts = layouts_of(hcp)
    data = resign(hcp_bytes(ANNA).replace(b'code="221"', b'code="1"'))
    for _ in range(3):
        with pytest.raises(AssertionRefused):
            read(layouts, data)
    assert not layouts._known
    assert not layouts._seen


@pytest.mark.parametrize("option", ["prescription_id", "dispensation_pin"])
def test_nothing_is_learnt_where_another_identifier_of_a_patient_stands(option):
    layouts = known(trc, trc_bytes(**{option: "secret-1"}))
    assert not layouts._known


def test_nothing_is_learnt_where_the_professional_has_a_second_identifier():
    data = resign(
        hcp_bytes(ANNA),
        lambda root: with_attribute(root, "Format").set("SPProvidedID", "x-1"),
    )
    assert not known(hcp, data)._known


def test_no_layout_holds_the_data_of_a_person():
    held = repr(known(hcp, hcp_bytes(ANNA))._known)
    held += repr(known(trc, trc_bytes())._known)
    assert "Rigshospitalet" in held
    for value in (ANNA.name, "Anna", ANNA.identifier, PATIENT.extension):
        assert value not in held


def test_the_patient_may_be_written_with_the_escapes_of_its_form_alone():
    place = patient_place("patient", "AttributeValue")
    assert place.read(" 1^^^&amp;1.2&amp;ISO ") == PatientId(Oid("1.2"), "1")
    for text in ("&lt;1^^^&amp;1.2&amp;ISO", "1^^^&amp;amp;1.2&amp;ISO", "1"):
        with pytest.raises(ValueError, match=r"escape|CX form"):
            place.read(text)


@pytest.mark.parametrize("text", ["", "1", "a&amp;b", "a b", "ø"])
def test_an_identifier_that_is_no_plain_name_is_left_to_the_steps(text):
    with pytest.raises(ValueError, match="plain name"):
        id_place("id").read(text)


def test_a_layout_that_is_too_long_is_not_remembered():
    layouts = known(hcp, hcp_bytes(replace(ANNA, organization="x" * 20_000)))
    assert not layouts._known
    assert not layouts._seen
