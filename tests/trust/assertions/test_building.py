"""What we issue: strict, and never what we would refuse ourselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from tests.trust import pki
from tests.trust.assertions.cast import (
    DOCTOR,
    FI,
    NOW,
    decide,
    envelope,
    hcp_bytes,
    own_hcp,
    trc_bytes,
)
from tests.trust.resign import NS
from trust.assertions import (
    ROLES,
    AssertionRefused,
    Operation,
    Permission,
    decide_permission,
    operations_of,
    permissions_of,
    read_own_hcp,
    read_own_trc,
)
from trust.assertions.permissions import NEEDED_PERMISSIONS
from trust.decision import Reason, TrustRefused
from trust.namespaces import SAML
from trust.xml import SOAP_LIMITS, exclusive_c14n, parse_xml

HOUR = timedelta(hours=1)
SAML_ORDER = [
    "Issuer",
    "Signature",
    "Subject",
    "Conditions",
    "Advice",
    "AuthnStatement",
    "AttributeStatement",
]


def names(element: etree._Element) -> list[str]:
    return [etree.QName(child).localname for child in element]


@pytest.mark.spec("SAML 2.0 Core 2.3.3")
def test_the_parts_stand_in_the_order_of_the_schema():
    trc = parse_xml(trc_bytes(), SOAP_LIMITS)
    assert names(trc) == SAML_ORDER
    hcp = parse_xml(hcp_bytes(), SOAP_LIMITS)
    assert names(hcp) == [name for name in SAML_ORDER if name != "Advice"]


def test_hl7_elements_go_out_without_prefix():
    # OpenNCP looks for these very names, namespaces left aside.
    assert b'<Role xmlns="urn:hl7-org:v3" code=' in hcp_bytes()
    assert b'<PurposeOfUse xmlns="urn:hl7-org:v3" code=' in hcp_bytes()
    assert b'<PurposeOfUse xmlns="urn:hl7-org:v3" code=' in trc_bytes()


@pytest.mark.spec("Exclusive XML Canonicalization 1.0 1.1")
def test_an_assertion_is_its_own_canonical_form_wherever_it_stands():
    data = hcp_bytes()
    assert exclusive_c14n(parse_xml(data, SOAP_LIMITS)) == data
    inside = next(envelope(data).iter(f"{{{SAML}}}Assertion"))
    assert exclusive_c14n(inside) == data
    assert b"xsi:type" not in data


def test_times_are_written_in_utc_to_the_millisecond():
    root = parse_xml(hcp_bytes(now=NOW + timedelta(microseconds=123_999)), SOAP_LIMITS)
    conditions = root.find("s:Conditions", NS)
    assert conditions.get("NotBefore") == "2026-03-02T10:00:00.123Z"
    assert conditions.get("NotOnOrAfter") == "2026-03-02T14:00:00.123Z"


def test_what_is_issued_verifies_inside_an_envelope():
    assert decide(envelope(hcp_bytes(), trc_bytes())).decision.is_accepted


@pytest.mark.parametrize(
    ("professional", "options", "reason"),
    [
        (replace(DOCTOR, name=" "), {}, Reason.ASSERTION_FIELD_MISSING),
        (replace(DOCTOR, identifier=""), {}, Reason.ASSERTION_FIELD_MISSING),
        (replace(DOCTOR, locality=""), {}, Reason.ASSERTION_FIELD_MISSING),
        (replace(DOCTOR, authentication="urn:x"), {}, Reason.AUTHENTICATION_WEAK),
        (replace(DOCTOR, role=ROLES["44"]), {}, Reason.ASSERTION_FIELD_MISSING),
        (DOCTOR, {"lifetime": 5 * HOUR}, Reason.ASSERTION_LIVES_TOO_LONG),
        (DOCTOR, {"lifetime": 0 * HOUR}, Reason.ASSERTION_FIELD_INVALID),
    ],
)
def test_an_hcp_assertion_we_would_refuse_is_not_issued(professional, options, reason):
    with pytest.raises(AssertionRefused) as caught:
        hcp_bytes(professional, **options)
    assert caught.value.reason is reason


def test_a_clerk_is_vouched_for_on_behalf_of_a_professional():
    clerk = replace(DOCTOR, role=ROLES["44"], on_behalf_of=ROLES["221"])
    assert own_hcp(hcp_bytes(clerk)).on_behalf_of == ROLES["221"]


def test_a_professional_without_organization_id_is_vouched_for():
    assert (
        own_hcp(hcp_bytes(replace(DOCTOR, organization_id=None))).role == ROLES["221"]
    )


def test_a_character_that_xml_forbids_is_refused_without_repeating_the_name():
    with pytest.raises(ValueError, match="not allowed in XML") as caught:
        hcp_bytes(replace(DOCTOR, name="Kirsten\0"))
    assert "Kirsten" not in str(caught.value)


def test_the_trc_assertion_ends_with_its_hcp_assertion_at_the_latest():
    hcp = own_hcp(hcp_bytes())
    late = NOW + 3 * HOUR
    key, country = pki.seal("seal"), hcp.signer_country
    trc = read_own_trc(trc_bytes(hcp, now=late), key=key, country=country)
    assert trc.not_on_or_after == hcp.not_on_or_after
    assert trc.not_before == late


def test_no_trc_assertion_is_issued_after_its_hcp_assertion_is_over():
    hcp = own_hcp(hcp_bytes())
    with pytest.raises(AssertionRefused):
        trc_bytes(hcp, now=NOW + 4 * HOUR)


def test_no_trc_assertion_is_issued_for_the_professional_of_another_country():
    with pytest.raises(AssertionRefused) as caught:
        trc_bytes(own_hcp(hcp_bytes()), country=FI)
    assert caught.value.reason is Reason.TRC_OF_ANOTHER_HCP


def test_only_what_our_own_key_sealed_reads_back_as_ours():
    with pytest.raises(TrustRefused) as caught:
        read_own_hcp(hcp_bytes(), key=pki.seal("evil"), country=FI)
    assert caught.value.reason is Reason.SIGNER_NOT_PINNED


def test_a_trc_assertion_does_not_read_as_an_hcp_assertion():
    with pytest.raises(AssertionRefused) as caught:
        read_own_hcp(trc_bytes(), key=pki.seal("seal"), country=FI)
    assert caught.value.reason is Reason.ASSERTION_KIND_UNKNOWN


# Permissions


@pytest.mark.parametrize("operation", Operation)
def test_an_operation_needs_every_one_of_its_permissions(operation):
    needed = NEEDED_PERMISSIONS[operation]
    hcp = replace(own_hcp(hcp_bytes()), permissions=tuple(needed))
    assert decide_permission(hcp, operation, NOW).is_accepted
    for one in needed:
        lacking = replace(hcp, permissions=tuple(set(Permission) - {one}))
        decision = decide_permission(lacking, operation, NOW)
        assert decision.reason is Reason.PERMISSION_MISSING
        assert one in decision.sentence


def test_a_discard_needs_the_organization_too():
    hcp = replace(own_hcp(hcp_bytes()), organization_id=None)
    decision = decide_permission(hcp, Operation.DISCARD, NOW)
    assert decision.reason is Reason.ASSERTION_FIELD_MISSING
    assert decide_permission(hcp, Operation.DISPENSE, NOW).is_accepted


@pytest.mark.spec("eHDSI SAML profile, HL7 permissions per role and service")
@pytest.mark.parametrize(
    ("code", "may"),
    [
        ("221", "identify patient-summary eprescription original-document"),
        ("2261", "identify patient-summary eprescription original-document"),
        ("2262", "identify eprescription dispense discard"),
        ("3213", "identify eprescription dispense discard"),
        ("2221", "identify"),
        ("44", "identify"),
    ],
)
def test_a_role_may_do_what_its_permissions_suffice_for(code, may):
    assert operations_of(ROLES[code]) == {Operation(each) for each in may.split()}


def test_every_role_may_look_a_patient_up_and_is_given_each_permission_once():
    for role in ROLES.values():
        given = permissions_of(role)
        assert Permission.PATIENT_IDENTIFICATION in given
        assert len(set(given)) == len(given)
