"""An explanation says what was judged, how it ended, and whether signatures hold."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree
from signxml.algorithms import SignatureMethod

import trust
from tests.trust import pki
from tests.trust.assertions.cast import (
    FI,
    NOW,
    envelope,
    envelope_bytes,
    hcp_bytes,
    nok_bytes,
    own_hcp,
    seal_pins,
    trc_bytes,
)
from tests.trust.assertions.old import old_hcp, old_trc
from tests.trust.resign import resign, set_attribute, signxml_signed, unsigned
from tests.trust.test_decision import reasons_named_in
from trust.assertions import AssertionPolicy
from trust.certificates import PinStore, Purpose
from trust.decision import Reason, Verdict
from trust.explain import (
    ExplainTerms,
    Explanation,
    Unreadable,
    as_text,
    explain,
    remedy_for,
)
from trust.explain.remedies import REMEDIES

PRIVATE = ("1985051512345", "Kirsten", "dr-1", "kin-1", "Nyhavn", "Copenhagen")


def explained(data: bytes, *, pins=None, now=NOW, policy=None, **terms) -> Explanation:
    trusted = seal_pins() if pins is None else pins
    return explain(
        data, ExplainTerms(trusted, policy or AssertionPolicy(), **terms), now
    )


def validity(explanation: Explanation) -> list[bool]:
    return [each.is_valid for each in explanation.signatures]


def test_a_good_message_is_accepted_with_every_signature_named():
    found = explained(envelope_bytes(hcp_bytes(), trc_bytes()))
    assert found.decision.verdict is Verdict.ACCEPT
    assert found.subject == "SOAP message"
    assert [each.element.split(" _")[0] for each in found.signatures] == [
        "HCP assertion",
        "TRC assertion",
    ]
    assert validity(found) == [True, True]
    assert found.certificates[0].subject.endswith("C=DK")
    assert any("taken to be DK" in note for note in found.notes)


def test_an_altered_assertion_does_not_hold_and_the_others_do():
    data = envelope_bytes(hcp_bytes(), trc_bytes())
    found = explained(data.replace(b"1985051512345", b"1985051512346"))
    assert found.decision.reason is Reason.DIGEST_MISMATCH
    assert validity(found) == [True, False]
    assert "altered" in found.signatures[1].problem


def test_a_denial_for_another_reason_leaves_signatures_valid():
    message = envelope_bytes(hcp_bytes(), trc_bytes())
    late = explained(message, now=NOW + timedelta(hours=5))
    assert late.decision.reason is Reason.ASSERTION_EXPIRED
    assert validity(late) == [True, True]
    unknown = explained(message, pins=PinStore(()))
    assert unknown.decision.reason is Reason.SIGNER_NOT_PINNED
    assert validity(unknown) == [True, True]
    foreign = explained(message, peer_country=FI)
    assert foreign.decision.reason is Reason.SIGNER_OF_ANOTHER_COUNTRY
    assert validity(foreign) == [True, True]


def test_a_message_refused_for_its_shape_still_says_which_signatures_hold():
    evil = hcp_bytes(assertion_id=uuid.UUID(int=5), key=pki.seal("evil"))
    found = explained(envelope_bytes(hcp_bytes(), evil, trc_bytes()))
    assert found.decision.reason is Reason.HCP_REPEATED
    assert validity(found) == [True, True, True]
    known, evil_seal = found.certificates
    assert "pinned for DK" in known.as_seal
    assert "not pinned for any country" in evil_seal.as_seal
    twice = explained(envelope_bytes(hcp_bytes(), resign(hcp_bytes())))
    assert twice.decision.reason is Reason.HCP_REPEATED
    assert validity(twice) == [True, True]


def test_an_assertion_hidden_in_another_is_found_and_examined():
    message = envelope(hcp_bytes())
    outer = etree.fromstring(trc_bytes())
    outer[3].append(message[0][0][0])
    found = explained(etree.tostring(outer))
    assert found.decision.reason is Reason.SIGNATURE_FORM_REFUSED
    assert validity(found) == [False, True]


def test_an_unsigned_assertion_is_said_not_to_hold():
    bare = etree.tostring(unsigned(hcp_bytes()))
    found = explained(envelope_bytes(bare, trc_bytes()))
    assert found.decision.reason is Reason.SIGNATURE_ABSENT
    assert validity(found) == [False, True]
    assert found.signatures[0].signer is None


def test_a_weak_key_can_sign_validly_and_is_still_refused():
    weak = pki.SigningKey(
        pki.rsa_key("weak", 1024),
        pki.certificate(pki.rsa_key("weak", 1024)),
    )
    data = signxml_signed(hcp_bytes(), weak, SignatureMethod.RSA_SHA256)
    found = explained(data, pins=seal_pins(DK=weak))
    assert found.decision.reason is Reason.CERTIFICATE_WEAK
    assert validity(found) == [True]


def test_without_a_seal_that_is_known_nobody_is_taken_for_the_sender():
    found = explained(
        envelope_bytes(hcp_bytes(), trc_bytes()), pins=PinStore(()), notes=("a note",)
    )
    assert found.notes[0] == "a note"
    assert not any("taken to be" in note for note in found.notes)


def test_an_identification_needs_no_treatment_and_may_carry_a_next_of_kin():
    message = envelope(hcp_bytes(), nok_bytes())
    body = message[1]
    body[0].tag = "{urn:hl7-org:v3}PRPA_IN201305UV02"
    data = etree.tostring(message)
    assert explained(data).decision.reason is Reason.NOK_UNSUPPORTED
    allowed = explained(data, policy=AssertionPolicy(accept_next_of_kin=True))
    assert allowed.decision.is_accepted
    assert validity(allowed) == [True, True]


@pytest.mark.parametrize(
    ("data", "subject"),
    [
        (hcp_bytes, "HCP assertion"),
        (trc_bytes, "TRC assertion"),
        (nok_bytes, "next-of-kin assertion"),
    ],
)
def test_an_assertion_is_judged_by_itself(data, subject):
    found = explained(data())
    assert found.subject == subject
    assert found.decision.is_accepted
    assert found.decision.sentence == "signed by DK, unaltered and valid"
    assert validity(found) == [True]


def test_an_assertion_of_no_kind_is_denied_and_its_signature_examined():
    change = set_attribute("//s:Issuer", "NameQualifier", "urn:x")
    found = explained(resign(hcp_bytes(), change))
    assert found.decision.reason is Reason.ASSERTION_KIND_UNKNOWN
    assert validity(found) == [True]
    assert found.signatures[0].element.startswith("assertion of no known kind")


def test_old_forms_are_explained_by_the_policy_given():
    data = envelope_bytes(old_hcp(), old_trc())
    assert explained(data).decision.reason is Reason.ASSERTION_KIND_UNKNOWN
    found = explained(data, policy=AssertionPolicy(accept_old_forms=True))
    assert found.decision.is_accepted
    assert "old form" in json.dumps(found.to_json())


# Certificates


def test_a_certificate_is_tried_for_every_purpose():
    certificate = pki.seal("seal").certificate
    pem = pki.pem(certificate)
    for data in (pki.der(certificate), pem, b"a comment\n" + pem):
        found = explained(data)
        assert found.subject == "certificate"
        assert found.decision.is_accepted
        assert len(found.decisions) == 3
        assert found.signatures == ()


def test_a_fault_of_the_certificate_says_more_than_a_purpose_it_is_not_for():
    old = pki.certificate(valid_to=NOW - timedelta(days=1))
    pins = pki.pins((old, "DK", Purpose.TLS_SERVER))
    found = explained(pki.pem(old), pins=pins)
    assert found.decision.reason is Reason.CERTIFICATE_EXPIRED
    stranger = explained(pki.pem(old), pins=PinStore(()))
    assert stranger.decision.reason is Reason.SIGNER_NOT_PINNED


def test_of_several_certificates_the_first_is_judged():
    chain = pki.pem(pki.seal("seal").certificate) + pki.pem(pki.certificate())
    found = explained(chain)
    assert found.decision.is_accepted
    assert any("2 certificates" in note for note in found.notes)


# What is no such thing


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "as XML it is refused"),
        (b"hello", "as XML it is refused"),
        (b"<!DOCTYPE x><x/>", "as XML it is refused"),
        (b"<ClinicalDocument xmlns='urn:hl7-org:v3'/>", "its root is ClinicalDocument"),
        (b"\x30\x03\x02\x01\x01", "PKCS#12"),
        (
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "cannot be read as one",
        ),
    ],
)
def test_what_cannot_be_judged_says_what_it_is(data, said):
    with pytest.raises(Unreadable, match=said):
        explained(data)


# The forms


def test_the_json_has_the_keys_that_tools_read():
    found = explained(envelope_bytes(hcp_bytes(), trc_bytes())).to_json()
    assert list(found)[:4] == ["verdict", "reason", "sentence", "signatures"]
    assert found["verdict"] == "accept"
    assert found["reason"] == "accepted"
    for each in found["signatures"]:
        assert list(each)[:3] == ["element", "valid", "signer"]
        assert each["valid"] is True
        assert each["signer"].endswith("C=DK")
    json.dumps(found)


def test_the_policy_and_the_evidence_stand_with_each_assertion():
    found = explained(envelope_bytes(hcp_bytes(), trc_bytes())).to_json()
    steps = {each["subject"]: each for each in found["decisions"]}
    assert "clocks may differ by 0:01:00" in steps["HCP assertion"]["policy"]
    evidence = steps["signer of the HCP assertion"]["evidence"]
    assert any("matches the pin" in each for each in evidence)


def test_nobody_is_named_in_an_explanation():
    message = envelope_bytes(hcp_bytes(), trc_bytes(), nok_bytes())
    for data in (message, message.replace(b"Nyhavn", b"Vesterbro")):
        found = explained(data)
        for text in (as_text(found), json.dumps(found.to_json()), repr(found)):
            assert not [each for each in PRIVATE if each in text]


def test_the_text_begins_with_the_verdict_and_ends_with_the_remedy():
    data = envelope_bytes(hcp_bytes(), trc_bytes(hcp=own_hcp(hcp_bytes())))
    lines = as_text(explained(data.replace(b"TREATMENT", b"EMERGENCY"))).splitlines()
    assert lines[0] == "DENIED (digest-mismatch)"
    assert lines[1].startswith("HCP assertion: the element was altered")
    assert "What to do" in lines
    assert all(len(line) <= 80 for line in lines)
    assert as_text(explained(data)).startswith("ACCEPTED\n")


def test_every_reason_that_can_end_a_file_has_a_remedy():
    home = Path(trust.__file__).parent
    reachable = set().union(
        *(
            reasons_named_in(home / room, leaving_out="")
            for room in ("assertions", "certificates", "xmlsignature")
        )
    )
    assert reachable <= {reason.name for reason in REMEDIES}
    assert all(remedy_for(reason).endswith(".") for reason in Reason)
