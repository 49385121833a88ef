"""The next-of-kin assertion: built, read, believed where it is allowed, bound."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.trust import pki
from tests.trust.assertions.cast import (
    DK,
    FI,
    NOK_ID,
    NOW,
    OTHER_HALF,
    decide,
    envelope,
    hcp_bytes,
    nok_bytes,
    own_hcp,
    seal_pins,
    trc_bytes,
)
from tests.trust.resign import (
    NS,
    Change,
    attribute_value,
    drop,
    resign,
    set_attribute,
    set_text,
    together,
)
from trust.assertions import (
    AssertionPolicy,
    AssertionRefused,
    AttributeName,
    NextOfKin,
    read_own_nok,
)
from trust.assertions.birth_dates import parse_birth_date
from trust.decision import Reason, TrustRefused
from trust.xml import SOAP_LIMITS, parse_xml

BIRTH_DATE = attribute_value(AttributeName.NOK_BIRTH_DATE)
HOUR = timedelta(hours=1)


def nok_belief(change: Change | None = None, **options):
    nok = nok_bytes() if change is None else resign(nok_bytes(), change)
    options = {"nok_allowed": True, "trc_required": False} | options
    return decide(envelope(hcp_bytes(), nok), **options)


def test_a_next_of_kin_is_believed_where_one_is_allowed():
    belief = nok_belief()
    assert belief.decision.is_accepted
    assert belief.nok is not None
    assert belief.nok.next_of_kin == OTHER_HALF
    assert belief.nok.hcp_assertion_id == belief.hcp.id
    assert belief.nok.not_on_or_after == NOW + 2 * HOUR
    assert [each.subject for each in belief.decisions][-2:] == [
        "next-of-kin assertion",
        "binding of next-of-kin to HCP assertion",
    ]


def test_all_three_kinds_may_stand_together():
    message = envelope(hcp_bytes(), trc_bytes(), nok_bytes())
    belief = decide(message, nok_allowed=True)
    assert belief.decision.is_accepted
    assert belief.trc is not None


def test_it_may_stand_before_the_professional():
    belief = decide(
        envelope(nok_bytes(), hcp_bytes()), nok_allowed=True, trc_required=False
    )
    assert belief.decision.is_accepted
    assert belief.nok is not None


def test_elsewhere_a_next_of_kin_is_refused_and_not_read():
    belief = nok_belief(nok_allowed=False)
    assert belief.decision.reason is Reason.NOK_UNSUPPORTED
    assert belief.hcp is not None
    assert belief.nok is None


def test_only_the_identifier_is_needed():
    message = envelope(hcp_bytes(), nok_bytes(NextOfKin("kin-1")))
    belief = decide(message, nok_allowed=True, trc_required=False)
    assert belief.nok is not None
    assert belief.nok.next_of_kin == NextOfKin("kin-1")


@pytest.mark.spec("eHDSI SAML profile, NoK assertion")
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            drop(f"//s:Attribute[@Name='{AttributeName.NOK_ID}']"),
            Reason.ASSERTION_FIELD_MISSING,
        ),
        (
            set_text(attribute_value(AttributeName.NOK_ID), " "),
            Reason.ASSERTION_FIELD_MISSING,
        ),
        (drop("//s:Advice"), Reason.ASSERTION_FIELD_MISSING),
        (set_text(BIRTH_DATE, "last spring"), Reason.ASSERTION_FIELD_INVALID),
        (
            set_text(
                "//s:AuthnContextClassRef",
                "urn:oasis:names:tc:SAML:2.0:ac:classes:X509",
            ),
            Reason.ASSERTION_FIELD_INVALID,
        ),
        (
            set_attribute(
                "//s:SubjectConfirmation",
                "Method",
                "urn:oasis:names:tc:SAML:2.0:cm:bearer",
            ),
            Reason.CONFIRMATION_METHOD_WRONG,
        ),
        (set_text("//s:Audience", "urn:other"), Reason.AUDIENCE_WRONG),
        (
            set_text("//s:Issuer", "urn:idp:DK:countryB"),
            Reason.ISSUER_OF_ANOTHER_COUNTRY,
        ),
        (
            set_text("//s:Issuer", "urn:initgw:countryB"),
            Reason.ISSUER_OF_ANOTHER_COUNTRY,
        ),
        (
            set_attribute("//s:Conditions", "NotOnOrAfter", "2026-03-02T12:00:01Z"),
            Reason.ASSERTION_LIVES_TOO_LONG,
        ),
        (set_text("//s:AssertionIDRef", "_other"), Reason.NOK_OF_ANOTHER_HCP),
        (set_text("//s:NameID", "doctorId"), Reason.NOK_OF_ANOTHER_HCP),
        (set_attribute("//s:NameID", "Format", "urn:x"), Reason.NOK_OF_ANOTHER_HCP),
    ],
)
def test_a_next_of_kin_assertion_is_held_to_the_rules_of_all(change, reason):
    assert nok_belief(change).decision.reason is reason


def test_a_next_of_kin_assertion_expires_by_itself():
    edge = NOW + 2 * HOUR + timedelta(minutes=1)
    assert nok_belief(now=edge).decision.is_accepted
    belief = nok_belief(now=edge + timedelta(microseconds=1))
    assert belief.decision.reason is Reason.ASSERTION_EXPIRED


def test_its_longest_validity_is_a_setting():
    policy = AssertionPolicy(nok_lifetime=HOUR)
    assert nok_belief(policy=policy).decision.reason is Reason.ASSERTION_LIVES_TOO_LONG


def test_it_may_not_outlive_its_hcp_assertion_unless_the_settings_say_so():
    end = set_attribute("//s:Conditions", "NotOnOrAfter", "2026-03-02T11:00:00.001Z")
    message = envelope(hcp_bytes(lifetime=HOUR), resign(nok_bytes(), end))
    options = {"nok_allowed": True, "trc_required": False}
    belief = decide(message, **options)
    assert belief.decision.reason is Reason.NOK_OUTSIDE_HCP_WINDOW
    lenient = AssertionPolicy(require_trc_within_hcp=False)
    assert decide(message, policy=lenient, **options).decision.is_accepted


def test_a_next_of_kin_assertion_of_another_country_is_refused():
    finnish = pki.seal("fi")
    hcp = replace(own_hcp(hcp_bytes()), signer_country=FI)
    nok = nok_bytes(hcp=hcp, key=finnish, country=FI)
    belief = decide(
        envelope(hcp_bytes(), nok),
        nok_allowed=True,
        trc_required=False,
        pins=seal_pins(DK=pki.seal("seal"), FI=finnish),
    )
    assert belief.decision.reason is Reason.SIGNER_OF_ANOTHER_COUNTRY


def test_nobody_of_the_family_is_named_in_a_repr():
    text = repr(nok_belief())
    for private in ("kin-1", "Ægir", "1990", "Nyhavn"):
        assert private not in text


# Building


def test_what_is_built_is_what_openncp_looks_for():
    root = parse_xml(nok_bytes(), SOAP_LIMITS)
    assert root.find("s:Issuer", NS).text == "urn:initgw:DK:countryB"
    names = {
        each.get("Name").removeprefix("urn:ehdsi:names:subject:nextofkin:"): (
            each.get("FriendlyName"),
            each[0].text,
        )
        for each in root.iter(f"{{{NS['s']}}}Attribute")
    }
    assert names["id"] == ("NextOfKinId", "kin-1")
    assert names["birthdate"] == ("NextOfKinBirthDate", "1990-01-02")
    assert names["address:postalcode"] == ("NextOfKinPostalCode", "1051")
    assert len(names) == 9


def test_what_we_would_refuse_is_not_built():
    with pytest.raises(AssertionRefused) as refused:
        nok_bytes(NextOfKin(" "))
    assert refused.value.reason is Reason.ASSERTION_FIELD_MISSING
    with pytest.raises(AssertionRefused):
        nok_bytes(now=NOW + 4 * HOUR)


def test_our_own_is_read_back_only_with_our_key():
    data = nok_bytes(assertion_id=uuid.UUID(int=7))
    nok = read_own_nok(data, key=pki.seal("seal"), country=DK)
    assert nok.id == "_00000000-0000-0000-0000-000000000007"
    with pytest.raises(TrustRefused):
        read_own_nok(data, key=pki.seal("evil"), country=DK)
    assert str(NOK_ID) in nok_bytes().decode()


def test_a_next_of_kin_assertion_never_had_an_older_form():
    change = together(lambda r: r[0].attrib.pop("NameQualifier"))
    belief = nok_belief(change, policy=AssertionPolicy(accept_old_forms=True))
    assert not belief.decision.is_accepted
    assert belief.nok is None


# Dates of birth


@pytest.mark.parametrize(
    "text",
    [
        "1990-01-02",
        "1990-01-02Z",
        "1990-01-02+01:00",
        "1990-01-02T00:00:00+01:00",
        "1990-01-02 00:00:00.0",
        "19900102",
        "19900102000000",
        "19900102000000+0100",
        "Tue Jan 02 00:00:00 CET 1990",
        "Tue Jan 02 00:00:00 GMT+01:00 1990",
    ],
)
def test_a_date_of_birth_is_read_in_every_form_seen(text):
    assert parse_birth_date(text) == date(1990, 1, 2)
    belief = nok_belief(set_text(BIRTH_DATE, text))
    assert belief.nok is not None
    assert belief.nok.next_of_kin.birth_date == date(1990, 1, 2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "02.01.1990",
        "1990",
        "1990-13-02",
        "1990-02-30",
        "Tue Foo 02 00:00:00 CET 1990",
        "Tue Jan 02 00:00:00 CET 90",
        "\u0661\u0669\u0669\u0660-\u0660\u0661-\u0660\u0662",
    ],
)
def test_what_could_be_two_dates_or_none_is_not_guessed(text):
    with pytest.raises(ValueError):  # noqa: PT011 - whichever rule it was
        parse_birth_date(text)
