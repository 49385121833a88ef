"""Who issued an assertion, what is read of it, and what binds TRC to HCP."""

from __future__ import annotations

import pytest

from tests.trust import pki
from tests.trust.assertions.cast import (
    DK,
    DK_HOME,
    NOW,
    PATIENT,
    decide,
    envelope,
    hcp_bytes,
    trc_bytes,
)
from tests.trust.assertions.changing import (
    LENIENT,
    VALUE,
    attribute,
    hcp_belief,
    trc_belief,
)
from tests.trust.resign import (
    drop,
    resign,
    set_attribute,
    set_text,
    together,
    twice,
)
from trust.assertions import (
    AUDIENCE,
    ROLES,
    AttributeName,
    FacilityType,
    Permission,
    PurposeOfUse,
)
from trust.decision import Reason
from trust.identifiers import CountryCode


@pytest.mark.parametrize(
    ("issuer", "reason"),
    [
        ("urn:idp:DK:countryB", Reason.ACCEPTED),
        ("urn:idp:dk:countryB", Reason.ACCEPTED),
        ("urn:idp:FI:countryB", Reason.ISSUER_OF_ANOTHER_COUNTRY),
        ("urn:idp:countryB", Reason.ISSUER_OF_ANOTHER_COUNTRY),
        ("urn:initgw:DK:countryB", Reason.ISSUER_OF_ANOTHER_COUNTRY),
        ("urn:idp:DK:countryB:x", Reason.ISSUER_OF_ANOTHER_COUNTRY),
        ("urn:idp:\uff24\uff2b:countryB", Reason.ISSUER_OF_ANOTHER_COUNTRY),
    ],
)
def test_the_issuer_names_the_country_whose_seal_it_is(issuer, reason):
    assert hcp_belief(set_text("//s:Issuer", issuer)).decision.reason is reason


def test_an_issuer_without_country_is_a_setting_another_country_is_not():
    old = set_text("//s:Issuer", "urn:idp:countryB")
    assert hcp_belief(old, policy=LENIENT).decision.is_accepted
    other = set_text("//s:Issuer", "urn:idp:FI:countryB")
    belief = hcp_belief(other, policy=LENIENT)
    assert belief.decision.reason is Reason.ISSUER_OF_ANOTHER_COUNTRY


def test_greece_is_one_country_under_both_its_codes():
    data = resign(hcp_bytes(), set_text("//s:Issuer", "urn:idp:EL:countryB"))
    pins = pki.pins(
        (pki.seal("seal").certificate, "EL", pki.Purpose.SEAL),
    )
    belief = decide(
        envelope(data), pins=pins, peer_country=CountryCode("GR"), trc_required=False
    )
    assert belief.decision.is_accepted


def test_the_home_community_must_be_the_peer_s_where_both_are_known():
    message = hcp_bytes()
    options = {"trc_required": False}
    known = decide(envelope(message), peer_home_community=DK_HOME, **options)
    assert known.decision.is_accepted
    other = decide(
        envelope(message), peer_home_community=type(DK_HOME)("1.2.3"), **options
    )
    assert other.decision.reason is Reason.HOME_COMMUNITY_OF_ANOTHER_COUNTRY
    silent = resign(message, drop(attribute(AttributeName.HOME_COMMUNITY_ID)))
    unnamed = decide(envelope(silent), peer_home_community=DK_HOME, **options)
    assert unnamed.decision.is_accepted


# Everything an assertion says


def test_every_value_of_an_hcp_assertion_is_read():
    change = set_attribute("//s:NameID", "SPProvidedID", "alias")
    hcp = hcp_belief(change).hcp
    assert hcp is not None
    assert hcp.id == "_11111111-2222-4333-8444-555555555555"
    assert hcp.issuer == "urn:idp:DK:countryB"
    assert hcp.issuer_country == hcp.signer_country == DK
    assert hcp.name_id_format.endswith("unspecified")
    assert hcp.sp_provided_id == "alias"
    assert hcp.subject_name == "Kirsten Ægir & <Søn>"
    assert hcp.role is ROLES["221"]
    assert hcp.organization == "Rigshospitalet"
    assert hcp.organization_id == "urn:hl7ii:1.2.208.176.1.1:1301011"
    assert hcp.facility_type is FacilityType.HOSPITAL
    assert hcp.locality == "Copenhagen"
    assert hcp.purpose_of_use is PurposeOfUse.TREATMENT
    assert hcp.permissions == tuple(Permission)
    assert hcp.home_community_id == DK_HOME
    assert hcp.not_before == hcp.issue_instant == hcp.authn_instant == NOW
    assert hcp.not_on_or_after == NOW + 4 * pki.HOUR
    assert hcp.audiences == (frozenset({AUDIENCE}),)
    assert hcp.signer == pki.seal("seal").certificate


