"""SOAP messages: dispatch, headers, faults, hashes, and the peers' own ways."""

from __future__ import annotations

import pytest
from lxml import etree

from ncp.answers import answer_for
from ncp.errors import PeerRefused, ProtocolError, Refusal
from ncp.exchange import HttpPayload
from ncp.ihe import namespaces as ns
from ncp.ihe.codes import ClassCode, Transaction
from ncp.ihe.iti38_xca_query import DocumentQuery, write_document_query
from ncp.ihe.iti39_xca_retrieve import (
    DocumentRequest,
    RetrievedDocument,
    RetrieveRequest,
    write_retrieve_request,
    write_retrieve_response,
)
from ncp.ihe.soap import (
    RequestRefused,
    body_hash,
    read_request,
    read_response,
    security_header_bytes,
    write_fault,
    write_request,
    write_response,
)
from tests.ncp.ihe.messages import (
    ACTION_HEADER,
    LUXEMBOURG,
    PATIENT,
    RETRIEVE_ACTION,
    RETRIEVE_BODY,
    SOAP_12,
    WRONG_WSA,
    CountedIds,
    envelope,
    include,
    package,
    part,
    plain,
    retrieve_response_xml,
    root_part,
)
from trust.decision import Reason
from trust.xml import SOAP_LIMITS, parse_xml

ASSERTION = (
    b'<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ID="_1">'
    b'<saml2:Issuer  NameQualifier = "urn:ehdsi:assertions:hcp">x</saml2:Issuer>'
    b"</saml2:Assertion>"
)
QUERY_ACTION = Transaction.ITI_38.request_action


def refusal_of(payload: HttpPayload, soap_action: str | None = None) -> RequestRefused:
    with pytest.raises(RequestRefused) as caught:
        read_request(payload, soap_action)
    return caught.value


def written_request(*, mtom: bool = False) -> HttpPayload:
    body = write_retrieve_request(
        RetrieveRequest((DocumentRequest(LUXEMBOURG, "1.2.3", "2.25.1"),))
    )
    return write_request(
        body,
        action=RETRIEVE_ACTION,
        message_id="urn:uuid:1",
        to="https://ncp.example/services/XCA_Service",
        assertions=[ASSERTION, ASSERTION.replace(b"_1", b"_2")],
        mtom=mtom,
    )


# What we write ----------------------------------------------------------------------


@pytest.mark.spec("ITI TF-2 Appendix V.3")
@pytest.mark.parametrize("mtom", [False, True])
def test_a_request_carries_each_header_once(mtom: bool) -> None:
    message = read_request(written_request(mtom=mtom), None)
    header = message.envelope[0]
    names = [etree.QName(block).localname for block in header]
    assert names == ["Action", "MessageID", "To", "ReplyTo", "Security"]
    assert header[0].get(f"{{{ns.SOAP}}}mustUnderstand") == "1"
    assert message.addressing.message_id == "urn:uuid:1"
    assert message.addressing.reply_to == ns.WSA_ANONYMOUS
    assert message.transaction is Transaction.ITI_39


def test_the_media_type_tells_the_action() -> None:
    expected = f'application/soap+xml; charset=UTF-8; action="{RETRIEVE_ACTION}"'
    assert written_request().content_type == expected


def test_signed_assertions_are_embedded_byte_for_byte_in_order() -> None:
    body = written_request().body
    assert body.index(ASSERTION) < body.index(ASSERTION.replace(b"_1", b"_2"))


def test_the_envelope_declares_no_default_namespace() -> None:
    root = parse_xml(written_request().body, SOAP_LIMITS)
    assert None not in root.nsmap


@pytest.mark.spec("WS-Addressing 1.0 Core 3.4")
def test_a_response_relates_to_its_request() -> None:
    payload = write_response(
        write_retrieve_response([], [], home=LUXEMBOURG, ids=CountedIds())[0],
        action=Transaction.ITI_39.response_action,
        message_id="urn:uuid:2",
        relates_to="uuid:1",
    )
    message = read_response(payload)
    assert message.addressing.relates_to == "uuid:1"
    assert message.transaction is Transaction.ITI_39
    assert payload.content_type.startswith("application/soap+xml")


