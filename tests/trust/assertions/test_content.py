"""What an assertion says: each field, each rule, signed as its issuer would sign it.

Every assertion here carries a signature that holds; only its content is at fault.
"""

from __future__ import annotations

import pytest

from tests.trust.assertions.cast import (
    DK_HOME,
)
from tests.trust.assertions.changing import (
    ASSERTION,
    CLASS_REF,
    CONFIRMATION,
    PURPOSE,
    ROLE,
    VALUE,
    add_attribute,
    attribute,
    hcp_belief,
    trc_belief,
)
from tests.trust.resign import (
    append,
    at,
    drop,
    drop_attribute,
    insert,
    set_attribute,
    set_text,
    together,
    twice,
)
from trust.assertions import (
    AttributeName,
    PurposeOfUse,
)
from trust.decision import Reason

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
