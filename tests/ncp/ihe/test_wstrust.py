"""WS-Trust as portals speak it: both messages, both ways, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ncp.errors import PeerRefused, ProtocolError, Refusal
from ncp.exchange import HttpPayload
from ncp.ihe import namespaces as ns
from ncp.ihe.wstrust import (
    read_token_request,
    read_token_response,
    write_token_request,
    write_token_response,
)
from tests.trust import pki
from tests.trust.assertions.cast import DK, OTHER_HALF, PATIENT, hcp_bytes, trc_bytes
from tests.trust.pki import NOW
from trust.assertions import NextOfKin, PurposeOfUse, read_own_trc
from trust.sts import TreatmentClaims

MESSAGE_ID = "urn:uuid:11111111-2222-4333-8444-555555555555"
SOAP = "application/soap+xml; charset=UTF-8"
CLAIMS = TreatmentClaims(PATIENT, PurposeOfUse.TREATMENT, "RX1", "1234")
HCP = hcp_bytes()

# As OpenNCP's portals write it: the action is empty, no addressing but the MessageID.
PORTAL = f"""<env:Envelope xmlns:env="{ns.SOAP}"><env:Header>
  <wsa:MessageID xmlns:wsa="{ns.WSA}">{MESSAGE_ID}</wsa:MessageID>
  <wsse:Security xmlns:wsse="{ns.WSSE}">%s</wsse:Security>
