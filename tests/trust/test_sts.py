"""What the token service issues, and to whom it does not."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.trust import pki
from tests.trust.assertions.cast import (
    DK,
    DOCTOR,
    FI,
    OTHER_HALF,
    PATIENT,
    envelope,
    hcp_bytes,
    nok_bytes,
    own_hcp,
    seal_pins,
    trc_bytes,
)
from tests.trust.pki import HOUR, NOW
from trust.assertions import (
    AssertionPolicy,
    AssertionRefused,
    HcpAssertion,
    PurposeOfUse,
    decide_security_header,
)
from trust.decision import Reason
from trust.sts import TokenService, TreatmentClaims

SEAL = pki.seal("seal")
PROVIDER = pki.seal("national-provider")
SERVICE = TokenService(
    DK,
    SEAL,
    pki.pins(
        (SEAL.certificate, "DK", pki.Purpose.SEAL),
        (PROVIDER.certificate, "DK", pki.Purpose.SEAL),
    ),
)
CLAIMS = TreatmentClaims(PATIENT)
TOKEN_ID = uuid.UUID("77777777-7777-4777-8777-777777777777")
SECOND = timedelta(seconds=1)


def hcp(**options) -> HcpAssertion:
    return own_hcp(hcp_bytes(**options), key=options.get("key"))


def trc(asserted: HcpAssertion, claims=CLAIMS, now=NOW, service=SERVICE):
    return service.issue_trc(asserted, claims, now=now, assertion_id=TOKEN_ID)


def nok(asserted: HcpAssertion, now=NOW):
    return SERVICE.issue_nok(asserted, OTHER_HALF, now=now, assertion_id=TOKEN_ID)


def refused(call) -> Reason:
    with pytest.raises(AssertionRefused) as caught:
        call()
    return caught.value.reason


# What is issued ---------------------------------------------------------------------


@pytest.mark.spec("eHDSI SAML profile TRC")
def test_a_treatment_is_vouched_for_under_the_professional_s_own_assertion():
    asserted = hcp()
    issued = trc(asserted)
    assert issued.assertion.id == f"_{TOKEN_ID}"
    assert issued.assertion.hcp_assertion_id == asserted.id
    assert issued.assertion.name_id == asserted.name_id
    assert issued.assertion.patient == PATIENT
    assert issued.assertion.signer == SEAL.certificate


def test_what_is_issued_is_believed_abroad():
    first = hcp_bytes()
    message = envelope(first, trc(own_hcp(first)).data)
    belief = decide_security_header(
        message,
        trc_required=True,
        peer_country=DK,
        pins=seal_pins(),
        policy=AssertionPolicy(),
        now=NOW,
    )
    assert belief.decision.is_accepted, belief.decision.sentence


def test_a_next_of_kin_is_vouched_for_too():
    asserted = hcp()
    issued = nok(asserted)
    assert issued.assertion.next_of_kin == OTHER_HALF
    assert issued.assertion.hcp_assertion_id == asserted.id


def test_the_purpose_is_that_of_the_professional_where_none_is_stated():
    emergency = replace(DOCTOR, purpose_of_use=PurposeOfUse.EMERGENCY)
    asserted = hcp(professional=emergency)
    assert trc(asserted).assertion.purpose_of_use is PurposeOfUse.EMERGENCY
    stated = replace(CLAIMS, purpose_of_use=PurposeOfUse.TREATMENT)
    assert trc(asserted, stated).assertion.purpose_of_use is PurposeOfUse.TREATMENT


def test_prescription_and_pin_are_carried():
    claims = replace(CLAIMS, prescription_id="RX1", dispensation_pin="1234")
    issued = trc(hcp(), claims).assertion
    assert (issued.prescription_id, issued.dispensation_pin) == ("RX1", "1234")


def test_a_token_never_outlives_the_professional_s_assertion():
    late = NOW + 3 * HOUR
    issued = trc(hcp(), now=late).assertion
    assert issued.not_before == late
    assert issued.not_on_or_after == NOW + 4 * HOUR
    assert trc(hcp()).assertion.not_on_or_after == NOW + 2 * HOUR


def test_no_claim_of_a_patient_stands_in_a_representation():
    claims = replace(CLAIMS, prescription_id="RX-CANARY", dispensation_pin="PIN-CANARY")
    told = repr(claims) + repr(trc(hcp(), claims)) + repr(SERVICE)
    assert "CANARY" not in told
    assert PATIENT.extension not in told


# What is not issued -----------------------------------------------------------------


def test_nothing_is_issued_on_an_assertion_that_is_over_to_the_second():
    end = NOW + 4 * HOUR
    assert trc(hcp(), now=end - SECOND).assertion.not_on_or_after == end
    assert refused(lambda: trc(hcp(), now=end)) is Reason.ASSERTION_EXPIRED
    assert refused(lambda: nok(hcp(), now=end)) is Reason.ASSERTION_EXPIRED


def test_nothing_is_issued_on_an_assertion_of_the_future():
    assert refused(lambda: trc(hcp(), now=NOW - HOUR)) is (
        Reason.ASSERTION_NOT_YET_VALID
    )


@pytest.mark.parametrize("issue", [trc, nok])
def test_nothing_is_issued_for_the_professional_of_another_country(issue):
    foreign = replace(hcp(), signer_country=FI)
    assert refused(lambda: issue(foreign)) is Reason.SIGNER_OF_ANOTHER_COUNTRY


@pytest.mark.parametrize("issue", [trc, nok])
@pytest.mark.spec("CP-046")
def test_nothing_is_issued_after_a_weak_log_in(issue):
    weak = replace(
        hcp(), authentication="urn:oasis:names:tc:SAML:2.0:ac:classes:Password"
    )
    assert refused(lambda: issue(weak)) is Reason.AUTHENTICATION_WEAK


def test_nothing_is_issued_on_an_assertion_for_somebody_else():
    other = replace(hcp(), audiences=(frozenset({"urn:elsewhere"}),))
    assert refused(lambda: trc(other)) is Reason.AUDIENCE_WRONG


def test_a_next_of_kin_without_identifier_is_not_vouched_for():
    nobody = replace(OTHER_HALF, id="")
    with pytest.raises(AssertionRefused) as caught:
        SERVICE.issue_nok(hcp(), nobody, now=NOW, assertion_id=TOKEN_ID)
    assert caught.value.reason is Reason.ASSERTION_FIELD_MISSING


def test_a_claim_that_xml_cannot_hold_is_refused_without_being_repeated():
    claims = replace(CLAIMS, prescription_id="SECRET\x00")
    with pytest.raises(ValueError, match="not allowed in XML") as caught:
        trc(hcp(), claims)
    assert "SECRET" not in str(caught.value)


# Who may ask ------------------------------------------------------------------------


def decide(*assertions: bytes, now=NOW):
    return SERVICE.decide_requestor(envelope(*assertions), now)


@pytest.mark.parametrize("key", [SEAL, PROVIDER], ids=["own-seal", "provider"])
def test_our_own_seal_and_named_providers_vouch_for_who_asks(key):
    belief = decide(hcp_bytes(key=key))
    assert belief.decision.is_accepted, belief.decision.sentence
    assert belief.hcp.name_id == DOCTOR.identifier


@pytest.mark.parametrize(
    ("assertions", "reason"),
    [
        ((), Reason.HCP_ABSENT),
        ((hcp_bytes(key=pki.seal("stranger")),), Reason.SIGNER_NOT_PINNED),
        ((hcp_bytes(key=pki.seal("fi"), country=FI),), Reason.SIGNER_NOT_PINNED),
        ((hcp_bytes(), hcp_bytes(assertion_id=TOKEN_ID)), Reason.HCP_REPEATED),
        ((hcp_bytes(), trc_bytes()), Reason.SECURITY_HEADER_FOREIGN_CONTENT),
        ((hcp_bytes(), nok_bytes()), Reason.NOK_UNSUPPORTED),
        ((trc_bytes(),), Reason.HCP_ABSENT),
        (
            (hcp_bytes().replace(b"Rigshospitalet", b"Elsewhere"),),
            Reason.DIGEST_MISMATCH,
        ),
    ],
    ids=["none", "stranger", "abroad", "two", "trc", "nok", "trc-alone", "altered"],
)
def test_whoever_is_not_vouched_for_is_refused_with_its_reason(assertions, reason):
    belief = decide(*assertions)
    assert belief.decision.reason is reason
    assert not belief.decision.is_accepted


def test_an_assertion_that_is_over_asks_for_nothing():
    belief = decide(hcp_bytes(), now=NOW + 5 * HOUR)
    assert belief.decision.reason is Reason.ASSERTION_EXPIRED