def test_an_unknown_permission_grants_nothing_and_spoils_nothing():
    value = f"{VALUE[AttributeName.PERMISSION]}[1]"
    hcp = hcp_belief(set_text(value, "urn:x:PRD-046")).hcp
    assert hcp is not None
    assert hcp.permissions == tuple(Permission)[1:]


def test_absent_permissions_are_no_permissions():
    hcp = hcp_belief(drop(attribute(AttributeName.PERMISSION))).hcp
    assert hcp is not None
    assert hcp.permissions == ()


def test_every_value_of_a_trc_assertion_is_read():
    data = trc_bytes(prescription_id="rx-1", dispensation_pin="4711")
    trc = decide(envelope(hcp_bytes(), data)).trc
    assert trc is not None
    assert trc.patient == PATIENT
    assert trc.hcp_assertion_id == "_11111111-2222-4333-8444-555555555555"
    assert trc.prescription_id == "rx-1"
    assert trc.dispensation_pin == "4711"
    assert trc.purpose_of_use is PurposeOfUse.TREATMENT


def test_no_person_is_named_in_a_repr():
    belief = decide(
        envelope(hcp_bytes(), trc_bytes(prescription_id="rx-1", dispensation_pin="47"))
    )
    text = repr(belief)
    for private in ("dr-1", "Kirsten", PATIENT.extension, "rx-1", "47'"):
        assert private not in text


# TRC


@pytest.mark.parametrize(
    "text",
    [
        "1985051512345",
        "1985051512345^^^1.3.182.4.4",
        "1985051512345^^^&1.3.182.4.4&iso",
        "1985051512345^^^^^^&1.3.182.4.4&ISO",
        "^^^&1.3.182.4.4&ISO",
        "1985051512345^^^&1.3.182..4&ISO",
    ],
)
def test_a_patient_id_of_another_form_is_refused_and_never_repeated(text):
    belief = trc_belief(set_text(VALUE[AttributeName.SUBJECT_ID], text))
    assert belief.decision.reason is Reason.ASSERTION_FIELD_INVALID
    assert "1985051512345" not in repr(belief)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (drop("//s:Advice"), Reason.ASSERTION_FIELD_MISSING),
        (drop("//s:AssertionIDRef"), Reason.ASSERTION_FIELD_MISSING),
        (twice("//s:AssertionIDRef"), Reason.ASSERTION_FIELD_INVALID),
        (drop(attribute(AttributeName.SUBJECT_ID)), Reason.ASSERTION_FIELD_MISSING),
        (
            drop(attribute(AttributeName.PURPOSE_OF_USE)),
            Reason.ASSERTION_FIELD_MISSING,
        ),
        (set_text("//s:AssertionIDRef", "_other"), Reason.TRC_OF_ANOTHER_HCP),
        (set_text("//s:NameID", "dr-2"), Reason.TRC_OF_ANOTHER_PROFESSIONAL),
        (
            set_attribute("//s:NameID", "Format", "urn:x"),
            Reason.TRC_OF_ANOTHER_PROFESSIONAL,
        ),
    ],
)
@pytest.mark.spec("eHDSI SAML profile, TRC assertion")
def test_a_trc_assertion_must_be_bound_to_its_hcp_assertion(change, reason):
    assert trc_belief(change).decision.reason is reason


def test_a_trc_assertion_may_not_outlive_its_hcp_assertion():
    shorter = hcp_bytes(lifetime=pki.HOUR)
    trc = resign(
        trc_bytes(),
        set_attribute("//s:Conditions", "NotOnOrAfter", "2026-03-02T11:00:00.001Z"),
    )
    belief = decide(envelope(shorter, trc))
    assert belief.decision.reason is Reason.TRC_OUTSIDE_HCP_WINDOW
    assert decide(envelope(shorter, trc), policy=LENIENT).decision.is_accepted


def test_a_trc_assertion_may_begin_before_its_hcp_assertion_only_by_the_skew():
    for instant, reason in (
        ("2026-03-02T09:59:00Z", Reason.ACCEPTED),
        ("2026-03-02T09:58:59Z", Reason.TRC_OUTSIDE_HCP_WINDOW),
    ):
        change = together(
            set_attribute("//s:Conditions", "NotBefore", instant),
            set_attribute("//s:Conditions", "NotOnOrAfter", "2026-03-02T11:00:00Z"),
        )
        assert trc_belief(change).decision.reason is reason
