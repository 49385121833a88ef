"""What is issued is limited and recorded first, whichever way it was asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from ncp.audit import TokenKind
from ncp.country_b.token_endpoint import TokenEndpoint, TokenMessage
from ncp.country_b.treatment import SoughtPatient
from ncp.errors import PeerRefused, PolicyError, Refusal, TrustError
from ncp.exchange import HttpPayload, OutboundHttp
from ncp.ihe import namespaces as ns
from ncp.ihe.wstrust import read_token_response, write_token_request
from ncp.store import StoreUnavailable
from tests.ncp.country_a.scene import DANISH_HOME, DENMARK, DOCTOR, EVA, NOW
from tests.ncp.country_b.scene import LUXEMBOURG, CountryB
from tests.trust import pki
from tests.trust.assertions.cast import OTHER_HALF
from trust.assertions import (
    AssertionPolicy,
    HealthProfessional,
    build_hcp_assertion,
    read_own_nok,
    read_own_trc,
)
from trust.certificates import SigningKey
from trust.decision import Reason
from trust.identifiers import CountryCode
from trust.sts import TreatmentClaims

MESSAGE_ID = "urn:uuid:11111111-2222-4333-8444-555555555555"
CLAIMS = TreatmentClaims(EVA)
DENIED = [("EHDSI-92", 12), ("access-denied", 8)]
COLLEAGUE = replace(DOCTOR, identifier="doctor-2")


class Portal:
    """A national portal in front of country B."""

    def __init__(self, country: CountryB) -> None:
        self.country = country
        self.endpoint = TokenEndpoint(country.desk)
        self.seal = country.services.seal

    def hcp(
        self,
        professional: HealthProfessional = DOCTOR,
        key: SigningKey | None = None,
        country: CountryCode = DENMARK,
    ) -> bytes:
        services = self.country.services
        return build_hcp_assertion(
            professional,
            country=country,
            home_community_id=DANISH_HOME,
            key=key or self.seal,
            now=services.clock.now(),
            assertion_id=services.fresh_ids.uuid(),
        )

    def request(self, claims=CLAIMS, assertion=None, message_id=MESSAGE_ID):
        return write_token_request(
            claims,
            assertion=assertion or self.hcp(),
            message_id=message_id,
            to="http://127.0.0.1/TRC-STS/SecurityTokenService",
        )

    def ask(
        self, payload: HttpPayload | None = None, kind=TokenKind.TRC, who=DOCTOR
    ) -> OutboundHttp:
        payload = self.request() if payload is None else payload
        message = TokenMessage(who, kind, payload, '""', "192.0.2.7")
        return self.endpoint.answer(message)

    def trail(self) -> list[tuple[str, int]]:
        entries = self.country.store.audit_trail()
        return [(each.event, each.outcome) for each in entries]

    def last_event(self) -> etree._Element:
        *_, entry = self.country.store.audit_trail()
        return etree.fromstring(entry.dicom)


@pytest.fixture
def portal(country_b: CountryB) -> Portal:
    return Portal(country_b)


def subcode(answer: OutboundHttp) -> str:
    root = etree.fromstring(answer.payload.body)
    value = root.find(f".//{{{ns.SOAP}}}Subcode/{{{ns.SOAP}}}Value")
    return value.text.rpartition(":")[2] if value is not None else ""


def text(answer: OutboundHttp) -> str:
    root = etree.fromstring(answer.payload.body)
    return root.findtext(f".//{{{ns.SOAP}}}Text")


# For ourselves ----------------------------------------------------------------------


def test_a_confirmation_is_recorded_with_its_assertion(country_b, portal):
    handle = country_b.treating(EVA)
    assert portal.trail()[-1] == ("EHDSI-92", 0)
    treatment = country_b.store.treatments.load(handle)
    trc = read_own_trc(treatment.trc_assertion, key=portal.seal, country=DENMARK)
    event = portal.last_event()
    told = {
        each.get("ParticipantObjectID")
        for each in event.findall("ParticipantObjectIdentification")
    }
    assert told == {EVA.cx, f"urn:uuid:{trc.id.removeprefix('_')}"}


def test_a_confirmation_that_cannot_be_recorded_leaves_no_assertion(country_b):
    handle = country_b.handle_of(EVA)
    country_b.store.close()
    with pytest.raises(StoreUnavailable):
        country_b.gateway.confirm(DOCTOR, handle, "TREATMENT")


def test_a_professional_over_the_limit_waits_and_is_recorded(country_b, portal):
    handle = country_b.handle_of(EVA)
    for _ in range(country_b.desk.limit.most):
        country_b.gateway.confirm(DOCTOR, handle, "TREATMENT")
    with pytest.raises(PolicyError) as refused:
        country_b.gateway.confirm(DOCTOR, handle, "TREATMENT")
    assert refused.value.refusal is Refusal.ISSUE_LIMIT_REACHED
    assert "600 seconds" in refused.value.remedy
    assert portal.trail()[-2:] == DENIED
    country_b.country_a.clock.moment += timedelta(minutes=10)
    assert country_b.gateway.confirm(DOCTOR, handle, "TREATMENT")


def test_nothing_is_issued_when_the_log_in_is_over(country_b):
    handle = country_b.handle_of(EVA)
    treatment = country_b.store.treatments.load(handle)
    country_b.country_a.clock.moment += timedelta(hours=4)
    later = replace(treatment, expires=treatment.expires + timedelta(hours=1))
    with country_b.store.unit_of_work() as work:
        work.treatment(later)
        work.commit()
    with pytest.raises(TrustError) as refused:
        country_b.gateway.confirm(DOCTOR, handle, "TREATMENT")
    assert refused.value.refusal is Reason.ASSERTION_EXPIRED


def test_a_next_of_kin_is_vouched_for_and_believed_abroad(country_b, portal):
    country_a = country_b.country_a
    policy = AssertionPolicy(accept_next_of_kin=True)
    country_a.serve_by(replace(country_a.services, assertion_policy=policy))
    sought = SoughtPatient((EVA,), next_of_kin=OTHER_HALF)
    found = country_b.gateway.identify(DOCTOR, LUXEMBOURG, sought)
    assert len(found.patients) == 1
    assert portal.trail() == [("EHDSI-91", 0), ("EHDSI-96", 0), ("ITI-55", 0)]


def test_a_country_that_does_not_search_by_next_of_kin_refuses(country_b, portal):
    sought = SoughtPatient((EVA,), next_of_kin=OTHER_HALF)
    with pytest.raises(PeerRefused) as refused:
        country_b.gateway.identify(DOCTOR, LUXEMBOURG, sought)
    assert refused.value.codes == ("4705",)


# For a portal -----------------------------------------------------------------------


@pytest.mark.spec("WS-Trust 1.3 4.4")
def test_a_portal_gets_a_treatment_assertion(portal):
    answer = portal.ask()
    assert answer.status == 200
    response = read_token_response(answer.payload, MESSAGE_ID)
    trc = read_own_trc(response.assertion, key=portal.seal, country=DENMARK)
    assert trc.patient == EVA
    assert response.expires == trc.not_on_or_after == NOW + timedelta(hours=2)
    assert portal.trail() == [("EHDSI-92", 0)]


def test_a_portal_gets_a_next_of_kin_assertion(portal):
    answer = portal.ask(portal.request(OTHER_HALF), TokenKind.NOK)
    response = read_token_response(answer.payload, MESSAGE_ID)
    nok = read_own_nok(response.assertion, key=portal.seal, country=DENMARK)
    assert nok.next_of_kin == OTHER_HALF
    assert portal.trail() == [("EHDSI-96", 0)]


def test_the_record_of_a_portal_has_both_messages_and_the_address(portal):
    answer = portal.ask()
    event = portal.last_event()
    codes = {
        each.find("ParticipantObjectIDTypeCode").get("csd-code"): each
        for each in event.findall("ParticipantObjectIdentification")
    }
    assert codes["req"].get("ParticipantObjectID") == MESSAGE_ID
    sent = codes["rsp"].get("ParticipantObjectID")
    assert sent.encode() in answer.payload.body
    human = event.findall("ActiveParticipant")[1]
    assert human.get("NetworkAccessPointID") == "192.0.2.7"
    assert DOCTOR.identifier in human.get("UserID")


def test_the_same_request_again_is_served_again(portal):
    payload = portal.request()
    assert [portal.ask(payload).status for _ in range(2)] == [200, 200]


def test_the_same_message_id_with_another_request_is_refused(portal):
    hcp = portal.hcp()
    portal.ask(portal.request(assertion=hcp))
    emergency = replace(CLAIMS, prescription_id="RX1")
    answer = portal.ask(portal.request(emergency, hcp))
    assert answer.status == 400
    assert "MessageID was already used" in text(answer)
    assert portal.trail()[-2:] == DENIED


FAILED = "FailedAuthentication"


def refused(portal: Portal, answer: OutboundHttp, code: str, word: str) -> None:
    assert answer.status >= 400
    assert subcode(answer) == code
    assert word in text(answer)
    assert b"Assertion" not in answer.payload.body.split(b"Body>")[1]


def test_an_assertion_of_a_colleague_is_refused_and_recorded(portal):
    answer = portal.ask(portal.request(assertion=portal.hcp(COLLEAGUE)))
    refused(portal, answer, FAILED, "another professional")
    assert portal.trail() == DENIED


def test_a_stolen_assertion_does_not_serve_another_token(portal):
    answer = portal.ask(who=COLLEAGUE)
    refused(portal, answer, FAILED, "another professional")


@pytest.mark.parametrize(
    ("key", "country"),
    [("stranger", DENMARK), ("lu", CountryCode("LU"))],
    ids=["unknown", "abroad"],
)
def test_an_assertion_that_nobody_here_vouches_for_is_refused(portal, key, country):
    forged = portal.hcp(key=pki.seal(key), country=country)
    answer = portal.ask(portal.request(assertion=forged))
    refused(portal, answer, FAILED, "is not pinned")
    assert portal.trail() == DENIED


def test_an_altered_assertion_is_refused(portal):
    payload = portal.request()
    body = payload.body.replace(b"Rigshospitalet", b"Rigshospital3t")
    answer = portal.ask(replace(payload, body=body))
    refused(portal, answer, FAILED, "altered")


def test_a_request_without_assertion_is_refused(portal):
    payload = portal.request()
    start = payload.body.index(b"<saml2:Assertion")
    end = payload.body.index(b"</saml2:Assertion>") + len(b"</saml2:Assertion>")
    answer = portal.ask(
        replace(payload, body=payload.body[:start] + payload.body[end:])
    )
    refused(portal, answer, FAILED, "no HCP assertion")


def test_an_expired_assertion_is_refused(portal):
    payload = portal.request()
    portal.country.country_a.clock.moment += timedelta(hours=5)
    refused(portal, portal.ask(payload), FAILED, "expired")


@pytest.mark.parametrize(
    ("claims", "kind"), [(CLAIMS, TokenKind.NOK), (OTHER_HALF, TokenKind.TRC)]
)
def test_each_kind_has_its_own_address(portal, claims, kind):
    answer = portal.ask(portal.request(claims), kind)
    refused(portal, answer, "BadRequest", "not served at this address")


def test_a_portal_over_the_limit_is_told_so_by_http_too(portal):
    for number in range(portal.country.desk.limit.most):
        assert portal.ask(portal.request(message_id=f"urn:{number}")).status == 200
    answer = portal.ask(portal.request(message_id="urn:last"))
    assert answer.status == 429
    refused(portal, answer, "RequestFailed", "no more are")


def test_refusals_do_not_spend_the_limit(portal):
    for number in range(portal.country.desk.limit.most + 1):
        portal.ask(portal.request(message_id=f"urn:{number}"), who=COLLEAGUE)
    assert portal.ask(portal.request(message_id="urn:mine")).status == 200


def test_a_request_that_is_no_message_is_a_fault_without_a_record(portal):
    answer = portal.ask(HttpPayload("application/soap+xml", b"<a"))
    assert answer.status == 400
    assert portal.trail() == []


def test_an_issue_that_cannot_be_recorded_is_not_answered(portal, monkeypatch):
    def fail(_self):
        raise StoreUnavailable("the disk is full", "make room")

    monkeypatch.setattr("ncp.store.unit_of_work.StoreUnitOfWork.commit", fail)
    answer = portal.ask()
    assert answer.status == 503
    refused(portal, answer, "RequestFailed", "disk is full")


def test_no_fault_repeats_a_claim(portal):
    payload = portal.request()
    body = payload.body.replace(EVA.cx.replace("&", "&amp;").encode(), b"CANARY")
    answer = portal.ask(replace(payload, body=body))
    assert subcode(answer) == "InvalidRequest"
    assert b"CANARY" not in answer.payload.body
