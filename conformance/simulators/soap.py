"""SOAP messages of the simulators: envelopes from templates, and what was received.

Spec: SOAP 1.2 Part 1 §5 / WS-Addressing 1.0 SOAP Binding / IHE ITI TF-2 Appendix V.3.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from lxml import etree

from conformance.simulators.dialect import MANNERS, Dialect
from conformance.simulators.mtom import PackageError, Unpacked, unpack
from conformance.simulators.templates import Template, template, write_filled
from trust.xml import Element, ParseLimits, Verbatim, XmlRefused, parse_xml

LIMITS: Final = ParseLimits(
    max_bytes=64 << 20, max_depth=64, max_nodes=200_000, huge_text=True
)
NAMESPACES: Final = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "wsa": "http://www.w3.org/2005/08/addressing",
    "wsse": "http://docs.oasis-open.org/wss/2004/01/"
    "oasis-200401-wss-wssecurity-secext-1.0.xsd",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "v3": "urn:hl7-org:v3",
    "query": "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0",
    "rim": "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0",
    "rs": "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0",
    "lcm": "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0",
    "xdsb": "urn:ihe:iti:xds-b:2007",
    "xop": "http://www.w3.org/2004/08/xop/include",
}


class Transaction(StrEnum):
    """The transactions between countries."""

    ITI_55 = "ITI-55"
    ITI_38 = "ITI-38"
    ITI_39 = "ITI-39"
    ITI_41 = "ITI-41"

    @property
    def request_action(self) -> str:
        """The ``wsa:Action`` of a request."""
        return _ACTIONS[self][0]

    @property
    def response_action(self) -> str:
        """The ``wsa:Action`` of an answer."""
        return _ACTIONS[self][1]

    @property
    def request_element(self) -> str:
        """The Clark name of the element in the Body of a request."""
        return _REQUESTS[self]

    @property
    def service(self) -> str:
        """The last step of the path, as OpenNCP names it."""
        return _SERVICES[self]


_ACTIONS: Final = {
    Transaction.ITI_55: (
        "urn:hl7-org:v3:PRPA_IN201305UV02:CrossGatewayPatientDiscovery",
        "urn:hl7-org:v3:PRPA_IN201306UV02:CrossGatewayPatientDiscovery",
    ),
    Transaction.ITI_38: (
        "urn:ihe:iti:2007:CrossGatewayQuery",
        "urn:ihe:iti:2007:CrossGatewayQueryResponse",
    ),
    Transaction.ITI_39: (
        "urn:ihe:iti:2007:CrossGatewayRetrieve",
        "urn:ihe:iti:2007:CrossGatewayRetrieveResponse",
    ),
    Transaction.ITI_41: (
        "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b",
        "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-bResponse",
    ),
}
_REQUESTS: Final = {
    Transaction.ITI_55: f"{{{NAMESPACES['v3']}}}PRPA_IN201305UV02",
    Transaction.ITI_38: f"{{{NAMESPACES['query']}}}AdhocQueryRequest",
    Transaction.ITI_39: f"{{{NAMESPACES['xdsb']}}}RetrieveDocumentSetRequest",
    Transaction.ITI_41: f"{{{NAMESPACES['xdsb']}}}ProvideAndRegisterDocumentSetRequest",
}
_SERVICES: Final = {
    Transaction.ITI_55: "XCPD_Service",
    Transaction.ITI_38: "XCA_Service",
    Transaction.ITI_39: "XCA_Service",
    Transaction.ITI_41: "XDR_Service",
}


class NotUnderstood(ValueError):  # noqa: N818 - what a simulator says of a message
    """A message is not of its form; the text says how."""


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a message, filled, and the templates that went into it."""

    element: Element
    templates: tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it was received; ``told_action`` is the one its media type tells."""

    envelope: etree._Element = field(repr=False)
    body: etree._Element = field(repr=False)
    parts: Mapping[str, bytes] = field(repr=False)
    message_id: str | None
    action: str | None
    is_package: bool = False
    told_action: str | None = None

    @property
    def assertions(self) -> Sequence[etree._Element]:
        """The assertions of the security header, in order."""
        path = "s:Header/wsse:Security/saml:Assertion"
        return self.envelope.findall(path, NAMESPACES)


def fill(folder: str, name: str, /, **values: object) -> Body:
    """Fill a template that stands by itself."""
    return part_of(folder, name, values)


def part_of(
    folder: str, name: str, values: Mapping[str, object], *inside: Body
) -> Body:
    """Fill a template; ``inside`` are the bodies that were put into its slots."""
    used = template(folder, name)
    others = tuple(each for body in inside for each in body.templates)
    return Body(used.fill(values), (used, *others))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Address:
    """The addressing of a message; ``to`` is told by requests, and not by all."""

    action: str
    message_id: str
    to: str | None = None
    relates_to: str | None = None


def write_envelope(
    dialect: Dialect,
    address: Address,
    body: Body,
    assertions: Sequence[bytes] = (),
    *,
    doubled: bool = False,
) -> bytes:
    """Write an envelope around a body; assertions go out byte for byte."""
    folder = MANNERS[dialect].templates
    envelope = template(folder, "envelope")
    headers = {
        "action": address.action,
        "message_id": address.message_id,
        "to": address.to,
        "relates_to": address.relates_to,
    }
    again = template(folder, "doubled-headers")
    filled = envelope.fill(
        {
            **headers,
            "doubled": again.fill(headers).children if doubled else (),
            "assertions": [Verbatim(each) for each in assertions],
            "body": [body.element],
        }
    )
    used = (envelope, again) if doubled else (envelope,)
    return write_filled(filled, *used, *body.templates)


def read_message(content_type: str, data: bytes) -> Message:
    """Read a message, plain or a package.

    Raises
    ------
    NotUnderstood
        It is no SOAP 1.2 message with one element in its Body.
    """
    try:
        unpacked = unpack(content_type, data)
        envelope = parse_xml(unpacked.envelope, LIMITS)
    except (PackageError, XmlRefused) as error:
        raise NotUnderstood(str(error)) from None
    contents = envelope.findall("s:Body/*", NAMESPACES)
    if len(contents) != 1:
        raise NotUnderstood("no envelope with one element in its Body")
    return _message(envelope, contents[0], unpacked)


def _message(
    envelope: etree._Element, body: etree._Element, unpacked: Unpacked
) -> Message:
    return Message(
        envelope,
        body,
        unpacked.parts,
        envelope.findtext("s:Header/wsa:MessageID", None, NAMESPACES),
        envelope.findtext("s:Header/wsa:Action", None, NAMESPACES) or unpacked.action,
        unpacked.is_package,
        unpacked.action,
    )


def transaction_of(body: etree._Element) -> Transaction:
    """Tell the transaction of a request by the element in its Body.

    Raises
    ------
    NotUnderstood
        It is of none.
    """
    found = next((t for t in Transaction if t.request_element == body.tag), None)
    if found is None:
        raise NotUnderstood("the Body holds no request of a transaction")
    return found


def fresh_urn() -> str:
    """Return a new ``urn:uuid:``."""
    return uuid.uuid4().urn