@pytest.mark.spec("ITI TF-2 3.39.4.2")
def test_documents_travel_as_parts() -> None:
    request = DocumentRequest(LUXEMBOURG, "1.2.3", "2.25.1")
    body, attachments = write_retrieve_response(
        [RetrievedDocument(request, b"<cda/>")], [], home=LUXEMBOURG, ids=CountedIds()
    )
    payload = write_response(
        body,
        action=Transaction.ITI_39.response_action,
        message_id="urn:uuid:2",
        relates_to=None,
        attachments=attachments,
    )
    assert payload.content_type.startswith("multipart/related; ")
    assert payload.body.count(b"<cda/>") == 1


# How peers differ -------------------------------------------------------------------


def test_openncp_doubles_the_addressing_headers_in_a_wrong_namespace() -> None:
    doubled = (
        f'<w:Action xmlns:w="{WRONG_WSA}">{RETRIEVE_ACTION}</w:Action>'
        f'<w:MessageID xmlns:w="{WRONG_WSA}">urn:uuid:wrong</w:MessageID>'
        f'<w:To xmlns:w="{WRONG_WSA}">https://wrong/</w:To>'
        f'<w:ReplyTo xmlns:w="{WRONG_WSA}"><w:Address>x</w:Address></w:ReplyTo>'
        f"{ACTION_HEADER}<a:MessageID>urn:uuid:right</a:MessageID>"
    )
    message = read_request(plain(envelope(RETRIEVE_BODY, doubled)), None)
    assert message.addressing.message_id == "urn:uuid:right"
    assert message.addressing.to is None


def test_denmark_sends_neither_to_nor_reply_to_and_another_form_of_message_id() -> None:
    headers = f"{ACTION_HEADER}<a:MessageID>uuid:7d0c</a:MessageID>"
    message = read_request(
        HttpPayload("application/soap+xml", envelope(RETRIEVE_BODY, headers)),
        RETRIEVE_ACTION,
    )
    assert message.addressing.message_id == "uuid:7d0c"
    assert (message.addressing.to, message.addressing.reply_to) == (None, None)


def test_a_missing_message_id_is_tolerated() -> None:
    message = read_request(plain(envelope(RETRIEVE_BODY, ACTION_HEADER)), None)
    assert message.addressing.message_id is None


@pytest.mark.parametrize("wrapped", [False, True])
def test_retrieve_is_read_plain_and_as_mtom(wrapped: bool) -> None:
    data = envelope(RETRIEVE_BODY, ACTION_HEADER)
    payload = package(root_part(data)) if wrapped else plain(data)
    assert read_request(payload, None).transaction is Transaction.ITI_39


@pytest.mark.parametrize(
    ("content_type", "soap_action", "headers"),
    [
        (f'{SOAP_12}; action="{RETRIEVE_ACTION}"', None, ""),
        (SOAP_12, f'"{RETRIEVE_ACTION}"', ""),
        (SOAP_12, RETRIEVE_ACTION, ""),
        (SOAP_12, '""', ACTION_HEADER),
        (SOAP_12, None, ""),
        ("APPLICATION/SOAP+XML;Charset=utf-8", None, ACTION_HEADER),
    ],
)
def test_the_action_may_be_told_in_any_of_its_places_or_by_the_body(
    content_type: str, soap_action: str | None, headers: str
) -> None:
    payload = plain(envelope(RETRIEVE_BODY, headers), content_type)
    assert read_request(payload, soap_action).transaction is Transaction.ITI_39


def test_reply_to_another_address_is_only_told() -> None:
    headers = (
        f'{ACTION_HEADER}<a:ReplyTo s:mustUnderstand="1">'
        "<a:Address>https://attacker.example/</a:Address></a:ReplyTo>"
    )
    message = read_request(plain(envelope(RETRIEVE_BODY, headers)), None)
    assert message.addressing.reply_to == "https://attacker.example/"


