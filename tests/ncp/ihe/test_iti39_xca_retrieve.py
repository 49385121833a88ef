"""Retrieve: which documents, and the documents, strict out, tolerant in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ncp.answers import Answer, answer_for
from ncp.errors import ProtocolError, Refusal
from ncp.ihe.codes import ResponseStatus, Severity, Transaction
from ncp.ihe.iti39_xca_retrieve import (
    DocumentRequest,
    RetrievedDocument,
    RetrieveRequest,
    RetrieveResponse,
    read_retrieve_request,
    read_retrieve_response,
    write_retrieve_request,
    write_retrieve_response,
)
from ncp.ihe.soap import read_response, write_response
from tests.ncp.ihe import strategies
from tests.ncp.ihe.messages import (
    LUXEMBOURG,
    PORTUGAL,
    RETRIEVE_BODY,
    CountedIds,
    plain,
    retrieve_response_xml,
    through_xml,
)
from trust.xml import DOCUMENT_LIMITS, parse_xml

ASKED = DocumentRequest(LUXEMBOURG, "1.2.3", "2.25.1")
MISSING = answer_for(Refusal.DOCUMENT_UNKNOWN, Transaction.ITI_39)


def parse(text: str) -> etree._Element:
    return parse_xml(text.encode(), DOCUMENT_LIMITS)


def over_the_wire(
    documents: list[RetrievedDocument], errors: list[Answer]
) -> RetrieveResponse:
    body, attachments = write_retrieve_response(
        documents, errors, home=LUXEMBOURG, ids=CountedIds()
    )
    payload = write_response(
        body,
        action=Transaction.ITI_39.response_action,
        message_id="urn:uuid:2",
        relates_to="urn:uuid:1",
        attachments=attachments,
    )
    message = read_response(payload)
    return read_retrieve_response(message.body, message.attachments)


@pytest.mark.spec("ITI TF-2 3.39.4.1.2")
@settings(max_examples=30, deadline=None)
@given(st.lists(strategies.document_requests(), min_size=1, max_size=3, unique=True))
def test_a_request_reads_as_it_was_written(documents: list[DocumentRequest]) -> None:
    request = RetrieveRequest(tuple(documents))
    body = through_xml(write_retrieve_request(request))
    assert read_retrieve_request(body) == request


def with_home(document: RetrievedDocument) -> RetrievedDocument:
    request = document.request
    return replace(document, request=replace(request, home=request.home or LUXEMBOURG))


@pytest.mark.spec("ITI TF-2 3.39.4.2")
@settings(max_examples=30, deadline=None)
@given(st.lists(strategies.retrieved_documents(), max_size=3))
def test_documents_come_back_byte_for_byte(documents: list[RetrievedDocument]) -> None:
    read = over_the_wire(documents, [])
    # Ours stands where the question told no home community.
    assert read.documents == tuple(map(with_home, documents))
    assert read.status is ResponseStatus.SUCCESS


def test_denmark_omits_the_home_community() -> None:
    without = RETRIEVE_BODY.replace(
        "<x:HomeCommunityId>urn:oid:1.3.182.2.12.10000734.6.1</x:HomeCommunityId>", ""
    )
    assert read_retrieve_request(parse(without)).documents[0].home is None


def test_the_home_community_is_read_with_and_without_its_prefix() -> None:
    bare = RETRIEVE_BODY.replace("urn:oid:", "")
    for text in (RETRIEVE_BODY, bare):
        assert read_retrieve_request(parse(text)).documents[0].home == LUXEMBOURG


def test_gematik_asks_for_several_documents_at_once() -> None:
    request = RetrieveRequest((ASKED, replace(ASKED, document_unique_id="2.25.2")))
    body = through_xml(write_retrieve_request(request))
    assert len(read_retrieve_request(body).documents) == 2


@pytest.mark.parametrize(
    "broken",
    [
        RETRIEVE_BODY.replace("DocumentUniqueId>", "Other>"),
        RETRIEVE_BODY.replace("RepositoryUniqueId>", "Other>"),
        RETRIEVE_BODY.replace("2.25.1^PS", " "),
        RETRIEVE_BODY.replace("urn:oid:1.3.182", "urn:oid:Luxembourg"),
        RETRIEVE_BODY.replace("DocumentRequest>", "Other>"),
    ],
)
def test_a_request_of_another_form_is_refused(broken: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        read_retrieve_request(parse(broken))
    assert caught.value.refusal is Refusal.BODY_INVALID


def test_more_than_a_hundred_documents_are_refused() -> None:
    request = RetrieveRequest((ASKED,) * 101)
    with pytest.raises(ProtocolError):
        read_retrieve_request(through_xml(write_retrieve_request(request)))


@pytest.mark.spec("ITI TF-2 3.43.4.2.3")
def test_a_document_beside_an_error_is_a_partial_success() -> None:
    read = over_the_wire([RetrievedDocument(ASKED, b"<cda/>")], [MISSING])
    assert read.status is ResponseStatus.PARTIAL_SUCCESS
    assert [error.code for error in read.errors] == ["ERROR_GENERIC_DOCUMENT_MISSING"]


def test_nothing_but_errors_is_a_failure() -> None:
    read = over_the_wire([], [MISSING])
    assert (read.status, read.documents) == (ResponseStatus.FAILURE, ())


def test_a_document_with_a_warning_is_a_success() -> None:
    warning = replace(MISSING, severity=Severity.WARNING, status=None)
    read = over_the_wire([RetrievedDocument(ASKED, b"<cda/>")], [warning])
    assert read.status is ResponseStatus.SUCCESS
    assert read.errors[0].is_warning


def test_openncp_calls_nothing_a_partial_success() -> None:
    partial = "urn:ihe:iti:2007:ResponseStatusType:PartialSuccess"
    message = read_response(plain(retrieve_response_xml(status=partial)))
    read = read_retrieve_response(message.body, message.attachments)
    assert (read.status, read.documents) == (ResponseStatus.PARTIAL_SUCCESS, ())


@pytest.mark.parametrize("status", ["urn:x", " "])
def test_a_failure_that_brings_documents_is_refused(status: str) -> None:
    message = read_response(plain(retrieve_response_xml("PGNkYS8+", status=status)))
    with pytest.raises(ProtocolError):
        read_retrieve_response(message.body, message.attachments)


def test_an_empty_document_is_refused() -> None:
    message = read_response(plain(retrieve_response_xml(" ")))
    with pytest.raises(ProtocolError):
        read_retrieve_response(message.body, message.attachments)


def test_a_document_over_ten_megabytes_may_come_as_base64() -> None:
    text = "QUFB" * (3 << 20)
    message = read_response(plain(retrieve_response_xml(text)))
    read = read_retrieve_response(message.body, message.attachments)
    assert len(read.documents[0].content) == 9 << 20


def test_only_the_one_document_that_was_asked_for_is_taken() -> None:
    other = replace(ASKED, document_unique_id="2.25.2")
    foreign = replace(ASKED, home=PORTUGAL)
    asked, others = RetrievedDocument(ASKED, b"1"), RetrievedDocument(other, b"2")
    assert over_the_wire([others, asked], []).document_for(ASKED) == asked
    assert over_the_wire([others], []).document_for(ASKED) is None
    assert over_the_wire([asked, asked], []).document_for(ASKED) is None
    elsewhere = over_the_wire([RetrievedDocument(foreign, b"3")], [])
    assert elsewhere.document_for(ASKED) is None


def test_a_document_does_not_show_itself() -> None:
    assert "SECRET" not in repr(RetrievedDocument(ASKED, b"SECRET"))
