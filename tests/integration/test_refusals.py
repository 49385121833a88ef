"""Whatever must be refused is: the answer of the table, a recorded reason, no document.

One thing is wrong in each message; everything else in it is what a peer would send.
"""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from ncp.answers import Condition, Place, answer_for
from ncp.errors import Refusal
from ncp.exchange import HttpPayload
from ncp.ihe.codes import Transaction
from ncp.ihe.iti39_xca_retrieve import DocumentRequest
from ncp.settings import InternationalDoorSettings
from tests.integration import bends
from tests.integration.envoy import PROFESSIONAL, Envoy, Reply, seal_of, tls_context
from tests.integration.memory import Memory
from trust.decision import Reason
from trust.identifiers import HomeCommunityId, PatientId
from trust.xml import SOAP_LIMITS

ELSEWHERE = HomeCommunityId("2.16.17.710.999.1")
CLINICAL = (b"ClinicalDocument", b"<family", b"Bergmann", b"Lopes")


def check(
    reply: Reply,
    memory: Memory,
    condition: Condition,
    transaction: Transaction | None,
    *,
    audited: bool = True,
) -> None:
    """Prove all three: the table's answer, the recorded reason, no document."""
    expected = answer_for(condition, transaction)
    if expected.place in {Place.FAULT, Place.HTTP}:
        assert reply.status == expected.http_status
        assert reply.fault_codes()
        if expected.code:
            assert expected.code.rpartition("}")[2] in reply.fault_codes()
    else:
        assert reply.status == 200
        assert expected.code in reply.error_codes()
    for words in CLINICAL:
        assert words not in reply.text
    record = memory.message(reply.message_id) if reply.message_id else memory.newest()
    assert record.condition == condition.value
    if audited:
        assert memory.trail()[-1].outcome != 0


def identify_with(envoy: Envoy, patient: PatientId, *assertions: bytes) -> Reply:
    body = envoy.identify_body(patient)
    return envoy.ask(Transaction.ITI_55, body, assertions)


def list_with(envoy: Envoy, patient: PatientId, *assertions: bytes) -> Reply:
    return envoy.ask(Transaction.ITI_38, envoy.list_body(patient), assertions)


@pytest.fixture(scope="module")
def offered(envoy, agreeing) -> DocumentRequest:
    [request] = envoy.documents_of(agreeing)
    return request


# The peer ---------------------------------------------------------------------------


@pytest.mark.spec("ITI TF-2 3.19.6")
def test_a_certificate_of_the_right_authority_that_is_not_pinned(
    envoy, memory, agreeing
):
    reply = envoy.ask(
        Transaction.ITI_55,
        envoy.identify_body(agreeing),
        [envoy.hcp()],
        client=envoy.own.stranger,
    )
    check(reply, memory, Reason.PEER_NOT_PINNED, Transaction.ITI_55)


# The HCP assertion ------------------------------------------------------------------


def expired(hcp: bytes, envoy: Envoy) -> bytes:
    return envoy.hcp(age=timedelta(hours=5))


HCP_FAULTS = {
    "unsigned": (
        lambda hcp, envoy: bends.unsigned(hcp),
        Reason.SIGNATURE_ABSENT,
    ),
    "altered": (
        lambda hcp, envoy: bends.altered(hcp, b"Figueira", b"Figueiro"),
        Reason.DIGEST_MISMATCH,
    ),
    "expired": (expired, Reason.ASSERTION_EXPIRED),
    "sealed-with-another-key": (
        lambda hcp, envoy: bends.sealed_with(hcp, seal_of(envoy.own.stranger)),
        Reason.SIGNER_NOT_PINNED,
    ),
    "for-another-audience": (
        lambda hcp, envoy: bends.for_another_audience(hcp, envoy.seal),
        Reason.AUDIENCE_WRONG,
    ),
    "weakly-authenticated": (
        lambda hcp, envoy: bends.weakly_authenticated(hcp, envoy.seal),
        Reason.AUTHENTICATION_WEAK,
    ),
}


def without_permission(envoy: Envoy) -> bytes:
    return envoy.hcp(professional=replace(PROFESSIONAL, permissions=()))


@pytest.mark.spec("ITI TF-2 3.40.4.1.3")
@pytest.mark.parametrize(
    ("fault", "reason"), HCP_FAULTS.values(), ids=HCP_FAULTS.keys()
)
def test_an_hcp_assertion_that_cannot_be_believed(
    envoy, memory, agreeing, fault, reason
):
    reply = identify_with(envoy, agreeing, fault(envoy.hcp(), envoy))
    check(reply, memory, reason, Transaction.ITI_55)


@pytest.mark.spec("ITI TF-2 3.40.4.1.3")
@pytest.mark.parametrize(
    ("fault", "reason"), HCP_FAULTS.values(), ids=HCP_FAULTS.keys()
)
def test_the_same_assertion_opens_no_document_list(
    envoy, memory, agreeing, fault, reason
):
    hcp = envoy.hcp()
    trc = envoy.trc(hcp, agreeing)
    reply = list_with(envoy, agreeing, fault(hcp, envoy), trc)
    check(reply, memory, reason, Transaction.ITI_38)


def test_a_professional_without_the_permission(envoy, memory, agreeing):
    reply = identify_with(envoy, agreeing, without_permission(envoy))
    check(reply, memory, Reason.PERMISSION_MISSING, Transaction.ITI_55)


def test_an_absent_audience_is_accepted_by_this_setting(envoy, agreeing):
    hcp = bends.without_audience(envoy.hcp(), envoy.seal)
    assert len(identify_with(envoy, agreeing, hcp).matches()) == 1


# The TRC assertion ------------------------------------------------------------------