# What we refuse ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content_type", "soap_action", "headers"),
    [
        (f'{SOAP_12}; action="{QUERY_ACTION}"', None, ACTION_HEADER),
        (SOAP_12, QUERY_ACTION, ACTION_HEADER),
        (SOAP_12, None, f"<a:Action>{QUERY_ACTION}</a:Action>"),
    ],
)
def test_contradicting_actions_are_refused(
    content_type: str, soap_action: str | None, headers: str
) -> None:
    payload = plain(envelope(RETRIEVE_BODY, headers), content_type)
    assert refusal_of(payload, soap_action).refusal is Refusal.ACTION_CONTRADICTS


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (RETRIEVE_BODY, "<a:Action>urn:other</a:Action>"),
        ('<y xmlns="urn:y"/>', ACTION_HEADER),
        ('<y xmlns="urn:y"/>', ""),
    ],
)
def test_an_unknown_action_or_body_is_refused(body: str, headers: str) -> None:
    refused = refusal_of(plain(envelope(body, headers)))
    assert refused.refusal is Refusal.ACTION_UNKNOWN


@pytest.mark.spec("SOAP 1.2 Part 1 2.4")
@pytest.mark.parametrize("value", ["1", "true", " 1 ", "yes"])
@pytest.mark.parametrize(
    "role", ["", f"{ns.SOAP}/role/next", f"{ns.SOAP}/role/ultimateReceiver"]
)
def test_a_mandatory_header_for_us_that_is_unknown_is_refused(
    value: str, role: str
) -> None:
    headers = (
        f"{ACTION_HEADER}<a:MessageID>urn:uuid:1</a:MessageID>"
        f'<x:Odd xmlns:x="urn:odd" s:mustUnderstand="{value}" s:role="{role}"/>'
    )
    refused = refusal_of(plain(envelope(RETRIEVE_BODY, headers)))
    assert refused.refusal is Refusal.HEADER_NOT_UNDERSTOOD
    assert refused.header == "{urn:odd}Odd"
    assert refused.message_id == "urn:uuid:1"


@pytest.mark.spec("SOAP 1.2 Part 1 2.4")
@pytest.mark.parametrize(
    "attributes",
    [
        "",
        's:mustUnderstand="0"',
        's:mustUnderstand="false"',
        f's:mustUnderstand="1" s:role="{ns.SOAP}/role/none"',
        's:mustUnderstand="1" s:role="urn:somebody-else"',
        'mustUnderstand="1"',
    ],
)
def test_an_unknown_header_that_is_optional_or_for_others_is_ignored(
    attributes: str,
) -> None:
    headers = f'{ACTION_HEADER}<x:Odd xmlns:x="urn:odd" {attributes}/>'
    message = read_request(plain(envelope(RETRIEVE_BODY, headers)), None)
    assert message.transaction is Transaction.ITI_39


def test_a_mandatory_addressing_header_of_a_wrong_namespace_is_refused() -> None:
    wrong = f'<w:Action xmlns:w="{WRONG_WSA}" s:mustUnderstand="1">x</w:Action>'
    refused = refusal_of(plain(envelope(RETRIEVE_BODY, ACTION_HEADER + wrong)))
    assert refused.refusal is Refusal.HEADER_NOT_UNDERSTOOD


@pytest.mark.parametrize("name", ["Action", "MessageID", "To"])
def test_an_addressing_header_that_stands_twice_is_refused(name: str) -> None:
    twice = f"<a:{name}>{RETRIEVE_ACTION}</a:{name}>" * 2
    refused = refusal_of(plain(envelope(RETRIEVE_BODY, twice)))
    assert refused.refusal is Refusal.BODY_INVALID


def test_an_endless_message_id_is_refused() -> None:
    headers = f"{ACTION_HEADER}<a:MessageID>{'x' * 513}</a:MessageID>"
    refused = refusal_of(plain(envelope(RETRIEVE_BODY, headers)))
    assert refused.refusal is Refusal.BODY_INVALID