</env:Header><env:Body>
  <wst:RequestSecurityToken xmlns:wst="{ns.WST}">
    <wst:RequestType>{ns.WST}/Issue</wst:RequestType>
    <wst:TokenType>urn:oasis:names:tc:SAML:2.0:assertion</wst:TokenType>
    %s
  </wst:RequestSecurityToken></env:Body></env:Envelope>"""
TREATMENT = f"""<trc:TRCParameters xmlns:trc="{ns.TRC_PARAMETERS}">
      <trc:PurposeOfUse>TREATMENT</trc:PurposeOfUse>
      <trc:PatientId>123^^^&amp;1.3.182.4.4&amp;ISO</trc:PatientId>
      <trc:DispensationPinCode/><trc:PrescriptionId/>
    </trc:TRCParameters>"""
KIN = f"""<nok:NoKParameters xmlns:nok="{ns.NOK_PARAMETERS}">
      <nok:NextOfKinId>kin-1</nok:NextOfKinId>
      <nok:NextOfKinBirthDate>02-01-1990</nok:NextOfKinBirthDate>
    </nok:NoKParameters>"""


def portal(parameters: str = TREATMENT, assertion: bytes = HCP) -> HttpPayload:
    body = PORTAL % ("@", parameters)
    return HttpPayload(SOAP, body.encode().replace(b"@", assertion, 1))


def read(payload: HttpPayload, soap_action: str | None = '""'):
    return read_token_request(payload, soap_action)


def refusal(payload: HttpPayload, soap_action: str | None = None) -> Refusal:
    with pytest.raises(ProtocolError) as caught:
        read(payload, soap_action)
    return caught.value.refusal


# A request --------------------------------------------------------------------------


@pytest.mark.spec("WS-Trust 1.3 4.1")
def test_a_request_of_a_portal_is_read():
    request = read(portal())
    assert request.message_id == MESSAGE_ID
    assert request.claims.patient.cx == "123^^^&1.3.182.4.4&ISO"
    assert request.claims.purpose_of_use is PurposeOfUse.TREATMENT
    assert request.claims.prescription_id is None
    assert request.claims.dispensation_pin is None
    assert b"Assertion" in request.security_header


def test_a_next_of_kin_is_read_with_the_birth_date_of_portals():
    assert read(portal(KIN)).claims == NextOfKin("kin-1", birth_date=date(1990, 1, 2))


@pytest.mark.parametrize("claims", [CLAIMS, TreatmentClaims(PATIENT), OTHER_HALF])
def test_what_is_written_is_read_back(claims):
    payload = write_token_request(
        claims,
        assertion=HCP,
        message_id=MESSAGE_ID,
        to="https://sts.lu/TRC-STS/SecurityTokenService",
        context="c1",
    )
    request = read(payload, None)
    assert request.claims == claims
    assert request.context == "c1"
    assert HCP in payload.body


@pytest.mark.parametrize(
    "action", [None, "", '""', ns.RST_ISSUE, f'"{ns.RST_ISSUE_OF_2005}"']
)
def test_the_action_may_be_silent_or_issue(action):
    assert read(portal(), action).message_id == MESSAGE_ID


def test_another_action_is_refused():
    assert refusal(portal(), f"{ns.WST}/RST/Cancel") is Refusal.ACTION_UNKNOWN


def changed(old: str, new: str, parameters: str = TREATMENT) -> HttpPayload:
    payload = portal(parameters)
    assert old.encode() in payload.body
    return HttpPayload(SOAP, payload.body.replace(old.encode(), new.encode(), 1))


UNSUPPORTED, CLAIM = Refusal.ISSUE_UNSUPPORTED, Refusal.ISSUE_CLAIMS_INVALID
LONG = "x" * 513
ID = "<trc:PatientId>123^^^&amp;1.3.182.4.4&amp;ISO</trc:PatientId>"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("/Issue<", "/Cancel<", UNSUPPORTED),
        ("2.0:assertion<", "1.1:assertion<", UNSUPPORTED),
        (
            "<wst:RequestType>",
            "<wst:KeyType>x</wst:KeyType><wst:RequestType>",
            UNSUPPORTED,
        ),
        ("<wst:TokenType>", "<wst:Lifetime/><wst:TokenType>", UNSUPPORTED),
        (TREATMENT, "", CLAIM),
        (TREATMENT, TREATMENT + KIN, CLAIM),
        (TREATMENT, TREATMENT + TREATMENT, UNSUPPORTED),
        (ID, "", CLAIM),
        (ID, ID + ID, UNSUPPORTED),
        (ID, ID + "<trc:Else>x</trc:Else>", UNSUPPORTED),
        (ID, "<trc:PatientId>123</trc:PatientId>", CLAIM),
        (ID, "<trc:PatientId><b/></trc:PatientId>", CLAIM),
        (ID, f"<trc:PatientId>{'1' * 300}</trc:PatientId>", CLAIM),
        (">TREATMENT<", ">RESEARCH<", CLAIM),
        ("Token xmlns", f'Token Context="{LONG}" xmlns', UNSUPPORTED),
    ],
    ids=[
        "cancel",
        "saml-1",
        "key-type",
        "lifetime",
        "no-claims",
        "both-claims",
        "claims-twice",
        "no-patient",
        "two-patients",
        "unknown-claim",
        "patient-form",
        "patient-elements",
        "patient-length",
        "purpose",
        "context",
    ],
)
def test_a_request_that_is_not_served_says_which(old, new, reason):
    assert refusal(changed(old, new)) is reason


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<nok:NextOfKinId>kin-1</nok:NextOfKinId>", ""),
        ("<nok:NextOfKinId>kin-1<", "<nok:NextOfKinId> <"),
        ("02-01-1990", "02-13-1990"),
        ("02-01-1990", "2-1-1990"),
        ("02-01-1990", "long ago"),
    ],
)
def test_a_next_of_kin_needs_an_identifier_and_a_real_birth_date(old, new):
    assert refusal(changed(old, new, KIN)) is CLAIM


def test_a_request_without_message_id_is_refused():
    start = portal().body.index(b"<wsa:MessageID")
    end = portal().body.index(b"</wsa:MessageID>") + 16
    body = portal().body[:start] + portal().body[end:]
    assert refusal(HttpPayload(SOAP, body)) is Refusal.BODY_INVALID


def test_another_body_is_refused():
    payload = changed("RequestSecurityToken xmlns", "Other xmlns")
    body = payload.body.replace(b"/wst:RequestSecurityToken>", b"/wst:Other>")
    assert refusal(HttpPayload(SOAP, body)) is Refusal.ISSUE_UNSUPPORTED


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (HttpPayload("text/xml", portal().body), Refusal.MEDIA_TYPE_UNSUPPORTED),
        (HttpPayload(SOAP, b"<a/>"), Refusal.NOT_SOAP_12),
        (HttpPayload(SOAP, b"<a"), Refusal.MALFORMED_XML),
        (HttpPayload(SOAP, b"<!DOCTYPE a><a/>"), Refusal.DTD_PRESENT),
    ],
    ids=["media-type", "no-soap", "malformed", "dtd"],
)
def test_what_is_no_message_is_refused(payload, reason):
    assert refusal(payload) is reason


def test_no_refusal_repeats_a_claim():
    payload = changed("123^^^", "CANARY^^^^")
    with pytest.raises(ProtocolError) as caught:
        read(payload)
    assert "CANARY" not in caught.value.public_message
    assert "1.3.182" not in repr(read(portal()))


# An answer --------------------------------------------------------------------------

TRC = trc_bytes()


def answer(**changes) -> HttpPayload:
    terms = {
        "created": NOW,
        "expires": NOW + timedelta(hours=2),
        "message_id": "urn:uuid:answer",
        "relates_to": MESSAGE_ID,
        "context": "c1",
    }
    return write_token_response(TRC, **(terms | changes))


def test_an_answer_is_read_back_with_the_assertion_byte_for_byte():
    found = read_token_response(answer(), MESSAGE_ID)
    assert TRC in answer().body
    trc = read_own_trc(found.assertion, key=pki.seal("seal"), country=DK)
    assert trc.patient == PATIENT
    assert (found.created, found.expires) == (NOW, NOW + timedelta(hours=2))
    assert found.context == "c1"


def test_the_spelling_of_openncp_is_read():
    payload = answer()
    body = payload.body.replace(b"wst:Lifetime", b"wst:LifeTime")
    found = read_token_response(replace(payload, body=body), MESSAGE_ID)
    assert found.expires == NOW + timedelta(hours=2)


def bent(old: bytes, new: bytes) -> HttpPayload:
    payload = answer()
    assert old in payload.body
    return replace(payload, body=payload.body.replace(old, new))


@pytest.mark.parametrize(
    "payload",
    [
        answer(relates_to="urn:uuid:other"),
        bent(TRC, b""),
        bent(TRC, TRC + TRC),
        bent(b"ResponseCollection", b"ResponseBag"),
        bent(b"wst:Lifetime", b"wst:Span"),
        bent(b"Z</wsu:Expires", b"</wsu:Expires"),
        HttpPayload("text/html", b"<html/>"),
    ],
    ids=["other", "none", "two", "root", "lifetime", "zone", "html"],
)
def test_an_answer_that_cannot_be_relied_on_is_refused(payload):
    with pytest.raises(ProtocolError) as caught:
        read_token_response(payload, MESSAGE_ID)
    assert caught.value.refusal is Refusal.PEER_ANSWER_INVALID


def test_a_fault_is_told_with_its_codes():
    fault = f"""<e:Envelope xmlns:e="{ns.SOAP}"><e:Body><e:Fault><e:Code>
      <e:Value>e:Sender</e:Value></e:Code><e:Reason><e:Text xml:lang="en">no</e:Text>
      </e:Reason></e:Fault></e:Body></e:Envelope>"""
    with pytest.raises(PeerRefused) as caught:
        read_token_response(HttpPayload(SOAP, fault.encode()), MESSAGE_ID)
    assert "Sender" in caught.value.codes
