"""What an assertion says: each field, each rule, signed as its issuer would sign it.

Every assertion here carries a signature that holds; only its content is at fault.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from freezegun import freeze_time

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
from tests.trust.resign import (
    Change,
    append,
    at,
    attribute_value,
    drop,
    drop_attribute,
    insert,
    resign,
    set_attribute,
    set_text,
    together,
    twice,
)
from trust.assertions import (
    AUDIENCE,
    ROLES,
    AssertionPolicy,
    AttributeName,
    FacilityType,
    Permission,
    PurposeOfUse,
)
from trust.decision import Reason
from trust.identifiers import CountryCode

VALUE = {name: attribute_value(name) for name in AttributeName}
ROLE = f"{VALUE[AttributeName.ROLE]}/h:Role"
PURPOSE = f"{VALUE[AttributeName.PURPOSE_OF_USE]}/h:PurposeOfUse"
ASSERTION = "/s:Assertion"
CONFIRMATION = "//s:SubjectConfirmation"
CLASS_REF = "//s:AuthnContextClassRef"
LENIENT = AssertionPolicy(
    accept_absent_audience=True,
    require_issuer_country=False,
    require_trc_within_hcp=False,
)
STRICT = AssertionPolicy(accept_absent_audience=False)


def attribute(name: str) -> str:
    return f"//s:Attribute[@Name='{name}']"


def hcp_belief(change: Change, **options):
    message = envelope(resign(hcp_bytes(), change))
    return decide(message, trc_required=False, **options)


def trc_belief(change: Change, **options):
    return decide(envelope(hcp_bytes(), resign(trc_bytes(), change)), **options)


def add_attribute(name: str, value: str) -> Change:
    return append(
        "//s:AttributeStatement",
        f'<s:Attribute Name="{name}"><s:AttributeValue>{value}</s:AttributeValue>'
        "</s:Attribute>",
    )


MISSING = {
    "Version": drop_attribute(ASSERTION, "Version"),
    "IssueInstant": drop_attribute(ASSERTION, "IssueInstant"),
    "Issuer text": set_text("//s:Issuer", " "),
    "Subject": drop("//s:Subject"),
    "NameID": drop("//s:NameID"),
    "NameID text": set_text("//s:NameID", "\n"),
    "Format": drop_attribute("//s:NameID", "Format"),
    "SubjectConfirmation": drop(CONFIRMATION),
    "Method": drop_attribute(CONFIRMATION, "Method"),
    "Conditions": drop("//s:Conditions"),
    "NotBefore": drop_attribute("//s:Conditions", "NotBefore"),
    "NotOnOrAfter": drop_attribute("//s:Conditions", "NotOnOrAfter"),
    "AuthnStatement": drop("//s:AuthnStatement"),
    "AuthnInstant": drop_attribute("//s:AuthnStatement", "AuthnInstant"),
    "AuthnContext": drop("//s:AuthnContext"),
    "AuthnContextClassRef": drop(CLASS_REF),
    "AttributeStatement": drop("//s:AttributeStatement"),
    "Attribute Name": drop_attribute(attribute(AttributeName.ORGANIZATION), "Name"),
    "subject-id": drop(attribute(AttributeName.SUBJECT_ID)),
    "subject-id text": set_text(VALUE[AttributeName.SUBJECT_ID], " "),
    "role": drop(attribute(AttributeName.ROLE)),
    "Role": drop(ROLE),
    "facility type": drop(attribute(AttributeName.FACILITY_TYPE)),
    "purpose of use": drop(attribute(AttributeName.PURPOSE_OF_USE)),
    "locality": drop(attribute(AttributeName.LOCALITY)),
    "locality text": set_text(VALUE[AttributeName.LOCALITY], " "),
    "on-behalf-of of a clerk": together(
        set_attribute(ROLE, "code", "44"),
        set_attribute(ROLE, "displayName", "Other Clerical Support Workers"),
    ),
    "a professional behind a clerk": together(
        set_attribute(ROLE, "code", "44"),
        set_attribute(ROLE, "displayName", "Other Clerical Support Workers"),
        add_attribute(AttributeName.ON_BEHALF_OF, "44"),
    ),
}


@pytest.mark.spec("eHDSI SAML profile, HCP identity assertion")
@pytest.mark.parametrize("what", MISSING)
def test_an_hcp_assertion_without_a_required_part_is_refused(what):
    belief = hcp_belief(MISSING[what])
    assert belief.decision.reason is Reason.ASSERTION_FIELD_MISSING
    assert belief.hcp is None


INVALID = {
    "another version": set_attribute(ASSERTION, "Version", "1.1"),
    "no instant": set_attribute(ASSERTION, "IssueInstant", "yesterday"),
    "no zone": set_attribute("//s:Conditions", "NotBefore", "2026-03-02T10:00:00"),
    "no such day": set_attribute("//s:Conditions", "NotBefore", "2026-02-30T10:00:00Z"),
    "before the calendar": set_attribute(
        "//s:Conditions", "NotBefore", "0001-01-01T00:00:00+14:00"
    ),
    "ends where it begins": set_attribute(
        "//s:Conditions", "NotOnOrAfter", "2026-03-02T10:00:00.000Z"
    ),
    "ends before it begins": set_attribute(
        "//s:Conditions", "NotOnOrAfter", "2026-03-02T09:00:00.000Z"
    ),
    "two subjects": twice("//s:Subject"),
    "two names": twice("//s:NameID"),
    "two confirmations": twice(CONFIRMATION),
    "data of the confirmation": append(
        CONFIRMATION, '<s:SubjectConfirmationData Recipient="x"/>'
    ),
    "a key in the confirmation": append(CONFIRMATION, "<ds:KeyInfo/>"),
    "a condition nobody knows": append("//s:Conditions", "<s:OneTimeUse/>"),
    "two conditions": twice("//s:Conditions"),
    "an extension": append(ASSERTION, "<ds:Extensions/>"),
    "a decision statement": append(ASSERTION, "<s:AuthzDecisionStatement/>"),
    "another order": lambda r: r.append(at("//s:Subject")(r)),
    "an encrypted name": append("//s:Subject", "<s:EncryptedID/>"),
    "an encrypted attribute": append(
        "//s:AttributeStatement", "<s:EncryptedAttribute/>"
    ),
    "something else in an audience": append("//s:AudienceRestriction", "<s:X/>"),
    "something else in an advice": insert(
        ASSERTION, 4, "<s:Advice><s:AssertionURIRef>x</s:AssertionURIRef></s:Advice>"
    ),
    "a declaration of context": append("//s:AuthnContext", "<s:AuthnContextDecl/>"),
    "two attribute statements": twice("//s:AttributeStatement"),
    "two authentications": twice("//s:AuthnStatement"),
    "an attribute twice": twice(attribute(AttributeName.PERMISSION)),
    "a name twice": twice(VALUE[AttributeName.SUBJECT_ID]),
    "elements in a name": append(VALUE[AttributeName.SUBJECT_ID], "<s:b/>"),
    "elements in NameID": append("//s:NameID", "<s:b/>"),
    "two roles": twice(ROLE),
    "a role and more": append(VALUE[AttributeName.ROLE], "<h:Other/>"),
    "no value but others": append(attribute(AttributeName.ORGANIZATION), "<s:X/>"),
    "facility type": set_text(VALUE[AttributeName.FACILITY_TYPE], "Spaceship"),
    "home community": set_text(VALUE[AttributeName.HOME_COMMUNITY_ID], "Denmark"),
}


@pytest.mark.spec("SAML 2.0 Core 2.3.3")
@pytest.mark.parametrize("what", INVALID)
def test_an_hcp_assertion_with_an_invalid_part_is_refused(what):
    belief = hcp_belief(INVALID[what])
    assert belief.decision.reason is Reason.ASSERTION_FIELD_INVALID


TOLERATED = {
    "no organization": drop(attribute(AttributeName.ORGANIZATION)),
    "no organization id": drop(attribute(AttributeName.ORGANIZATION_ID)),
    "no home community": drop(attribute(AttributeName.HOME_COMMUNITY_ID)),
    "a bare home community": set_text(VALUE[AttributeName.HOME_COMMUNITY_ID], DK_HOME),
    "an unknown attribute": add_attribute(
        "urn:oasis:names:tc:xspa:1.0:subject:npi", "Denmark"
    ),
    "a blank unknown attribute": add_attribute("urn:x", ""),
    "a facility type in capitals": set_text(
        VALUE[AttributeName.FACILITY_TYPE], "HOSPITAL"
    ),
    "blanks around a text": set_text("//s:NameID", "\n dr-1\t"),
    "a role name in other case": set_attribute(ROLE, "displayName", "medical doctors"),
    "a role without name": drop_attribute(ROLE, "displayName"),
    "another code system of the purpose": set_attribute(
        PURPOSE, "codeSystem", "2.16.840.1.113883.3.18.7.1"
    ),
    "an empty confirmation data": append(CONFIRMATION, "<s:SubjectConfirmationData/>"),
    "a locality of the subject": insert(
        "//s:AuthnStatement", 0, '<s:SubjectLocality Address="10.0.0.1"/>'
    ),
    "attributes before authentication": lambda r: r.append(at("//s:AuthnStatement")(r)),
    "an offset as Finland sends it": set_attribute(
        "//s:Conditions", "NotBefore", "2026-03-02T12:00:00+02:00"
    ),
    "a long fraction": set_attribute(
        "//s:Conditions", "NotBefore", "2026-03-02T10:00:00.1234567Z"
    ),
    "a clerk on behalf of a doctor": together(
        set_attribute(ROLE, "code", "44"),
        set_attribute(ROLE, "displayName", "Other Clerical Support Workers"),
        add_attribute(AttributeName.ON_BEHALF_OF, "221"),
    ),
}


@pytest.mark.parametrize("what", TOLERATED)
def test_what_peers_do_differently_without_harm_is_believed(what):
    belief = hcp_belief(TOLERATED[what])
    assert belief.decision.is_accepted, belief.decision
    assert belief.hcp is not None
    assert belief.hcp.name_id == "dr-1"


@pytest.mark.parametrize(
    "change",
    [
        set_attribute(ROLE, "code", "9999"),
        set_attribute(ROLE, "code", " 221"),
        drop_attribute(ROLE, "code"),
        set_attribute(ROLE, "codeSystem", "1.2.3"),
        set_attribute(ROLE, "displayName", "Pharmacists"),
    ],
)
def test_a_role_outside_the_list_or_contradicting_itself_is_refused(change):
    assert hcp_belief(change).decision.reason is Reason.ROLE_UNKNOWN


@pytest.mark.parametrize(
    "change",
    [
        set_attribute(PURPOSE, "code", "RESEARCH"),
        set_attribute(PURPOSE, "code", "treatment"),
        drop_attribute(PURPOSE, "code"),
    ],
)
def test_a_purpose_of_use_outside_the_list_is_refused(change):
    assert hcp_belief(change).decision.reason is Reason.PURPOSE_OF_USE_UNKNOWN
    assert trc_belief(change).decision.reason is Reason.PURPOSE_OF_USE_UNKNOWN


@pytest.mark.parametrize("code", ["TREATMENT", "EMERGENCY"])
def test_both_purposes_of_use_are_read(code):
    belief = hcp_belief(set_attribute(PURPOSE, "code", code))
    assert belief.decision.is_accepted
    assert belief.hcp is not None
    assert belief.hcp.purpose_of_use is PurposeOfUse(code)


@pytest.mark.parametrize(
    "method",
    [
        "urn:oasis:names:tc:SAML:2.0:cm:bearer",
        "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key",
        "urn:oasis:names:tc:SAML:2.0:cm:Sender-Vouches",
    ],
)
@pytest.mark.parametrize("belief_of", [hcp_belief, trc_belief])
@pytest.mark.spec("SAML Token Profile 1.1.1 3.5.2")
def test_only_sender_vouches_confirms_a_subject(belief_of, method):
    belief = belief_of(set_attribute(CONFIRMATION, "Method", method))
    assert belief.decision.reason is Reason.CONFIRMATION_METHOD_WRONG


@pytest.mark.parametrize(
    "name",
    ["Password", "PasswordProtectedTransport", "unspecified", "PreviousSession"],
)
def test_weak_authentication_of_the_professional_is_refused(name):
    weak = f"urn:oasis:names:tc:SAML:2.0:ac:classes:{name}"
    belief = hcp_belief(set_text(CLASS_REF, weak))
    assert belief.decision.reason is Reason.AUTHENTICATION_WEAK
    assert belief.hcp is not None, "the audit still names who tried"


@pytest.mark.parametrize(
    "name", ["Smartcard", "SmartcardPKI", "X509", "TLSClient", "SoftwarePKI", "SPKI"]
)
def test_strong_authentication_is_believed(name):
    strong = f"urn:oasis:names:tc:SAML:2.0:ac:classes:{name}"
    assert hcp_belief(set_text(CLASS_REF, strong)).decision.is_accepted


def test_a_trc_assertion_needs_a_previous_session():
    other = "urn:oasis:names:tc:SAML:2.0:ac:classes:X509"
    belief = trc_belief(set_text(CLASS_REF, other))
    assert belief.decision.reason is Reason.ASSERTION_FIELD_INVALID


# Audience


RESTRICTION = (
    "<s:AudienceRestriction><s:Audience>{}</s:Audience></s:AudienceRestriction>"
)


@pytest.mark.spec("SAML 2.0 Core 2.5.1.4")
@pytest.mark.parametrize(
    "change",
    [
        set_text("//s:Audience", "urn:ehdsi:assertions:audience:x-border"),
        drop("//s:Audience"),
        append("//s:Conditions", RESTRICTION.format("urn:other")),
    ],
)
@pytest.mark.parametrize("belief_of", [hcp_belief, trc_belief])
def test_another_audience_is_refused_and_every_restriction_counts(belief_of, change):
    belief = belief_of(change, policy=LENIENT)
    assert belief.decision.reason is Reason.AUDIENCE_WRONG


def test_one_fitting_audience_of_a_restriction_is_enough():
    change = insert("//s:AudienceRestriction", 0, "<s:Audience>urn:other</s:Audience>")
    assert hcp_belief(change, policy=STRICT).decision.is_accepted
    change = append("//s:Conditions", RESTRICTION.format(AUDIENCE))
    assert hcp_belief(change, policy=STRICT).decision.is_accepted


@pytest.mark.parametrize("belief_of", [hcp_belief, trc_belief])
def test_an_absent_audience_is_a_setting(belief_of):
    change = drop("//s:AudienceRestriction")
    assert belief_of(change).decision.is_accepted
    belief = belief_of(change, policy=STRICT)
    assert belief.decision.reason is Reason.AUDIENCE_ABSENT


# Time

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.mark.spec("SAML 2.0 Core 2.5.1.2")
@pytest.mark.parametrize(
    ("offset", "reason"),
    [
        (-MINUTE, Reason.ACCEPTED),
        (-MINUTE - timedelta(microseconds=1), Reason.ASSERTION_NOT_YET_VALID),
        (4 * HOUR + MINUTE, Reason.ACCEPTED),
        (4 * HOUR + MINUTE + timedelta(microseconds=1), Reason.ASSERTION_EXPIRED),
    ],
)
def test_an_hcp_assertion_is_valid_up_to_a_skew_of_one_minute(offset, reason):
    message = envelope(hcp_bytes())
    belief = decide(message, now=NOW + offset, trc_required=False)
    assert belief.decision.reason is reason


@pytest.mark.parametrize(
    ("offset", "reason"),
    [
        (2 * HOUR + MINUTE, Reason.ACCEPTED),
        (2 * HOUR + MINUTE + timedelta(microseconds=1), Reason.ASSERTION_EXPIRED),
    ],
)
def test_a_trc_assertion_expires_by_itself(offset, reason):
    belief = decide(envelope(hcp_bytes(), trc_bytes()), now=NOW + offset)
    assert belief.decision.reason is reason
    assert belief.trc is not None


@freeze_time("1999-01-01")
def test_the_moment_is_the_one_given_not_the_machine_s():
    assert decide(envelope(hcp_bytes(), trc_bytes())).decision.is_accepted


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("2026-03-02T14:00:00Z", Reason.ACCEPTED),
        ("2026-03-02T14:00:00.001Z", Reason.ASSERTION_LIVES_TOO_LONG),
    ],
)
def test_an_hcp_assertion_lives_four_hours_at_most(end, reason):
    belief = hcp_belief(set_attribute("//s:Conditions", "NotOnOrAfter", end))
    assert belief.decision.reason is reason


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("2026-03-02T12:00:00Z", Reason.ACCEPTED),
        ("2026-03-02T12:00:01Z", Reason.ASSERTION_LIVES_TOO_LONG),
    ],
)
def test_a_trc_assertion_lives_two_hours_at_most(end, reason):
    belief = trc_belief(set_attribute("//s:Conditions", "NotOnOrAfter", end))
    assert belief.decision.reason is reason


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (ASSERTION, "IssueInstant"),
        ("//s:AuthnStatement", "AuthnInstant"),
        ("//s:Conditions", "NotBefore"),
    ],
)
@pytest.mark.parametrize(
    ("instant", "reason"),
    [
        ("2026-03-02T10:01:00Z", Reason.ACCEPTED),
        ("2026-03-02T10:01:01Z", Reason.ASSERTION_NOT_YET_VALID),
    ],
)
def test_no_instant_lies_in_the_future(path, name, instant, reason):
    belief = hcp_belief(set_attribute(path, name, instant))
    assert belief.decision.reason is reason


# Issuer


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
    assert hcp.not_on_or_after == NOW + 4 * HOUR
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
    shorter = hcp_bytes(lifetime=HOUR)
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
