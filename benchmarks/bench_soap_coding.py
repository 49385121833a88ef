"""How dear the coding of SOAP messages is, against zeep with our descriptions.

What whoever asks has to do, for each transaction: write the request with its signed
assertions, read the answer. Ours begins with values and ends with values, the HL7 and
ebXML content included, and refuses what it does not understand. zeep is made from the
WSDL and the schemas that our services give out. These leave HL7's content open, so that
zeep would hand elements through unread. In its place stand HL7's own schemas where
``NCP_WIRE_SCHEMAS`` names a folder with them (``published_schemas`` says what zeep
leaves out of them); else one made from the very messages, which knows no more than is
in them. The first line says which it was. zeep's arguments are made before the clock
starts, and its assertions are parsed already. It cannot pack a document beside the
message: it writes that one inline.
"""

from __future__ import annotations

import base64
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import zeep
from lxml import etree
from zeep.transports import Transport

from benchmarks import published_schemas
from benchmarks.goals import Goal, conclude, ratio_of
from benchmarks.harness import Candidate, Line, compare
from benchmarks.soap_messages import ADDRESS, Exchange, exchanges
from benchmarks.typed_schema import schema_of
from ncp.exchange import HttpPayload
from ncp.ihe.media_types import parse_media_type
from ncp.ihe.mtom import MULTIPART, read_package
from ncp.ihe.namespaces import HL7, WSSE, XSI
from ncp.ihe.nodes import prefixes_for
from ncp.web.service_description import describe
from trust.namespaces import SOAP_12
from trust.xml import write_xml

LEAST = 10.0
ROUNDS = 9
TINY_DOCUMENT = b"<ClinicalDocument/>"
OURS, ZEEP, FLOOR = "ours", "zeep", "bare lxml"


class Descriptions(Transport):
    """Gives zeep what our services would give out; nothing goes over a wire."""

    def load(self, url: str) -> bytes:
        """Return the description, or the schema, that an address names."""
        if url.startswith(published_schemas.ADDRESS):
            return published_schemas.published(url)
        place = urlsplit(url)
        service = place.path.rpartition("/")[2]
        if place.query == "xsd=hl7.xsd":
            return discovery_schema()
        payload = describe(service, place.query, place.netloc, place.path)
        if payload is None:
            raise ValueError(f"there is no {url}")
        return payload.body


@dataclass(frozen=True, slots=True)
class ByZeep:
    """One exchange, coded by zeep."""

    client: zeep.Client
    operation: Any
    arguments: dict[str, Any]
    security: etree._Element
    response: SimpleNamespace

    def code(self) -> object:
        """Write the request, and read the answer."""
        service = self.client.service
        envelope = self.client.create_message(
            service, self.operation.name, **self.arguments, _soapheaders=[self.security]
        )
        etree.tostring(envelope, encoding="UTF-8", xml_declaration=True)
        return self.operation.binding.process_reply(
            self.client, self.operation, self.response
        )


def discovery_schema() -> bytes:
    """Return HL7's own schema where it is at hand, else one made from messages."""
    if published_schemas.folder() is not None:
        return published_schemas.both_messages()
    return schema_of(discovery_messages(), HL7)


def discovery_messages() -> list[etree._Element]:
    """Return question and answer of ITI-55, as far as HL7 describes them."""
    exchange = next(exchanges())
    answer = etree.fromstring(exchange.answer.body)
    (content,) = answer.iterfind(f"{{{SOAP_12}}}Body/*")
    return [_inline(exchange), content]


def by_zeep(exchange: Exchange) -> ByZeep:
    """Make zeep's side of an exchange."""
    url = f"{ADDRESS}/{exchange.service}?wsdl"
    client = zeep.Client(url, transport=Descriptions())
    (binding,) = client.wsdl.bindings.values()
    operation = binding.get(exchange.operation)
    return ByZeep(
        client,
        operation,
        _arguments(exchange, client, operation),
        _security(exchange),
        _response(exchange),
    )


