"""The services say what they are, and a client made from that can call them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
import zeep
from lxml import etree
from zeep.transports import Transport as ZeepTransport

from ncp.answers import answer_for
from ncp.errors import Refusal
from ncp.exchange import PeerIdentity
from ncp.ihe.codes import FIND_DOCUMENTS, ClassCode, Transaction
from ncp.ihe.document_list import write_document_query_response
from ncp.ihe.iti38_xca_query import DocumentQuery, write_document_query
from ncp.ihe.iti39_xca_retrieve import (
    DocumentRequest,
    RetrievedDocument,
    RetrieveRequest,
    write_retrieve_request,
    write_retrieve_response,
)
from ncp.ihe.iti41_xdr import write_submission, write_submission_response
from ncp.ihe.namespaces import WSSE
from ncp.ihe.nodes import prefixes_for
from ncp.ports import RandomIds, SystemClock
from ncp.telemetry import Metrics
from ncp.web.doors import Door
from ncp.web.international import InternationalApp
from ncp.web.service_description import describe
from tests.ncp.country_a.scene import EVA, HOME, CountryA, discovery
from tests.ncp.country_a.submissions import document, submission
from tests.ncp.ihe.messages import ENTRY
from tests.ncp.web.running import connect, read_all, running
from tests.trust import pki
from trust.xml import Element, write_xml

WSDL = Path(__file__).parents[3] / "ncp" / "web" / "wsdl"


@dataclass(frozen=True)
class KnownPeer:
    """A door that always knows who is there."""

    certificate: bytes

    def identify(self, _scope) -> PeerIdentity:
        return PeerIdentity(self.certificate, "192.0.2.7")


@pytest.fixture
def country_a(tmp_path: Path) -> Iterator[CountryA]:
    country = CountryA(tmp_path)
    yield country
    country.store.close()


@pytest.fixture
def door(country_a: CountryA) -> Iterator[int]:
    with ThreadPoolExecutor(2) as executor:
        app = InternationalApp(
            country_a.gateway,
            KnownPeer(pki.der(country_a.client)),
            executor,
            SystemClock(),
            Metrics(),
            max_body_bytes=1_000_000,
            body_timeout_s=10,
        )
        with running(Door("international", app, "127.0.0.1", 0)) as doors:
            yield doors.port("international")


class OverPlainHttp(ZeepTransport):
    """The description names https; the test's door has no TLS."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.session.trust_env = False
        self._port = port

    def post(self, address, message, headers):
        return super().post(address.replace("https://", "http://"), message, headers)


@pytest.fixture
def client_of(door: int):
    def made(service: str) -> zeep.Client:
        url = f"http://127.0.0.1:{door}/services/{service}_Service?wsdl"
        return zeep.Client(url, transport=OverPlainHttp(door))

    return made


def security(*assertions: bytes) -> etree._Element:
    """The header by itself: no prefix around it that lxml would put into them."""
    opening = f'<wsse:Security xmlns:wsse="{WSSE}">'.encode()
    return etree.fromstring(opening + b"".join(assertions) + b"</wsse:Security>")


def as_elements(body: Element) -> list[etree._Element]:
    return list(etree.fromstring(write_xml(body, prefixes_for(body))))


@pytest.mark.spec("ITI TF-2 Appendix V.2")
def test_a_client_made_from_the_description_identifies_a_patient(
    country_a: CountryA, client_of
) -> None:
    client = client_of("XCPD")
    call = client.service.RespondingGateway_PRPA_IN201305UV02
    answer = call(
        _value_1=as_elements(discovery(EVA)),
        ITSVersion="XML_1.0",
        _soapheaders=[security(country_a.hcp())],
    )
    text = b"".join(etree.tostring(each) for each in answer["_value_1"])
    assert b'extension="1893120105732"' in text
    assert b"Weber" in text
    assert country_a.conditions() == [None]


def test_a_client_made_from_the_description_lists_documents(
    country_a: CountryA, client_of
) -> None:
    client = client_of("XCA")
    answer = client.service.RespondingGateway_CrossGatewayQuery(
        ResponseOption={"returnType": "LeafClass", "returnComposedObjects": True},
        AdhocQuery={
            "id": FIND_DOCUMENTS,
            "Slot": [
                slot("$XDSDocumentEntryPatientId", f"'{EVA.cx}'"),
                slot(
                    "$XDSDocumentEntryStatus",
                    "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')",
                ),
                slot(
                    "$XDSDocumentEntryClassCode",
                    "('60591-5^^2.16.840.1.113883.6.1')",
                ),
            ],
        },
        _soapheaders=[security(*country_a.assertions(EVA))],
    )
    assert answer["status"].endswith(":Success")
    entry = answer["RegistryObjectList"]["_value_1"][0]["ExtrinsicObject"]
    assert entry["Name"]["LocalizedString"][0]["value"] == "Patient Summary"