GOOD = envelope(RETRIEVE_BODY, ACTION_HEADER)
MALFORMED = {
    Refusal.MALFORMED_XML: GOOD[:-3],
    Refusal.DTD_PRESENT: b"<!DOCTYPE s:Envelope>" + GOOD,
    Refusal.NOT_SOAP_12: GOOD.replace(ns.SOAP.encode(), ns.SOAP_11.encode()),
    Refusal.MESSAGE_TOO_LARGE: envelope("<y>" * 100 + "</y>" * 100),
}


@pytest.mark.parametrize(("refusal", "data"), MALFORMED.items(), ids=MALFORMED.keys())
def test_a_malformed_message_is_refused(refusal: Refusal, data: bytes) -> None:
    assert refusal_of(plain(data)).refusal is refusal


@pytest.mark.parametrize(
    "data",
    [
        GOOD.replace(b"<s:Header>", b"<s:Header/><s:Header>"),
        GOOD.replace(b"</s:Body>", b"</s:Body><s:Body/>"),
        GOOD.replace(b"</s:Body>", b"</s:Body><y/>"),
        envelope("", ACTION_HEADER),
        envelope(RETRIEVE_BODY * 2, ACTION_HEADER),
    ],
)
def test_an_envelope_of_another_shape_is_refused(data: bytes) -> None:
    assert refusal_of(plain(data)).refusal is Refusal.BODY_INVALID


@pytest.mark.parametrize(
    "content_type",
    ["text/xml", "application/soap+xml; charset=UTF-16", "", "application/json"],
)
def test_another_media_type_is_refused(content_type: str) -> None:
    refused = refusal_of(plain(GOOD, content_type))
    assert refused.refusal is Refusal.MEDIA_TYPE_UNSUPPORTED


def test_a_refusal_repeats_nothing_of_the_message() -> None:
    data = GOOD.replace(b"2.25.1^PS", b"SECRET-1893120105732<")
    assert "SECRET" not in str(refusal_of(plain(data)))


def test_a_message_does_not_show_itself() -> None:
    message = read_request(plain(GOOD), None)
    assert "2.25.1" not in repr(message)


# Faults -----------------------------------------------------------------------------


@pytest.mark.spec("SOAP 1.2 Part 2 7.5.2.2")
@pytest.mark.parametrize(
    ("condition", "status", "codes"),
    [
        (Refusal.MALFORMED_XML, 400, ("Sender",)),
        (Refusal.NOT_SOAP_12, 500, ("VersionMismatch",)),
        (Refusal.HEADER_NOT_UNDERSTOOD, 500, ("MustUnderstand",)),
        (Refusal.ACTION_UNKNOWN, 400, ("Sender", "ActionNotSupported")),
        (Refusal.MESSAGE_TOO_LARGE, 413, ("Sender",)),
        (Refusal.SERVICE_UNAVAILABLE, 503, ("Receiver",)),
        (Reason.PEER_NOT_PINNED, 400, ("Sender", "InvalidSecurityToken")),
    ],
)
def test_a_fault_says_its_codes_and_its_status(
    condition: Refusal | Reason, status: int, codes: tuple[str, ...]
) -> None:
    sent, payload = write_fault(
        answer_for(condition, None), message_id="urn:uuid:2", relates_to="urn:uuid:1"
    )
    with pytest.raises(PeerRefused) as caught:
        read_response(payload)
    assert (sent, caught.value.codes) == (status, codes)
    assert b">urn:uuid:1</wsa:RelatesTo>" in payload.body


@pytest.mark.spec("SOAP 1.2 Part 1 5.4.8")
@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("{urn:odd}Odd", ("urn:odd", "Odd")),
        (f"{{{ns.WSA}}}Odd", (ns.WSA, "Odd")),
        ("Odd", (None, "Odd")),
    ],
)
def test_a_must_understand_fault_names_the_header(
    header: str, expected: tuple[str | None, str]
) -> None:
    answer = answer_for(Refusal.HEADER_NOT_UNDERSTOOD, None)
    payload = write_fault(answer, message_id="a", relates_to=None, header=header)[1]
    root = parse_xml(payload.body, SOAP_LIMITS)
    block = root[0].find(f"{{{ns.SOAP}}}NotUnderstood")
    assert block is not None
    prefix, _, name = block.get("qname", "").rpartition(":")
    assert (block.nsmap.get(prefix) if prefix else None, name) == expected


