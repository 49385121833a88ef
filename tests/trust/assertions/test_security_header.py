"""The security header as a unit: wrapping, repetition, strangers, foreign signers."""

from __future__ import annotations

import uuid

import pytest
from lxml import etree

from tests.trust import pki
from tests.trust.assertions.cast import (
    DK,
    FI,
    NOW,
    PATIENT,
    decide,
    envelope,
    envelope_bytes,
    hcp_bytes,
    own_hcp,
    seal_pins,
    trc_bytes,
)
from tests.trust.resign import (
    NS,
    resign,
    set_attribute,
    set_text,
    unsigned,
)
from trust.assertions import Permission, decide_trc_patient
from trust.certificates import Purpose
from trust.decision import Reason
from trust.identifiers import Oid, PatientId
from trust.namespaces import DS, SAML, SOAP_12, WSSE
from trust.xml import SOAP_LIMITS, parse_xml

SECURITY = f"{{{WSSE}}}Security"
ASSERTION = f"{{{SAML}}}Assertion"
EVIL_ID = uuid.UUID("00000000-0000-4000-8000-000000000bad")


def security_of(message: etree._Element) -> etree._Element:
    return next(message.iter(SECURITY))


def assertions_of(message: etree._Element) -> list[etree._Element]:
    return list(security_of(message))


def reparsed(message: etree._Element) -> etree._Element:
    return parse_xml(etree.tostring(message), SOAP_LIMITS)


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


# Who signed


def test_a_signer_nobody_pinned_is_refused():
    evil = pki.seal("evil")
    belief = decide(envelope(hcp_bytes(key=evil), trc_bytes()))
    assert belief.decision.reason is Reason.SIGNER_NOT_PINNED
    assert belief.hcp is None
    belief = decide(
        envelope(hcp_bytes(), trc_bytes(key=evil, hcp=own_hcp(hcp_bytes())))
    )
    assert belief.decision.reason is Reason.SIGNER_NOT_PINNED
    assert belief.hcp is not None
    assert belief.trc is None


def test_a_certificate_of_the_same_authority_but_another_leaf_is_refused():
    key = pki.seal("seal")
    same_name = pki.certificate(key.private_key)
    pins = pki.pins((same_name, "DK", Purpose.SEAL))
    belief = decide(envelope(hcp_bytes(), trc_bytes()), pins=pins)
    assert belief.decision.reason is Reason.SIGNER_NOT_PINNED


def test_a_tls_certificate_cannot_seal():
    cert = pki.seal("seal").certificate
    pins = pki.pins((cert, "DK", Purpose.TLS_CLIENT), (cert, "DK", Purpose.TLS_SERVER))
    belief = decide(envelope(hcp_bytes(), trc_bytes()), pins=pins)
    assert belief.decision.reason is Reason.CERTIFICATE_WRONG_PURPOSE


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        (NOW + pki.YEAR + pki.HOUR, Reason.CERTIFICATE_EXPIRED),
        (NOW - pki.YEAR - pki.HOUR, Reason.CERTIFICATE_NOT_YET_VALID),
    ],
)
def test_the_signer_must_be_valid_at_the_moment(moment, reason):
    message = envelope(
        hcp_bytes(now=moment), trc_bytes(own_hcp(hcp_bytes(now=moment)), now=moment)
    )
    assert decide(message, now=moment).decision.reason is reason


def test_an_assertion_presented_by_another_country_is_refused():
    belief = decide(envelope(hcp_bytes(), trc_bytes()), peer_country=FI)
    assert belief.decision.reason is Reason.SIGNER_OF_ANOTHER_COUNTRY
    assert belief.hcp is not None, "the audit names who was presented"


def test_a_trc_assertion_sealed_by_another_country_is_refused():
    finland = pki.seal("fi")
    pins = seal_pins(DK=pki.seal("seal"), FI=finland)
    trc = resign(
        trc_bytes(), set_text("//s:Issuer", "urn:initgw:FI:countryB"), seal="fi"
    )
    belief = decide(envelope(hcp_bytes(), trc), pins=pins)
    assert belief.decision.reason is Reason.SIGNER_OF_ANOTHER_COUNTRY
    binding = belief.decisions[-1]
    assert binding.reason is Reason.TRC_OF_ANOTHER_HCP


def test_old_and_new_seal_of_one_country_may_overlap():
    new = pki.ec_seal("seal-ec")
    pins = pki.pins(
        (pki.seal("seal").certificate, "DK", Purpose.SEAL),
        (new.certificate, "DK", Purpose.SEAL),
    )
    hcp = hcp_bytes(key=new)
    trc = trc_bytes(own_hcp(hcp, key=new))
    assert decide(envelope(hcp, trc), pins=pins).decision.is_accepted


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


# Signature wrapping: the signed original is kept somewhere, another one is read


