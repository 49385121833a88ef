"""Messages as peers send them, with slots, and small ways to make and read them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from lxml import etree

from ncp.exchange import HttpPayload
from ncp.ihe import namespaces as ns
from ncp.ihe.codes import Transaction
from ncp.ihe.iti38_xca_query import DocumentEntry
from ncp.ihe.iti55_xcpd import (
    InstanceId,
    PatientDiscoveryRequest,
    PatientMatch,
    PatientTraits,
    PostalAddress,
)
from ncp.ihe.nodes import prefixes_for
from ncp.ihe.soap import write_request
from trust.identifiers import CountryCode, HomeCommunityId, Oid, PatientId
from trust.xml import DOCUMENT_LIMITS, Element, parse_xml, write_xml

NOW = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
LUXEMBOURG = HomeCommunityId("1.3.182.2.12.10000734.6.1")
PORTUGAL = HomeCommunityId("2.16.17.710.820.1000.990.1")
PATIENT = PatientId(Oid("1.3.182.4.4"), "1893120105732")
SOAP_12 = "application/soap+xml; charset=UTF-8"
WRONG_WSA = f"{ns.WSA}/anonymous"

QUESTION = PatientDiscoveryRequest(
    InstanceId("6f1f2b0e-6f61-4a7e-9a8e-6a5d3f2b1c00", "1234567890"),
    PORTUGAL,
    LUXEMBOURG,
    InstanceId("1.2.3", "77"),
    PatientTraits(
        (PATIENT,),
        ("Weber",),
        ("Anna", "Maria"),
        "1893-12-01",
        "female",
        PostalAddress(("1, rue du Test",), "Luxembourg", "1111", "LU"),
    ),
    sender_organization=PORTUGAL,
)
MATCH = PatientMatch(
    PATIENT,
    ("Weber",),
    ("Anna", "Maria"),
    "1893-12-01",
    "female",
    PostalAddress(("1, rue du Test",), "Luxembourg", "1111", "LU"),
)
ENTRY = DocumentEntry(
    uuid.UUID("11111111-2222-4333-8444-555555555555"),
    "2.25.329800735698586629295641978511506172918",
    "1.3.182.2.12.1",
    LUXEMBOURG,
    PATIENT,
    "60591-5",
    "60591-5",
    "urn:epSOS:ps:ps:2010",
    NOW.replace(microsecond=0),
    "Patient Summary",
    "Summary",
    "text/xml",
    "fr-LU",
    country=CountryCode("LU"),
    country_name="Luxembourg",
)


class CountedIds:
    """Identifiers that count up, so that messages are the same in each run."""

    def __init__(self) -> None:
        self._last = 0

    def uuid(self) -> uuid.UUID:
        self._last += 1
        return uuid.UUID(int=self._last, version=4)


def through_xml(body: Element) -> etree._Element:
    """Write an element and parse it again, as the other side would."""
    return parse_xml(write_xml(body, prefixes_for(body)), DOCUMENT_LIMITS)


def request_of(
    transaction: Transaction, body: Element, assertions: Sequence[bytes] = ()
) -> bytes:
    """Write the envelope of a request of ours; nothing travels beside it."""
    return write_request(
        body,
        action=transaction.request_action,
        message_id="urn:uuid:00000000-0000-4000-8000-000000000001",
        to="https://ncp.example/",
        assertions=assertions,
    ).body


def envelope(body: str, headers: str = "", attributes: str = "") -> bytes:
    return (
        f'<s:Envelope xmlns:s="{ns.SOAP}" xmlns:a="{ns.WSA}" {attributes}>'
        f"<s:Header>{headers}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def plain(data: bytes, content_type: str = SOAP_12) -> HttpPayload:
    return HttpPayload(content_type, data)


RETRIEVE_BODY = (
    f'<x:RetrieveDocumentSetRequest xmlns:x="{ns.XDSB}"><x:DocumentRequest>'
    "<x:HomeCommunityId>urn:oid:1.3.182.2.12.10000734.6.1</x:HomeCommunityId>"
    "<x:RepositoryUniqueId>1.3.182.2.12.1</x:RepositoryUniqueId>"
    "<x:DocumentUniqueId>2.25.1^PS</x:DocumentUniqueId>"
    "</x:DocumentRequest></x:RetrieveDocumentSetRequest>"
)
RETRIEVE_ACTION = Transaction.ITI_39.request_action
ACTION_HEADER = f'<a:Action s:mustUnderstand="1">{RETRIEVE_ACTION}</a:Action>'


def package(
    *parts: bytes,
    boundary: str = "b1",
    content_type: str = (
        'multipart/related; boundary="b1"; type="application/xop+xml"; '
        'start="<root@x>"; start-info="application/soap+xml"'
    ),
    preamble: bytes = b"",
    end: bytes = b"--b1--\r\n",
) -> HttpPayload:
    body = preamble + b"".join(
        f"--{boundary}\r\n".encode() + p + b"\r\n" for p in parts
    )
    return HttpPayload(content_type, body + end)


ROOT_HEADERS = (
    b'Content-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"\r\n'
    b"Content-Transfer-Encoding: binary\r\n"
    b"Content-ID: <root@x>\r\n"
)


def root_part(data: bytes, headers: bytes = ROOT_HEADERS) -> bytes:
    return headers + b"\r\n" + data


def part(content_id: str, data: bytes, more: bytes = b"") -> bytes:
    head = f"Content-Type: text/xml\r\nContent-ID: <{content_id}>\r\n".encode() + more
    return head + b"\r\n" + data


def retrieve_response_xml(*contents: str, status: str | None = None) -> bytes:
    """A retrieve response whose Document elements hold ``contents``."""
    success = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
    documents = "".join(
        "<x:DocumentResponse>"
        "<x:HomeCommunityId>urn:oid:1.3.182.2.12.10000734.6.1</x:HomeCommunityId>"
        "<x:RepositoryUniqueId>1.2.3</x:RepositoryUniqueId>"
        f"<x:DocumentUniqueId>2.25.{number}</x:DocumentUniqueId>"
        "<x:mimeType>text/xml</x:mimeType>"
        f"<x:Document>{content}</x:Document></x:DocumentResponse>"
        for number, content in enumerate(contents)
    )
    return envelope(
        f'<x:RetrieveDocumentSetResponse xmlns:x="{ns.XDSB}" xmlns:r="{ns.RS}">'
        f'<r:RegistryResponse status="{status or success}"/>{documents}'
        "</x:RetrieveDocumentSetResponse>"
    )


def include(content_id: str) -> str:
    return f'<i:Include xmlns:i="{ns.XOP}" href="cid:{content_id}"/>'