@pytest.mark.parametrize(
    "header", ["{http://www.w3.org/XML/1998/namespace}odd", "{urn:x}" + "y" * 600]
)
def test_a_header_that_cannot_be_named_still_gets_its_fault(header: str) -> None:
    answer = answer_for(Refusal.HEADER_NOT_UNDERSTOOD, None)
    payload = write_fault(answer, message_id="a", relates_to=None, header=header)[1]
    assert parse_xml(payload.body, SOAP_LIMITS) is not None
    assert b"NotUnderstood" not in payload.body


def test_an_answer_in_band_cannot_be_written_as_a_fault() -> None:
    answer = answer_for(Refusal.CONSENT_REFUSED, Transaction.ITI_38)
    with pytest.raises(ValueError, match="not a fault"):
        write_fault(answer, message_id="a", relates_to=None)


def test_a_fault_of_gematik_has_a_subcode_with_blanks() -> None:
    fault = (
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode>"
        "<s:Value>HP Missing Attributes</s:Value></s:Subcode></s:Code>"
        '<s:Reason><s:Text xml:lang="en">SECRET</s:Text></s:Reason></s:Fault>'
    )
    with pytest.raises(PeerRefused) as caught:
        read_response(plain(envelope(fault)))
    assert caught.value.codes == ("Sender", "HP Missing Attributes")
    assert "SECRET" not in str(caught.value)


def test_a_response_of_no_transaction_is_refused() -> None:
    with pytest.raises(ProtocolError) as caught:
        read_response(plain(envelope("<y/>")))
    assert caught.value.refusal is Refusal.PEER_ANSWER_INVALID
    assert "by its message id" in caught.value.remedy


# What others keep -------------------------------------------------------------------


def test_the_body_hash_is_that_of_what_is_said_not_of_how_it_is_sent() -> None:
    first = read_request(plain(envelope(RETRIEVE_BODY, ACTION_HEADER)), None)
    rebuilt = ACTION_HEADER + "<a:To>https://elsewhere/</a:To>"
    data = envelope(RETRIEVE_BODY, rebuilt, 'xmlns:unused="urn:unused"')
    second = read_request(package(root_part(data)), None)
    assert body_hash(first) == body_hash(second)


def test_the_body_hash_changes_with_the_body() -> None:
    first = read_request(plain(GOOD), None)
    second = read_request(plain(GOOD.replace(b"2.25.1^PS", b"2.25.2^PS")), None)
    assert body_hash(first) != body_hash(second)


def test_the_body_hash_puts_parts_in() -> None:
    inline = read_response(plain(retrieve_response_xml("PGNkYS8+")))
    root = root_part(retrieve_response_xml(include("d1@x")))
    packed = read_response(package(root, part("d1@x", b"<cda/>")))
    other = read_response(package(root, part("d1@x", b"<cda />")))
    assert body_hash(inline) == body_hash(packed) != body_hash(other)
    # Hashing leaves the live tree as it was.
    assert packed.envelope.find(f".//{{{ns.XOP}}}Include") is not None


def test_the_security_header_is_kept_for_the_audit() -> None:
    kept = security_header_bytes(read_request(written_request(), None))
    assert kept is not None
    assert kept.count(b"saml2:Issuer") == 4
    assert security_header_bytes(read_request(plain(GOOD), None)) is None


def test_a_query_is_written_plain() -> None:
    body = write_document_query(DocumentQuery(PATIENT, (ClassCode.PATIENT_SUMMARY,)))
    payload = write_request(
        body, action=QUERY_ACTION, message_id="urn:uuid:1", to="x", assertions=[]
    )
    assert payload.content_type.startswith("application/soap+xml; ")
    assert read_request(payload, None).transaction is Transaction.ITI_38
