"""The security header as a unit: what may stand in it, and whom it speaks of."""

from __future__ import annotations

import uuid

import pytest
from lxml import etree

from tests.trust.assertions.cast import (
    DK,
    NOW,
    PATIENT,
    decide,
    envelope,
    envelope_bytes,
    hcp_bytes,
    trc_bytes,
)
from tests.trust.assertions.header import (
    ASSERTION,
    EVIL_ID,
    SECURITY,
    assertions_of,
    security_of,
)
from tests.trust.resign import (
    resign,
    set_attribute,
    set_text,
    unsigned,
)
from trust.assertions import Permission, decide_trc_patient
from trust.decision import Reason
from trust.identifiers import Oid, PatientId
from trust.namespaces import DS, SAML, SOAP_12


def test_a_good_header_is_believed_step_by_step():
    belief = decide(envelope(hcp_bytes(), trc_bytes()))
    assert belief.decision.is_accepted
    assert [each.subject for each in belief.decisions] == [
        "security header",
        "signer of the HCP assertion",
        "HCP assertion",
        "signer of the TRC assertion",
        "TRC assertion",
        "binding of TRC to HCP assertion",
    ]
    assert all(each.is_accepted and each.moment == NOW for each in belief.decisions)
    assert len(belief.decision.evidence) == len(belief.decisions)


def test_the_message_is_left_as_it_was():
    message = envelope(hcp_bytes(), trc_bytes())
    before = etree.tostring(message)
    decide(message)
    assert etree.tostring(message) == before


def test_a_trc_assertion_that_is_not_needed_is_verified_all_the_same():
    belief = decide(envelope(hcp_bytes(), trc_bytes()), trc_required=False)
    assert belief.decision.is_accepted
    assert belief.trc is not None
    bad = resign(trc_bytes(), set_text("//s:AssertionIDRef", "_other"))
    belief = decide(envelope(hcp_bytes(), bad), trc_required=False)
    assert belief.decision.reason is Reason.TRC_OF_ANOTHER_HCP


def test_an_absent_header_is_refused():
    message = envelope(hcp_bytes())
    message[0].remove(message[0][0])
    assert decide(message).decision.reason is Reason.SECURITY_HEADER_ABSENT
    message.remove(message[0])
    assert decide(message).decision.reason is Reason.SECURITY_HEADER_ABSENT
    assert decide(b"<a/>").decision.reason is Reason.SECURITY_HEADER_ABSENT


@pytest.mark.spec("SOAP 1.2 Part 1 2.2")
def test_a_header_for_another_recipient_is_not_ours():
    message = envelope(hcp_bytes(), trc_bytes())
    for role in ("next", "ultimateReceiver"):
        security_of(message).set(f"{{{SOAP_12}}}role", f"{SOAP_12}/role/{role}")
        assert decide(message).decision.is_accepted
    security_of(message).set(f"{{{SOAP_12}}}role", "urn:somebody-else")
    assert decide(message).decision.reason is Reason.SECURITY_HEADER_ABSENT


@pytest.mark.spec("WS-Security 1.1.1 5")
def test_two_headers_are_refused():
    message = envelope(hcp_bytes(), trc_bytes())
    etree.SubElement(message[0], SECURITY)
    assert decide(message).decision.reason is Reason.SECURITY_HEADER_REPEATED
    message = envelope(hcp_bytes(), trc_bytes())
    message.insert(0, etree.Element(message[0].tag))
    assert decide(message).decision.reason is Reason.SECURITY_HEADER_REPEATED


@pytest.mark.parametrize(
    "stranger",
    [
        "{urn:x}Timestamp",
        f"{{{DS}}}Signature",
        f"{{{SAML}}}EncryptedAssertion",
        "{urn:oasis:names:tc:SAML:1.0:assertion}Assertion",
        "Assertion",
    ],
)
def test_anything_but_assertions_in_the_header_is_refused(stranger):
    message = envelope(hcp_bytes(), trc_bytes())
    etree.SubElement(security_of(message), stranger)
    reason = decide(message).decision.reason
    assert reason is Reason.SECURITY_HEADER_FOREIGN_CONTENT


def test_a_comment_in_the_header_is_refused_where_the_parser_left_it():
    message = envelope(hcp_bytes(), trc_bytes())
    security_of(message).append(etree.Comment("x"))
    reason = decide(message).decision.reason
    assert reason is Reason.SECURITY_HEADER_FOREIGN_CONTENT


@pytest.mark.parametrize(
    "qualifier",
    [
        "",
        "urn:ehdsi:assertions:HCP",
        "urn:ehdsi:assertions:hcp ",
        "urn:ehdsi:assertions",
    ],
)
def test_an_assertion_of_no_known_kind_is_refused(qualifier):
    data = resign(hcp_bytes(), set_attribute("//s:Issuer", "NameQualifier", qualifier))
    belief = decide(envelope(data, trc_bytes()))
    assert belief.decision.reason is Reason.ASSERTION_KIND_UNKNOWN


def test_an_assertion_that_does_not_begin_with_issuer_is_of_no_kind():
    message = envelope(hcp_bytes(), trc_bytes())
    etree.SubElement(security_of(message), ASSERTION)
    assert decide(message).decision.reason is Reason.ASSERTION_KIND_UNKNOWN
    assertions_of(message)[2].append(etree.Element("{urn:x}Issuer"))
    assert decide(message).decision.reason is Reason.ASSERTION_KIND_UNKNOWN


