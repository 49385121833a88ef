"""OpenNCP's server hears what our country B asks, and we read what it answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ncp.exchange import HttpPayload
from ncp.ihe.codes import ClassCode, ResponseStatus, Transaction
from ncp.ihe.document_list import read_document_query_response
from ncp.ihe.iti38_xca_query import DocumentQuery, write_document_query
from ncp.ihe.iti39_xca_retrieve import (
    DocumentRequest,
    RetrieveRequest,
    read_retrieve_response,
    write_retrieve_request,
)
from ncp.ihe.iti55_xcpd import (
    PatientMatch,
    PatientTraits,
    PostalAddress,
    read_patient_discovery_response,
    write_patient_discovery_request,
)
from ncp.ihe.soap import read_response
from tests.families.openncp import JARS, answered_by_openncp
from tests.families.openncp_session import Session
from tests.ncp.ihe.messages import (
    LUXEMBOURG,
    NOW,
    QUESTION,
    SOAP_12,
    envelope,
    request_of,
)
from trust.identifiers import Oid, PatientId
from trust.xml import Element

ANA = PatientId(Oid("1.3.182.4.4"), "ana-1")
NOBODY = PatientId(Oid("1.3.182.4.4"), "nobody")
WANTED = DocumentRequest(LUXEMBOURG, "1.3.182.2.12.1", "2.25.1^PS")
QUERY = DocumentQuery(ANA, (ClassCode.PATIENT_SUMMARY,), LUXEMBOURG)
LABORATORY = (ClassCode.LABORATORY_RESULT,)
FILTERED = DocumentQuery(ANA, LABORATORY, LUXEMBOURG, NOW, NOW, 1 << 20)


def identify(patient: PatientId) -> bytes:
    asked = replace(QUESTION, traits=PatientTraits((patient,)))
    return sent(Transaction.ITI_55, write_patient_discovery_request(asked, NOW))


def sent(transaction: Transaction, body: Element) -> bytes:
    session = Session()
    is_treating = transaction is not Transaction.ITI_55
    trc = (session.trc(ANA),) if is_treating else ()
    return request_of(transaction, body, (session.hcp, *trc))


def questions() -> dict[str, bytes]:
    wanted = write_retrieve_request(RetrieveRequest((WANTED,)))
    return {
        "somebody": identify(ANA),
        "nobody": identify(NOBODY),
        "list": sent(Transaction.ITI_38, write_document_query(QUERY)),
        "filtered": sent(Transaction.ITI_38, write_document_query(FILTERED)),
        "fetch": sent(Transaction.ITI_39, wanted),
    }


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    JARS.require()
    asked = questions()
    answers = answered_by_openncp(
        list(asked.values()), tmp_path_factory.mktemp("asked")
    )
    return dict(zip(asked, answers, strict=True))


def heard(answered, question):
    return answered[question][0]


def body_of(answered, question):
    message = envelope(answered[question][1].decode())
    return read_response(HttpPayload(SOAP_12, message)).body


@pytest.mark.spec("ITI TF-2 3.55.4.2")
def test_we_read_whom_openncp_found(answered):
    read = read_patient_discovery_response(body_of(answered, "somebody"))
    address = PostalAddress(("Rua 1",), "Porto", "4000", "PT")
    expected = PatientMatch(ANA, ("Silva",), ("Ana",), "1970-01-31", "female", address)
    assert (read.matches, read.errors) == ((expected,), ())
    assert read.target == QUESTION.id


def test_we_read_that_openncp_found_nobody(answered):
    read = read_patient_discovery_response(body_of(answered, "nobody"))
    assert read.matches == ()
    assert [error.code for error in read.errors] == ["ERROR_PI_NO_MATCH"]


@pytest.mark.spec("ITI TF-2 3.38.4.1")
def test_openncp_hears_whose_documents_we_ask_for_and_what_is_left_out(answered):
    assert heard(answered, "somebody") == f"[{ANA.cx}]"
    assert heard(answered, "list").startswith("getPSDocumentList")
    assert ANA.cx in heard(answered, "list")
    filtered = heard(answered, "filtered")
    assert "2026-01-02T03:04:05.678Z" in filtered
    assert "1048576" in filtered


def test_we_read_that_openncp_has_no_document(answered):
    read = read_document_query_response(body_of(answered, "list"))
    assert read.entries == ()
    assert [error.code for error in read.errors] == ["ERROR_PS_NOT_FOUND"]


def test_openncp_hears_which_document_we_want_and_we_that_it_is_missing(answered):
    for told in (ANA.cx, WANTED.repository_unique_id, WANTED.document_unique_id):
        assert told in heard(answered, "fetch")
    read = read_retrieve_response(body_of(answered, "fetch"), {})
    assert (read.status, read.documents) == (ResponseStatus.PARTIAL_SUCCESS, ())
    assert [error.code for error in read.errors] == ["XDSMissingDocument"]
