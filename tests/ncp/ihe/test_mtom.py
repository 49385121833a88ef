"""MTOM packages: what the strict reader takes and what it refuses."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ncp.answers import Condition
from ncp.errors import ProtocolError, Refusal
from ncp.exchange import HttpPayload
from ncp.ihe.codes import Transaction
from ncp.ihe.iti39_xca_retrieve import read_retrieve_response
from ncp.ihe.media_types import parse_media_type
from ncp.ihe.mtom import (
    Attachment,
    PackageLimits,
    read_package,
    strict_base64,
    write_package,
)
from ncp.ihe.soap import read_request, read_response
from tests.ncp.ihe.messages import (
    ACTION_HEADER,
    RETRIEVE_BODY,
    ROOT_HEADERS,
    envelope,
    include,
    package,
    part,
    retrieve_response_xml,
    root_part,
)

ONE = root_part(retrieve_response_xml(include("d1@x")))


def documents_of(payload: HttpPayload) -> list[bytes]:
    message = read_response(payload)
    response = read_retrieve_response(message.body, message.attachments)
    return [document.content for document in response.documents]


def refusal_of(payload: HttpPayload) -> Condition:
    with pytest.raises(ProtocolError) as caught:
        read_response(payload)
    cause = caught.value.__cause__
    assert caught.value.refusal is Refusal.PEER_ANSWER_INVALID
    assert isinstance(cause, ProtocolError)
    return cause.refusal


@pytest.mark.spec("XOP 1.0 §3.2")
def test_a_reference_is_replaced_by_the_bytes_of_its_part() -> None:
    assert documents_of(package(ONE, part("d1@x", b"<cda/>\r\n"))) == [b"<cda/>\r\n"]


@pytest.mark.spec("RFC 2392")
def test_a_reference_may_escape_its_content_id() -> None:
    root = root_part(retrieve_response_xml(include("d%201%2B%40x")))
    refused = refusal_of(package(root, part("d1@x", b"x")))
    assert refused is Refusal.MULTIPART_BROKEN
    root = root_part(retrieve_response_xml(include("1.urn%3Auuid%3Aabc%40apache.org")))
    good = package(root, part("1.urn:uuid:abc@apache.org", b"x"))
    assert documents_of(good) == [b"x"]


@pytest.mark.spec("RFC 2387 3.2")
def test_without_start_the_first_part_is_the_root() -> None:
    content_type = 'multipart/related; boundary=b1; type="application/xop+xml"'
    payload = package(ONE, part("d1@x", b"x"), content_type=content_type)
    assert documents_of(payload) == [b"x"]


def test_start_may_name_a_part_that_is_not_the_first() -> None:
    assert documents_of(package(part("d1@x", b"x"), ONE)) == [b"x"]


def test_openncp_retrieve_request_is_a_package_of_one_part() -> None:
    root = root_part(envelope(RETRIEVE_BODY, ACTION_HEADER))
    payload = package(root, preamble=b"\r\n")  # Axis2 begins with an empty line
    assert read_request(payload, None).transaction is Transaction.ITI_39


def test_axis2_part_headers_in_lower_case_and_with_a_last_semicolon() -> None:
    headers = (
        b"content-type: application/xop+xml; charset=UTF-8; "
        b'type="application/soap+xml";\r\n'
        b"content-transfer-encoding: binary\r\ncontent-id: <root@x>\r\n"
    )
    root = root_part(retrieve_response_xml(include("d1@x")), headers)
    assert documents_of(package(root, part("d1@x", b"x"))) == [b"x"]


def test_cxf_tells_the_action_inside_the_type_parameter_and_folds_headers() -> None:
    headers = (
        b"Content-Type: application/xop+xml; charset=UTF-8;\r\n"
        b' type="application/soap+xml; action=\\"urn:x\\""\r\n'
        b"Content-ID: <root@x>\r\n"
    )
    root = root_part(retrieve_response_xml(include("d1@x")), headers)
    assert documents_of(package(root, part("d1@x", b"x"))) == [b"x"]


def test_a_part_may_be_in_base64() -> None:
    encoded = part("d1@x", b"PGNkYS8+", b"Content-Transfer-Encoding: base64\r\n")
    assert documents_of(package(ONE, encoded)) == [b"<cda/>"]


def test_a_document_may_be_base64_in_the_envelope() -> None:
    data = retrieve_response_xml(" PGNk\n YS8+ ")
    payload = HttpPayload("application/soap+xml", data)
    assert documents_of(payload) == [b"<cda/>"]


def test_a_hundred_parts_are_taken() -> None:
    root = root_part(retrieve_response_xml(*(include(f"d{n}@x") for n in range(100))))
    parts = [part(f"d{n}@x", b"%d" % n) for n in range(100)]
    assert documents_of(package(root, *parts)) == [b"%d" % n for n in range(100)]


def test_more_than_the_allowed_parts_are_too_large() -> None:
    root = root_part(retrieve_response_xml(*(include(f"d{n}@x") for n in range(101))))
    parts = [part(f"d{n}@x", b"x") for n in range(101)]
    assert refusal_of(package(root, *parts)) is Refusal.MESSAGE_TOO_LARGE


@pytest.mark.parametrize("size", [1000, 1001])
def test_a_part_is_bounded(size: int) -> None:
    payload = package(ONE, part("d1@x", b"x" * size))
    media_type = parse_media_type(payload.content_type)
    limits = PackageLimits(max_part_bytes=1000)
    if size <= 1000:
        assert read_package(payload.body, media_type, limits).attachments
        return
    with pytest.raises(ProtocolError) as caught:
        read_package(payload.body, media_type, limits)
    assert caught.value.refusal is Refusal.MESSAGE_TOO_LARGE


D1 = part("d1@x", b"x")
TWO_REFERENCES = root_part(retrieve_response_xml(include("d1@x"), include("d1@x")))
BROKEN = {
    "a part is missing": package(ONE),
    "a part is not referenced": package(ONE, D1, part("d2@x", b"y")),
    "two parts have one content id": package(ONE, D1, D1),
    "two references name one part": package(TWO_REFERENCES, D1),
    "a part has no content id": package(ONE, b"Content-Type: text/xml\r\n\r\nx"),
    "a part has no content type": package(ONE, b"Content-ID: <d1@x>\r\n\r\nx"),
    "a part has no headers": package(ONE, b"x"),
    "a header is repeated": package(ONE, part("d1@x", b"x", b"Content-ID: <d2@x>\r\n")),
    "a header is not ASCII": package(ONE, part("d1@x", b"x", b"X: \xc3\xa9\r\n")),
    "too many headers": package(
        ONE, part("d1@x", b"x", b"".join(b"X%d: y\r\n" % n for n in range(20)))
    ),
    "too long headers": package(
        ONE, part("d1@x", b"x", b"X: " + b"y" * 9000 + b"\r\n")
    ),
    "a part is a package": package(
        ONE, b"Content-Type: multipart/mixed; boundary=c\r\nContent-ID: <d1@x>\r\n\r\nx"
    ),
    "an encoding is unknown": package(
        ONE, part("d1@x", b"x", b"Content-Transfer-Encoding: quoted-printable\r\n")
    ),
    "no closing boundary": package(ONE, D1, end=b""),
    "text before the parts": package(ONE, D1, preamble=b"hello\r\n"),
    "text after the parts": package(ONE, D1, end=b"--b1--\r\nhello"),
    "a part after the end": package(ONE, end=b"--b1--\r\n--b1\r\n" + D1 + b"\r\n"),
    "another boundary": package(ONE, D1, boundary="b2"),
    "an empty boundary": package(
        ONE, D1, content_type='multipart/related; boundary=""'
    ),
    "no boundary": package(ONE, D1, content_type="multipart/related"),
    "a boundary over 70 characters": package(
        ONE, D1, content_type=f"multipart/related; boundary={'b' * 71}"
    ),
    "start names no part": package(
        ONE, D1, content_type='multipart/related; boundary=b1; start="<other@x>"'
    ),
    "a reference is no cid URL": package(
        root_part(retrieve_response_xml(include("d1@x").replace("cid:", "http://x/"))),
        D1,
    ),
    "a reference climbs a path": package(
        root_part(retrieve_response_xml(include("../../etc/passwd"))), D1
    ),
    "a reference beside text": package(
        root_part(retrieve_response_xml("PGNkYS8+" + include("d1@x"))), D1
    ),
    "a reference beside an element": package(
        root_part(retrieve_response_xml(include("d1@x") + "<y/>")), D1
    ),
    "a reference in the header": package(
        root_part(
            retrieve_response_xml(include("d1@x")).replace(
                b"<s:Header>", f"<s:Header><h>{include('d1@x')}</h>".encode()
            )
        ),
        D1,
    ),
    "line feeds alone": HttpPayload(
        package(ONE, D1).content_type, package(ONE, D1).body.replace(b"\r\n", b"\n")
    ),
}


@pytest.mark.spec("XOP 1.0 §4.1")
@pytest.mark.parametrize("payload", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_package_is_refused(payload: HttpPayload) -> None:
    assert refusal_of(payload) is Refusal.MULTIPART_BROKEN


def test_a_reference_without_a_package_is_refused() -> None:
    data = retrieve_response_xml(include("d1@x"))
    refused = refusal_of(HttpPayload("application/soap+xml", data))
    assert refused is Refusal.MULTIPART_BROKEN


UNSUPPORTED = {
    "soap with attachments": package(
        ONE, D1, content_type='multipart/related; boundary=b1; type="text/xml"'
    ),
    "multipart/mixed": package(ONE, D1, content_type="multipart/mixed; boundary=b1"),
    "root is no xop": package(
        root_part(
            retrieve_response_xml(include("d1@x")),
            ROOT_HEADERS.replace(b"xop+xml", b"xml"),
        ),
        D1,
    ),
    "root in another charset": package(
        root_part(
            retrieve_response_xml(include("d1@x")),
            ROOT_HEADERS.replace(b"UTF-8", b"UTF-16"),
        ),
        D1,
    ),
    "root holds SOAP 1.1": package(
        root_part(
            retrieve_response_xml(include("d1@x")),
            ROOT_HEADERS.replace(b"application/soap+xml", b"text/xml"),
        ),
        D1,
    ),
    "a repeated parameter": package(
        ONE, D1, content_type="multipart/related; boundary=b1; boundary=b2"
    ),
    "an unended quote": package(ONE, D1, content_type='multipart/related; boundary="b'),
}


@pytest.mark.parametrize("payload", UNSUPPORTED.values(), ids=UNSUPPORTED.keys())
def test_another_media_type_is_refused(payload: HttpPayload) -> None:
    assert refusal_of(payload) is Refusal.MEDIA_TYPE_UNSUPPORTED


@pytest.mark.parametrize(
    "text", ["PGNkYS8", "PGNkYS8+=", "PGNk*YS8+", "PGNkYS9=", "é", "PGNkYS8-"]
)
def test_base64_that_is_not_canonical_is_refused(text: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        strict_base64(text)
    assert text not in str(caught.value)


@given(st.binary(max_size=200))
def test_base64_reads_what_it_wrote(data: bytes) -> None:
    assert strict_base64(base64.encodebytes(data).decode()) == data


@settings(max_examples=30, deadline=None)
@given(
    st.binary(max_size=300),
    st.lists(st.binary(max_size=300), max_size=4),
    st.text(max_size=20),
)
def test_a_written_package_reads_back(
    root: bytes, contents: list[bytes], seed: str
) -> None:
    attachments = [
        Attachment(f"{number}@x", "text/xml", data)
        for number, data in enumerate(contents)
    ]
    payload = write_package(root, attachments, action="urn:a", seed=seed)
    read = read_package(payload.body, parse_media_type(payload.content_type))
    assert read.root == root
    assert list(read.attachments.values()) == contents
    assert read.actions == ("urn:a",)


def test_a_boundary_is_never_one_that_stands_in_the_content() -> None:
    first = write_package(b"<x/>", (), action="urn:a", seed="s")
    boundary = parse_media_type(first.content_type).parameters["boundary"]
    hostile = f"<x/>\r\n--{boundary}--\r\n".encode()
    second = write_package(hostile, (), action="urn:a", seed="s")
    media_type = parse_media_type(second.content_type)
    assert media_type.parameters["boundary"] != boundary
    assert read_package(second.body, media_type).root == hostile


@settings(max_examples=120, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 700), st.integers(0, 40))
def test_a_damaged_package_is_refused_and_never_crashes(
    noise: bytes, position: int, length: int
) -> None:
    payload = package(ONE, D1)
    body = payload.body[:position] + noise + payload.body[position + length :]
    try:
        read_response(HttpPayload(payload.content_type, body))
    except ProtocolError as error:
        assert error.refusal is Refusal.PEER_ANSWER_INVALID  # noqa: PT017
