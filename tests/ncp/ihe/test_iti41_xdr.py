"""A submission comes as it went, in any of the forms peers send it in."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from lxml import etree

from ncp.answers import answer_for
from ncp.errors import ProtocolError, Refusal
from ncp.exchange import HttpPayload
from ncp.ihe.codes import ClassCode, ResponseStatus, Transaction
from ncp.ihe.ebxml import errors_about
from ncp.ihe.iti41_xdr import (
    Submission,
    read_submission,
    read_submission_response,
    write_submission,
    write_submission_response,
    xcn,
    xon,
)
from ncp.ihe.nodes import prefixes_for
from ncp.ihe.soap import body_hash, read_request, write_request
from tests.ncp.country_a.submissions import discard, document, submission
from tests.ncp.ihe.messages import LUXEMBOURG, CountedIds, through_xml
from trust.xml import DOCUMENT_LIMITS, parse_xml, write_xml

SENT = submission(document())


def packed(sent: Submission) -> HttpPayload:
    body, attachments = write_submission(sent, CountedIds())
    return write_request(
        body,
        action=Transaction.ITI_41.request_action,
        message_id="urn:uuid:1",
        to="https://ncp.example/",
        assertions=(),
        attachments=attachments,
    )


def xml_of(sent: Submission) -> str:
    """The body as OpenNCP sends it: the documents inline, as base64."""
    body, attachments = write_submission(sent, CountedIds())
    text = write_xml(body, prefixes_for(body)).decode()
    for each in attachments:
        inline = base64.b64encode(each.data).decode()
        text = re.sub(r"<(\w+:)?Include [^>]*/>", inline, text, count=1)
    return text


def read_xml(text: str) -> Submission:
    return read_submission(parse_xml(text.encode(), DOCUMENT_LIMITS), {})


@pytest.mark.spec("ITI TF-2 3.41.4.1.2")
def test_a_submission_reads_as_it_was_written() -> None:
    message = read_request(packed(SENT), None)
    assert message.transaction is Transaction.ITI_41
    assert read_submission(message.body, message.attachments) == SENT


@pytest.mark.spec("ITI TF-2 V.3.6")
def test_each_document_travels_in_a_part_of_its_own() -> None:
    sent = submission(document(), document("2.25.101^X"))
    message = read_request(packed(sent), None)
    assert len(message.attachments) == 2
    read = read_submission(message.body, message.attachments)
    assert [each.content for each in read.documents] == [
        each.content for each in sent.documents
    ]


def test_openncp_sends_its_documents_inline() -> None:
    assert read_xml(xml_of(SENT)) == SENT


def test_packed_and_inline_are_the_same_message() -> None:
    inline = HttpPayload(
        "application/soap+xml; charset=UTF-8",
        (
            '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
            f"{re.sub(r'^<.xml.*?.>', '', xml_of(SENT)).strip()}</s:Body></s:Envelope>"
        ).encode(),
    )
    read = read_request(inline, Transaction.ITI_41.request_action)
    assert read_submission(read.body, {}) == SENT
    assert len(body_hash(read)) == 64


def test_metadata_alone_are_read_of_a_message_that_is_refused() -> None:
    body = through_xml(write_submission(SENT, CountedIds())[0])
    read = read_submission(body, None)
    assert read.submission_set == SENT.submission_set


@pytest.mark.parametrize(
    ("kind", "format_code", "operation"),
    [
        (ClassCode.EDISPENSATION, "urn:epSOS:ep:dis:2010", ClassCode.EDISPENSATION),
        (ClassCode.EDISPENSATION, "urn:epsos:ep:dis:2010", ClassCode.EDISPENSATION),
        (ClassCode.DISCARD, "urn:eHDSI:ed:discard:2020", ClassCode.DISCARD),
        (ClassCode.EDISPENSATION, "urn:eHDSI:ed:discard:2020", ClassCode.DISCARD),
        (ClassCode.DISCARD, "urn:epSOS:ep:dis:2010", None),
        (ClassCode.EDISPENSATION, "urn:ihe:iti:xds-sd:pdf:2008", None),
    ],
)
def test_dispensing_and_discarding_are_never_mistaken(
    kind: ClassCode, format_code: str, operation: ClassCode | None
) -> None:
    assert document(kind=kind, format_code=format_code).operation is operation


def test_symbolic_ids_are_legal_in_a_submission() -> None:
    entry = SENT.documents[0].entry.entry_id.urn
    read = read_xml(xml_of(SENT).replace(entry, "Document01"))
    assert read.documents[0].content == SENT.documents[0].content


def test_a_time_on_a_clock_of_twelve_hours_stops_nothing() -> None:
    text = xml_of(SENT)
    broken = re.sub(r"(submissionTime.*?Value>)\d{14}", r"\g<1>soon", text, count=1)
    assert read_xml(broken).submission_set.submission_time is None


BROKEN = {
    "no-set": (r"<(\w+:)?RegistryPackage.*?</(\w+:)?RegistryPackage>", ""),
    "no-set-id": (r'value="2\.25\.9"', ""),
    "no-format": (r'nodeRepresentation="urn:epSOS:ep:dis:2010"', ""),
    "no-class": (r'nodeRepresentation="60593-1"', ""),
}


@pytest.mark.parametrize(("pattern", "put"), BROKEN.values(), ids=BROKEN)
def test_what_lacks_a_required_field_is_incomplete(pattern: str, put: str) -> None:
    bent = re.sub(pattern, put, xml_of(SENT), flags=re.DOTALL)
    assert bent != xml_of(SENT)
    with pytest.raises(ProtocolError) as refused:
        read_xml(bent)
    assert refused.value.refusal is Refusal.SUBMISSION_INCOMPLETE


INVALID = {
    "other-document": (r'Document id="[^"]+"', 'Document id="other"'),
    "time": (r"(creationTime.*?Value>)\d+", r"\g<1>soon"),
    "foreign-association": (r'targetObject="[^"]+"', 'targetObject="urn:uuid:1"'),
    "source-patient": (r"(sourcePatientId.*?Value>)[^<]+", r"\g<1>nobody"),
}


@pytest.mark.parametrize(("pattern", "put"), INVALID.values(), ids=INVALID)
def test_what_is_not_of_its_form_is_invalid(pattern: str, put: str) -> None:
    bent = re.sub(pattern, put, xml_of(SENT), count=1, flags=re.DOTALL)
    assert bent != xml_of(SENT)
    with pytest.raises(ProtocolError) as refused:
        read_xml(bent)
    assert refused.value.refusal is Refusal.SUBMISSION_INVALID


def test_a_submission_that_would_replace_is_not_served() -> None:
    bent = xml_of(SENT).replace(
        "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember",
        "urn:ihe:iti:2007:AssociationType:RPLC",
    )
    with pytest.raises(ProtocolError) as refused:
        read_xml(bent)
    assert refused.value.refusal is Refusal.QUERY_UNSUPPORTED


def test_an_entry_may_come_without_its_document() -> None:
    bent = re.sub(
        r"<(\w+:)?Document id=.*?</(\w+:)?Document>", "", xml_of(SENT), flags=re.DOTALL
    )
    assert read_xml(bent).documents[0].content is None


# The answer -------------------------------------------------------------------------


@pytest.mark.spec("ITI TF-3 4.2.4.2")
@pytest.mark.parametrize(
    ("refusals", "is_any_taken", "status"),
    [
        ([], True, ResponseStatus.SUCCESS),
        ([Refusal.PRESCRIPTION_UNKNOWN], True, ResponseStatus.PARTIAL_SUCCESS),
        ([Refusal.PRESCRIPTION_UNKNOWN], False, ResponseStatus.FAILURE),
    ],
)
def test_the_status_follows_from_what_was_taken(
    refusals: list[Refusal], is_any_taken: bool, status: ResponseStatus
) -> None:
    errors = [answer_for(each, Transaction.ITI_41) for each in refusals]
    body = write_submission_response(errors, is_any_taken=is_any_taken, home=LUXEMBOURG)
    answer = read_submission_response(through_xml(body))
    assert answer.status is status
    assert [each.code for each in answer.errors] == [each.code for each in errors]


def test_an_error_is_sorted_by_the_document_it_names() -> None:
    refused = answer_for(Refusal.PRESCRIPTION_UNKNOWN, Transaction.ITI_41)
    errors = [replace(refused, about="2.25.100"), refused]
    body = write_submission_response(errors, is_any_taken=True, home=LUXEMBOURG)
    answer = read_submission_response(through_xml(body))
    sorted_errors = errors_about(answer.errors, ["2.25.100", "2.25.1"])
    assert {name: len(found) for name, found in sorted_errors.items()} == {
        "2.25.100": 1,
        "": 1,
    }


# Authors ----------------------------------------------------------------------------


@pytest.mark.spec("ITI TF-3 4.2.3.1.4.3")
@pytest.mark.parametrize(
    ("organization_id", "expected"),
    [
        (None, "Apotek"),
        ("urn:oid:1.2.208.1", "Apotek^^^^^^^^^1.2.208.1"),
        ("urn:hl7ii:1.2.208.2:77", "Apotek^^^^^&1.2.208.2&ISO^^^^77"),
        ("77", "Apotek^^^^^^^^^77"),
    ],
)
def test_an_organization_is_written_by_the_form_of_its_id(
    organization_id: str | None, expected: str
) -> None:
    assert xon("Apotek", organization_id) == expected


def test_separators_in_a_name_are_escaped() -> None:
    assert xcn("d^1", "Holm & Holm") == "d\\S\\1^Holm \\T\\ Holm"


def test_a_discard_is_written_with_its_own_codes() -> None:
    text = xml_of(submission(discard()))
    assert 'nodeRepresentation="DISCARD-60593-1"' in text
    assert 'nodeRepresentation="urn:eHDSI:ed:discard:2020"' in text
    assert "eDispensation Discard" in text


# Bent in every place ------------------------------------------------------------------


def refusals_of(bent: Iterator[etree._Element]) -> list[Refusal]:
    """Read each; what is raised besides a refusal is a defect, and fails the test."""
    found: list[Refusal] = []
    for root in bent:
        try:
            read_submission(root, {})
        except ProtocolError as error:
            found.append(Refusal(error.refusal))
    return found


def without_a_part(text: str) -> Iterator[etree._Element]:
    for place in range(1, text.count("</")):
        root = parse_xml(text.encode(), DOCUMENT_LIMITS)
        elements = list(root.iter())
        if place < len(elements):
            gone = elements[place]
            gone.getparent().remove(gone)
            yield root


def without_an_attribute(text: str) -> Iterator[etree._Element]:
    whole = parse_xml(text.encode(), DOCUMENT_LIMITS)
    for number, element in enumerate(whole.iter()):
        for name in element.attrib:
            root = parse_xml(text.encode(), DOCUMENT_LIMITS)
            del list(root.iter())[number].attrib[name]
            yield root


@pytest.mark.parametrize("bends", [without_a_part, without_an_attribute])
def test_whatever_is_missing_it_is_read_or_refused_in_band(bends) -> None:
    refusals = refusals_of(bends(xml_of(submission(document(), document("2.25.101")))))
    assert len(refusals) > 10
    assert Refusal.BODY_INVALID not in refusals