def slot(name: str, value: str) -> dict[str, object]:
    return {"name": name, "ValueList": {"Value": [value]}}


def test_a_submission_can_be_called_too(country_a: CountryA, client_of) -> None:
    client = client_of("XDR")
    operation = client.service["DocumentRecipient_ProvideAndRegisterDocumentSet-b"]
    answer = operation(
        SubmitObjectsRequest={"RegistryObjectList": {"_value_1": []}},
        _soapheaders=[security(*country_a.assertions(EVA))],
    )
    assert answer["status"].endswith(":Failure")
    [error] = answer["RegistryErrorList"]["RegistryError"]
    assert error["errorCode"] == "4202"  # no register of dispensations here


# The schemas ------------------------------------------------------------------------


class FromFolder(etree.Resolver):
    """Finds ``?xsd=NAME`` in the folder of the schemas."""

    def resolve(self, url, _id, context):
        name = url.rpartition("xsd=")[2]
        return self.resolve_filename(str(WSDL / name), context)


def schema(name: str) -> etree.XMLSchema:
    parser = etree.XMLParser()
    parser.resolvers.add(FromFolder())
    return etree.XMLSchema(etree.parse(WSDL / name, parser))


def messages() -> dict[str, tuple[str, Element]]:
    asked = DocumentRequest(HOME, "1.2.3", "2.25.1")
    ids = RandomIds()
    refused = answer_for(Refusal.CONSENT_REFUSED, Transaction.ITI_38)
    query = DocumentQuery(EVA, (ClassCode.PATIENT_SUMMARY,), maximum_size=7)
    return {
        "discovery": ("hl7.xsd", discovery(EVA)),
        "query": ("query.xsd", write_document_query(query)),
        "list": ("query.xsd", write_document_query_response([ENTRY], home=HOME)),
        "no list": (
            "query.xsd",
            write_document_query_response((), (refused,), home=HOME),
        ),
        "retrieve": ("xds.xsd", write_retrieve_request(RetrieveRequest((asked,)))),
        "submission answer": (
            "rs.xsd",
            write_submission_response((refused,), is_any_taken=False, home=HOME),
        ),
        "refused retrieve": (
            "xds.xsd",
            write_retrieve_response((), (refused,), home=HOME, ids=ids)[0],
        ),
    }


@pytest.mark.parametrize("name", messages())
def test_what_we_write_is_what_we_describe(name: str) -> None:
    file, body = messages()[name]
    schema(file).assertValid(etree.fromstring(write_xml(body, prefixes_for(body))))


def test_packages_are_described_as_base64() -> None:
    """XOP's references stand where the description has the bytes (XOP 1.0 §3)."""
    body, _ = write_submission(submission(document()), RandomIds())
    asked = DocumentRequest(HOME, "1.2.3", "2.25.1")
    given, _ = write_retrieve_response(
        [RetrievedDocument(asked, b"<a/>")], (), home=HOME, ids=RandomIds()
    )
    for written in (body, given):
        root = etree.fromstring(write_xml(written, prefixes_for(written)))
        for include in list(root.iter("{*}Include")):
            holder = include.getparent()
            holder.remove(include)
            holder.text = "PGEvPg=="
        schema("xds.xsd").assertValid(root)


def test_a_message_of_another_form_is_not_what_we_describe() -> None:
    bad = etree.fromstring(
        b'<RegistryResponse xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0"/>'
    )
    assert not schema("rs.xsd").validate(bad)


# The door ---------------------------------------------------------------------------


def get(port: int, target: str, host: str = "ncp.example:8443") -> tuple[int, bytes]:
    request = f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    with connect(port) as connection:
        connection.sendall(request.encode())
        answer = read_all(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def test_the_description_names_the_address_it_was_found_at(door: int) -> None:
    status, body = get(door, "/services/XCA_Service?wsdl")
    assert status == 200
    assert b'location="https://ncp.example:8443/services/XCA_Service"' in body


def test_nothing_of_the_request_is_put_into_it_unread() -> None:
    described = describe("XCA", "wsdl", 'x"><evil/>', "/services/XCA_Service")
    assert described is not None
    assert b"evil" not in described.body
    etree.fromstring(described.body)


@pytest.mark.parametrize(
    "target",
    [
        "/services/XCA_Service",
        "/services/XCA_Service?xsd=../tls.py",
        "/services/XCA_Service?xsd=other.xsd",
        "/services/XCA_Service?wsdl=1",
    ],
)
def test_only_the_descriptions_are_given_out(door: int, target: str) -> None:
    status, body = get(door, target)
    assert status == 405
    assert b"<" not in body


def test_every_schema_is_there(door: int) -> None:
    for file in WSDL.glob("*.xsd"):
        status, body = get(door, f"/services/XDR_Service?xsd={file.name}")
        assert (status, body) == (200, file.read_bytes())