def test_a_treatment_bound_to_another_hcp_assertion(envoy, memory, agreeing):
    trc = envoy.trc(envoy.hcp(), agreeing)
    reply = list_with(envoy, agreeing, envoy.hcp(), trc)
    check(reply, memory, Reason.TRC_OF_ANOTHER_HCP, Transaction.ITI_38)


def test_a_treatment_of_another_patient(envoy, memory, agreeing, another):
    hcp = envoy.hcp()
    reply = list_with(envoy, agreeing, hcp, envoy.trc(hcp, another))
    check(reply, memory, Reason.TRC_OF_ANOTHER_PATIENT, Transaction.ITI_38)


def test_no_treatment_at_all(envoy, memory, agreeing):
    reply = list_with(envoy, agreeing, envoy.hcp())
    check(reply, memory, Reason.TRC_ABSENT, Transaction.ITI_38)


# The patient and the document -------------------------------------------------------


@pytest.mark.spec("ITI TF-2 3.39.4.1.3")
def test_a_document_id_of_another_patient_answers_like_an_unknown_one(
    envoy, memory, another, offered
):
    theirs = envoy.fetch(another, offered)
    unknown = envoy.fetch(another, replace(offered, document_unique_id="2.25.1"))
    for reply in (theirs, unknown):
        assert reply.documents() == ()
        assert b"ClinicalDocument" not in reply.text
    assert theirs.error_codes() == unknown.error_codes() != []
    assert memory.message(theirs.message_id).condition in {
        Refusal.DOCUMENT_OF_ANOTHER_PATIENT,
        Refusal.DOCUMENT_UNKNOWN,
    }


@pytest.mark.spec("ITI TF-2 3.55.4.2.3")
def test_an_unknown_patient(envoy, memory, agreeing):
    nobody = replace(agreeing, extension="1893120105732")
    reply = envoy.identify(nobody)
    assert reply.matches() == ()
    check(reply, memory, Refusal.PATIENT_UNKNOWN, Transaction.ITI_55)


def test_a_patient_who_refused_is_not_identified(envoy, memory, refusing):
    reply = envoy.identify(refusing)
    assert reply.matches() == ()
    check(reply, memory, Refusal.CONSENT_REFUSED, Transaction.ITI_55)


def test_a_patient_who_refused_has_no_documents_to_list(envoy, memory, refusing):
    hcp = envoy.hcp()
    reply = list_with(envoy, refusing, hcp, envoy.trc(hcp, refusing))
    assert reply.entries() == ()
    check(reply, memory, Refusal.CONSENT_REFUSED, Transaction.ITI_38)


# The receiver -----------------------------------------------------------------------


@pytest.mark.spec("ITI TF-2 3.55.4.1.2")
def test_a_question_meant_for_another_home_community(envoy, memory, agreeing):
    body = envoy.identify_body(agreeing, receiver=ELSEWHERE)
    reply = envoy.ask(Transaction.ITI_55, body, [envoy.hcp()])
    check(reply, memory, Refusal.RECEIVER_WRONG, Transaction.ITI_55)


@pytest.mark.spec("ITI TF-2 3.39.4.1.2")
def test_a_document_of_another_home_community(envoy, memory, agreeing, offered):
    reply = envoy.fetch(agreeing, replace(offered, home=ELSEWHERE))
    assert reply.documents() == ()
    check(reply, memory, Refusal.HOME_COMMUNITY_WRONG, Transaction.ITI_39)


@pytest.mark.spec("ITI TF-2 3.39.4.1.2")
def test_an_absent_home_community_is_tolerated_at_retrieve(envoy, agreeing, offered):
    [document] = envoy.fetch(agreeing, replace(offered, home=None)).documents()
    assert b"ClinicalDocument" in document.content


# The message ------------------------------------------------------------------------


def bent_xml(envoy: Envoy, agreeing: PatientId, bend) -> Reply:
    payload, _ = envoy.envelope(
        Transaction.ITI_55, envoy.identify_body(agreeing), [envoy.hcp()]
    )
    bent = HttpPayload(payload.content_type, bend(payload.body))
    return envoy.post(Transaction.ITI_55, bent)


def test_malformed_xml(envoy, memory, agreeing):
    reply = bent_xml(envoy, agreeing, bends.truncated)
    check(reply, memory, Refusal.MALFORMED_XML, None, audited=False)


@pytest.mark.spec("SOAP 1.2 Part 1 5")
def test_a_document_type_declaration(envoy, memory, agreeing):
    reply = bent_xml(envoy, agreeing, bends.with_doctype)
    check(reply, memory, Refusal.DTD_PRESENT, None, audited=False)


def test_xml_over_the_limit_of_a_message(envoy, memory, agreeing):
    def bend(body: bytes) -> bytes:
        return bends.oversized(body, SOAP_LIMITS.max_bytes)

    reply = bent_xml(envoy, agreeing, bend)
    check(reply, memory, Refusal.MESSAGE_TOO_LARGE, None, audited=False)


@pytest.mark.spec("RFC 9110 15.5.14")
def test_a_body_over_the_limit_of_the_door(scene, envoy, memory):
    recorded = len(memory.messages())
    context = tls_context(envoy.other.authority, envoy.own.tls_client)
    limit = InternationalDoorSettings().max_body_bytes
    address = urlsplit(envoy.door)
    with (
        socket.create_connection((address.hostname, address.port)) as plain,
        context.wrap_socket(plain, server_hostname=address.hostname) as secure,
    ):
        secure.sendall(
            b"POST /services/XCPD_Service HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/soap+xml\r\n"
            b"Content-Length: %d\r\n\r\n" % (limit + 1)
        )
        answer = secure.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413 ")
    [record] = memory.messages()[recorded:]
    assert record.condition == Refusal.MESSAGE_TOO_LARGE
