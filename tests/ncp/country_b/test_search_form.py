"""A patient is looked for in the way the asked country has published."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ncp.country_b.search_form import check_form, form_of
from ncp.country_b.treatment import SoughtPatient
from ncp.errors import PolicyError, ProtocolError, Refusal
from ncp.ihe.person import PostalAddress
from tests.ncp.country_a.scene import DOCTOR, EVA, MATRICULE
from tests.ncp.country_b.scene import LUXEMBOURG, CountryB
from trust.identifiers import CountryCode, Oid, PatientId
from trust.smp import SearchMask
from trust.smp.patterns import Pattern
from trust.smp.search_mask import (
    Field,
    IdentifierGroup,
    IdentifierSet,
    Label,
    PersonSearch,
)

REGION, NUMBER = Oid("2.16.724.4.42"), Oid("2.16.724.4.41")


def field(label: Label, pattern: str, *, mandatory: bool = True, domain=None) -> Field:
    return Field(label, Pattern(pattern), "as shown", mandatory, domain)


MATRICULE_FIELD = field(Label.NATIONAL_PERSON_IDENTIFIER, r"\d{13}", domain=MATRICULE)
LUXEMBOURGS = SearchMask(
    LUXEMBOURG,
    PersonSearch(
        (IdentifierGroup((IdentifierSet((MATRICULE_FIELD,)),), is_choice=False),)
    ),
)
# Spain asks for a number and its region; Cyprus for the birth date; Germany for a code.
SPAINS = SearchMask(
    CountryCode("ES"),
    PersonSearch(
        (
            IdentifierGroup(
                (
                    IdentifierSet(
                        (
                            field(
                                Label.REGIONAL_PATIENT_IDENTIFIER,
                                r"\w{4,}",
                                domain=NUMBER,
                            ),
                            field(Label.REGION_IDENTIFIER, r"\d{6}", domain=REGION),
                        ),
                        "regional",
                    ),
                    IdentifierSet((MATRICULE_FIELD,), "national"),
                ),
                is_choice=True,
            ),
        ),
        texts=(field(Label.POSTAL_CODE, r"\d{5}", mandatory=False),),
        birth_date=field(Label.BIRTH_DATE, ".*"),
    ),
)
GERMANYS = SearchMask(
    CountryCode("DE"),
    PersonSearch(
        (
            IdentifierGroup(
                (
                    IdentifierSet(
                        (field(Label.HEALTH_CARD_NUMBER, r"[A-Z]\d{9}", domain=NUMBER),)
                    ),
                ),
                is_choice=False,
            ),
        ),
        access_code=field(Label.ACCESS_CODE, r"[A-Z0-9]{6}"),
    ),
)


def sought(*ids: tuple[Oid, str], **others: object) -> SoughtPatient:
    return SoughtPatient(tuple(PatientId(*each) for each in ids), **others)


BORN = {"birth_date": "1970-01-31"}
FITTING = {
    "matricule": (LUXEMBOURGS, sought((MATRICULE, "1893120105732"))),
    "first choice": (SPAINS, sought((NUMBER, "ABCD"), (REGION, "123456"), **BORN)),
    "second choice": (SPAINS, sought((MATRICULE, "1893120105732"), **BORN)),
    "optional text": (
        SPAINS,
        sought(
            (MATRICULE, "1893120105732"),
            address=PostalAddress(postal_code="28001"),
            **BORN,
        ),
    ),
    "access code": (GERMANYS, sought((NUMBER, "X110571344|ABC123"))),
}


@pytest.mark.parametrize(("mask", "question"), FITTING.values(), ids=FITTING)
def test_what_the_country_asks_for_is_asked(
    mask: SearchMask, question: SoughtPatient
) -> None:
    check_form(mask, question)


UNFIT = {
    "too short": (
        LUXEMBOURGS,
        sought((MATRICULE, "189312")),
        "label.ism.nationalPersonIdentifier is not of the form",
    ),
    "of another country": (
        LUXEMBOURGS,
        sought((MATRICULE, "1893120105732"), (REGION, "1")),
        "an authority that it does not name",
    ),
    "nothing": (LUXEMBOURGS, sought(), "nationalPersonIdentifier is missing"),
    "half of a set": (
        SPAINS,
        sought((NUMBER, "ABCD"), **BORN),
        "regionIdentifier is missing",
    ),
    "no birth date": (
        SPAINS,
        sought((MATRICULE, "1893120105732")),
        "birthDate is missing",
    ),
    "bad postal code": (
        SPAINS,
        sought(
            (MATRICULE, "1893120105732"),
            address=PostalAddress(postal_code="L-1"),
            **BORN,
        ),
        "addressPostalCode is not of the form",
    ),
    "no access code": (
        GERMANYS,
        sought((NUMBER, "X110571344")),
        "accessCode is missing",
    ),
}


@pytest.mark.parametrize(("mask", "question", "fault"), UNFIT.values(), ids=UNFIT)
def test_what_the_country_cannot_answer_is_not_asked(
    mask: SearchMask, question: SoughtPatient, fault: str
) -> None:
    with pytest.raises(ProtocolError) as refused:
        check_form(mask, question)
    assert refused.value.refusal is Refusal.SEARCH_FORM_UNFIT
    assert fault in refused.value.public_message
    for identifier in question.identifiers:
        assert identifier.extension not in refused.value.public_message


def test_the_form_is_the_mask(country_b: CountryB) -> None:
    form = form_of(SPAINS)
    [group] = form.identifiers
    assert group.is_choice
    assert [each.display for each in group.sets] == ["regional", "national"]
    assert group.sets[0].fields[1].domain == REGION
    assert [each.label for each in form.others] == [
        "label.ism.addressPostalCode",
        "label.ism.birthDate",
    ]


def with_mask(country_b: CountryB, mask: SearchMask | None) -> None:
    country_b.gateway._services = replace(
        country_b.services, search_mask=lambda _country: mask
    )


def test_the_gateway_holds_a_question_back_that_does_not_fit(
    country_b: CountryB,
) -> None:
    with_mask(country_b, LUXEMBOURGS)
    bad = SoughtPatient((replace(EVA, extension="12"),))
    with pytest.raises(ProtocolError):
        country_b.gateway.identify(DOCTOR, LUXEMBOURG, bad)
    assert country_b.line.sent == []
    assert country_b.gateway.identify(
        DOCTOR, LUXEMBOURG, SoughtPatient((EVA,))
    ).patients


def test_a_country_without_a_mask_has_no_form_and_is_asked(
    country_b: CountryB,
) -> None:
    with_mask(country_b, None)
    with pytest.raises(PolicyError) as refused:
        country_b.gateway.search_form(LUXEMBOURG)
    assert refused.value.refusal is Refusal.SEARCH_FORM_UNKNOWN
    assert country_b.gateway.identify(
        DOCTOR, LUXEMBOURG, SoughtPatient((EVA,))
    ).patients