def test_an_hcp_assertion_cannot_pass_for_a_trc_assertion_nor_the_reverse():
    def swapped(kind: str):
        return set_attribute(
            "//s:Issuer", "NameQualifier", f"urn:ehdsi:assertions:{kind}"
        )

    as_trc = resign(hcp_bytes(assertion_id=EVIL_ID), swapped("trc"))
    belief = decide(envelope(hcp_bytes(), as_trc))
    assert not belief.decision.is_accepted
    assert belief.trc is None
    as_hcp = resign(trc_bytes(), swapped("hcp"))
    belief = decide(envelope(as_hcp), trc_required=False)
    assert not belief.decision.is_accepted
    assert belief.hcp is None


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("hcp", Reason.HCP_REPEATED),
        ("trc", Reason.TRC_REPEATED),
        ("nok", Reason.NOK_REPEATED),
    ],
)
def test_two_assertions_of_one_kind_are_refused(kind, reason):
    change = set_attribute(
        "//s:Issuer", "NameQualifier", f"urn:ehdsi:assertions:{kind}"
    )
    two = (resign(hcp_bytes(assertion_id=uuid.UUID(int=n)), change) for n in (1, 2))
    assert decide(envelope(*two)).decision.reason is reason


def test_a_missing_hcp_assertion_is_refused():
    assert decide(envelope(trc_bytes())).decision.reason is Reason.HCP_ABSENT
    assert decide(envelope()).decision.reason is Reason.HCP_ABSENT


def test_a_missing_trc_assertion_is_refused_where_it_is_needed():
    belief = decide(envelope(hcp_bytes()))
    assert belief.decision.reason is Reason.TRC_ABSENT
    assert belief.hcp is not None
    assert decide(envelope(hcp_bytes()), trc_required=False).decision.is_accepted


def test_a_next_of_kin_assertion_is_recognised_and_refused():
    change = set_attribute("//s:Issuer", "NameQualifier", "urn:ehdsi:assertions:nok")
    nok = resign(hcp_bytes(assertion_id=EVIL_ID), change)
    belief = decide(envelope(hcp_bytes(), nok), trc_required=False)
    assert belief.decision.reason is Reason.NOK_UNSUPPORTED
    assert belief.hcp is not None


# Altered


def test_an_unsigned_assertion_is_refused():
    naked = etree.tostring(unsigned(hcp_bytes()))
    belief = decide(envelope(naked, trc_bytes()))
    assert belief.decision.reason is Reason.SIGNATURE_ABSENT
    assert belief.hcp is None
    assert belief.trc is not None


def test_an_altered_assertion_is_refused():
    altered = hcp_bytes().replace(b"PRD-003", b"PRD-004")
    belief = decide(envelope(altered, trc_bytes()))
    assert belief.decision.reason is Reason.DIGEST_MISMATCH
    assert belief.hcp is None


def test_a_pretty_printed_assertion_is_refused():
    root = etree.fromstring(hcp_bytes())
    etree.indent(root)
    belief = decide(envelope(etree.tostring(root), trc_bytes()))
    assert not belief.decision.is_accepted


def test_the_first_refusal_is_the_verdict_on_the_whole():
    altered = hcp_bytes().replace(b"PRD-003", b"PRD-004")
    naked = etree.tostring(unsigned(trc_bytes()))
    belief = decide(envelope(altered, naked))
    assert belief.decision.reason is Reason.DIGEST_MISMATCH
    refused = [each.reason for each in belief.decisions if not each.is_accepted]
    assert refused == [Reason.DIGEST_MISMATCH, Reason.SIGNATURE_ABSENT]


# Comments


def test_a_comment_in_a_signed_value_does_not_shorten_it():
    # Exclusive canonical form drops comments, so the signature still holds.
    data = envelope_bytes(hcp_bytes(), trc_bytes())
    split = data.replace(b">dr-1<", b">dr<!-- -->-1<")
    belief = decide(split)
    assert belief.decision.is_accepted
    assert belief.hcp is not None
    assert belief.hcp.name_id == "dr-1"


def test_a_comment_that_the_parser_kept_is_refused():
    data = envelope_bytes(hcp_bytes(), trc_bytes())
    message = etree.fromstring(data.replace(b">dr-1<", b">dr<!-- -->-1<"))
    assert decide(message).decision.reason is Reason.SIGNATURE_FORM_REFUSED


# The right patient


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (PATIENT, Reason.ACCEPTED),
        (PatientId(PATIENT.root, "1985051512346"), Reason.TRC_OF_ANOTHER_PATIENT),
        (
            PatientId(Oid("1.3.182.4.5"), PATIENT.extension),
            Reason.TRC_OF_ANOTHER_PATIENT,
        ),
    ],
)
def test_the_trc_assertion_must_be_about_the_patient_asked_for(asked, reason):
    trc = decide(envelope(hcp_bytes(), trc_bytes())).trc
    assert trc is not None
    decision = decide_trc_patient(trc, asked, NOW)
    assert decision.reason is reason
    assert asked.extension not in repr(decision)


def test_permissions_survive_the_journey():
    belief = decide(envelope(hcp_bytes(), trc_bytes()))
    assert belief.hcp is not None
    assert belief.hcp.permissions == tuple(Permission)
    assert belief.hcp.signer_country == DK