def _arguments(
    exchange: Exchange, client: zeep.Client, operation: Any
) -> dict[str, Any]:
    body = _inline(exchange)
    if exchange.service == "XCPD" and published_schemas.folder() is not None:
        return published_schemas.arguments(body)
    value = operation.input.body.parse(body, client.wsdl.types)
    return {name: value[name] for name in value}


def _inline(exchange: Exchange) -> etree._Element:
    """Return the request's body with its document inside."""
    body, _ = exchange.body()
    root = etree.fromstring(write_xml(body, prefixes_for(body)))
    for include in root.iter("{http://www.w3.org/2004/08/xop/include}Include"):
        holder = _parent(include)
        holder.remove(include)
        holder.text = base64.b64encode(TINY_DOCUMENT).decode()
    for each in list(root.iter()):
        # The schema says what a value is; the prefix is not known where it is parsed.
        each.attrib.pop(f"{{{XSI}}}type", None)
        if not (len(each) or each.attrib or each.text):
            # zeep takes it for nothing.
            _parent(each).remove(each)
    return root


def _parent(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    if parent is None:
        raise ValueError("an element stands alone")
    return parent


def _security(exchange: Exchange) -> etree._Element:
    opening = f'<wsse:Security xmlns:wsse="{WSSE}">'.encode()
    return etree.fromstring(
        opening + b"".join(exchange.assertions) + b"</wsse:Security>"
    )


def _response(exchange: Exchange) -> SimpleNamespace:
    """Return what zeep looks at of a response."""
    return SimpleNamespace(
        status_code=200,
        headers={"Content-Type": exchange.answer.content_type},
        content=_without_types(exchange.answer.body),
        encoding="utf-8",
    )


def _without_types(body: bytes) -> bytes:
    """Leave out what names types that the schema does not have."""
    return re.sub(rb' xsi:type="[^"]*"', b"", body)


def bare(exchange: Exchange) -> Callable[[], object]:
    """Make the floor: lxml writes the same request from a tree, and parses the answer.

    No values are written or read, nothing is refused, no package is made or opened.
    """
    request = etree.fromstring(exchange.write(is_packed=False).body)
    answer = _envelope(exchange.answer)

    def code() -> object:
        etree.tostring(request, encoding="UTF-8", xml_declaration=True)
        return etree.fromstring(answer)

    return code


def _envelope(payload: HttpPayload) -> bytes:
    """Return the XML of a message, without what travels beside it."""
    media_type = parse_media_type(payload.content_type)
    if media_type.name != MULTIPART:
        return payload.body
    return read_package(payload.body, media_type).root


def _all(codings: Sequence[Callable[[], object]]) -> Callable[[], object]:
    def run() -> None:
        for code in codings:
            code()

    return run


def _compare(
    title: str,
    ours: Callable[[], object],
    zeeps: Callable[[], object],
    floor: Callable[[], object],
) -> list[Line]:
    others = [Candidate(ZEEP, zeeps), Candidate(FLOOR, floor)]
    return compare(title, Candidate(OURS, ours), others, rounds=ROUNDS)


def main() -> None:
    """Measure each exchange, then all of them together."""
    place = published_schemas.folder()
    print(f"HL7's content by {'a schema of our messages' if place is None else place}")
    asked = list(exchanges())
    theirs = [by_zeep(exchange) for exchange in asked]
    ours = [partial(exchange.code, is_packed=False) for exchange in asked]
    zeeps = [other.code for other in theirs]
    floors = [bare(exchange) for exchange in asked]
    for exchange, our, other, floor in zip(asked, ours, zeeps, floors, strict=True):
        _compare(f"coding of {exchange.transaction}", our, other, floor)
    lines = _compare("coding of all four", _all(ours), _all(zeeps), _all(floors))
    sentence = "zeep against ours, all four"
    conclude([Goal(sentence, ratio_of(lines, ZEEP), LEAST, at_least=True)], sys.argv)


if __name__ == "__main__":
    main()