@pytest.fixture
def wrapped():
    """A good message and an evil twin of its HCP assertion, unsigned."""
    message = envelope(hcp_bytes(), trc_bytes())
    original = assertions_of(message)[0]
    evil = etree.fromstring(etree.tostring(original))
    evil.set("ID", f"_{EVIL_ID}")
    evil.find("s:Subject/s:NameID", NS).text = "mallory"
    signature = evil.find("ds:Signature", NS)
    evil.remove(signature)
    return message, original, evil, signature


def xsw1(message, original, evil, signature):
    """The original after the evil one, whose signature refers to it."""
    evil.insert(1, signature)
    security_of(message).insert(0, evil)


def xsw2(message, original, evil, signature):
    """As 1, with the signature taken out of the original."""
    original.remove(original[1])
    evil.insert(1, signature)
    security_of(message).insert(1, evil)


def xsw3(message, original, evil, signature):
    """The evil one, unsigned, before the original."""
    security_of(message).insert(0, evil)


def xsw4(message, original, evil, signature):
    """The original inside the evil one."""
    security_of(message).insert(0, evil)
    evil.append(original)


def xsw5(message, original, evil, signature):
    """The signature in the evil one, the bare original at the end."""
    original.remove(original[1])
    security_of(message).insert(0, evil)
    evil.insert(1, signature)
    security_of(message).append(original)


def xsw6(message, original, evil, signature):
    """The bare original inside the signature of the evil one."""
    security_of(message).insert(0, evil)
    evil.insert(1, signature)
    original.remove(original[1])
    signature.append(original)


def xsw7(message, original, evil, signature):
    """The original under an extension."""
    security_of(message).insert(0, evil)
    etree.SubElement(evil, f"{{{SAML}}}Extensions").append(original)


def xsw8(message, original, evil, signature):
    """The bare original under an object of the signature."""
    security_of(message).insert(0, evil)
    evil.insert(1, signature)
    original.remove(original[1])
    etree.SubElement(signature, f"{{{DS}}}Object").append(original)


def in_advice(message, original, evil, signature):
    """The original in the advice of the evil one."""
    security_of(message).insert(0, evil)
    evil.insert(1, signature)
    advice = etree.Element(f"{{{SAML}}}Advice")
    evil.insert(4, advice)
    advice.append(original)


def in_the_body(message, original, evil, signature):
    """The original in the body, the evil one in its place."""
    evil.insert(1, signature)
    security_of(message).replace(original, evil)
    message[1].append(original)


def in_another_header(message, original, evil, signature):
    evil.insert(1, signature)
    security_of(message).replace(original, evil)
    etree.SubElement(message[0], "{urn:x}Kept").append(original)


def same_id(message, original, evil, signature):
    """The evil one in the place of the original, under its ID."""
    evil.set("ID", original.get("ID"))
    evil.insert(1, signature)
    security_of(message).replace(original, evil)
    etree.SubElement(message[0], "{urn:x}Kept", ID=original.get("ID"))


def only_the_id(message, original, evil, signature):
    """The evil one in the place of the original, under its ID and signature."""
    evil.set("ID", original.get("ID"))
    evil.insert(1, signature)
    security_of(message).replace(original, evil)


WRAPPINGS = (
    xsw1,
    xsw2,
    xsw3,
    xsw4,
    xsw5,
    xsw6,
    xsw7,
    xsw8,
    in_advice,
    in_the_body,
    in_another_header,
    same_id,
    only_the_id,
)


@pytest.mark.parametrize("wrap", WRAPPINGS)
@pytest.mark.parametrize("parsed_again", [False, True])
def test_a_wrapped_signature_is_refused_and_the_evil_twin_never_read(
    wrapped, wrap, parsed_again
):
    message, original, evil, signature = wrapped
    wrap(message, original, evil, signature)
    belief = decide(reparsed(message) if parsed_again else message)
    assert not belief.decision.is_accepted
    assert belief.hcp is None or belief.hcp.name_id == "dr-1"


def test_an_identifier_that_stands_twice_is_refused():
    message = envelope(hcp_bytes(), trc_bytes())
    message[1].set("ID", "twice")
    etree.SubElement(message[1], "{urn:x}x").set("Id", "twice")
    assert decide(message).decision.reason is Reason.ID_NOT_UNIQUE


def test_ids_of_registry_objects_are_their_own_affair():
    message = envelope(hcp_bytes(), trc_bytes())
    message[1].set("id", "twice")
    etree.SubElement(message[1], "{urn:x}x").set("id", "twice")
    assert decide(message).decision.is_accepted


def test_an_assertion_under_the_id_of_the_other_is_refused():
    trc = trc_bytes(assertion_id=uuid.UUID("11111111-2222-4333-8444-555555555555"))
    belief = decide(envelope(hcp_bytes(), trc))
    assert belief.decision.reason is Reason.ID_NOT_UNIQUE


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
