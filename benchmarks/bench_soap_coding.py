"""How dear the coding of SOAP messages is, against zeep with our descriptions.

What whoever asks has to do, for each transaction: write the request with its signed
assertions, read the answer. Ours ends with values, the HL7 and ebXML content included,
and refuses what it does not understand. zeep is made from the WSDL and the schemas that
our services give out, and called as everybody calls it; its transport answers at once.
These schemas leave HL7's content open, so that zeep would hand elements through unread.
In its place stand HL7's own where ``NCP_WIRE_SCHEMAS`` names a folder with them
(``published_schemas`` says what zeep leaves out of them); else one made from the very
messages, which knows no more than is in them. The first line says which it was. zeep
cannot pack a document beside the message: it writes that one inline.

Where the clock starts decides how much of the work is counted, so there are two
readings, each alike on both sides:

- *from plain values*: strings, numbers and times, and the assertions as the bytes that
  their issuer signed. Ours makes its dataclasses of them; zeep is given dicts and
  lists, as its manual shows, and makes its types of them in the call. A SOAP header
  must be an element there, so the assertions are parsed for it.
- *from values made beforehand*: ours from its dataclasses, zeep from instances of its
  own types, its header parsed already.

The goal is judged by the first. Both kinds of values are made for one message and
thrown away with it: no two patients are asked for alike, and nobody has a use for an
instance of zeep's types but to send it. Who leaves that work out measures a part of
coding. What leans towards zeep in both: its strings stand as they are in the message,
dates and patient ids in the form of HL7 and fifteen ids derived from others, which ours
has to make first.
"""

from __future__ import annotations

import base64
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import zeep
from lxml import etree
from zeep.helpers import serialize_object
from zeep.transports import Transport

from benchmarks import published_schemas
from benchmarks.goals import Goal, conclude, ratio_of
from benchmarks.harness import SAMPLE_NS, Candidate, Line, compare
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
# Before each try the collector walks through all that there is, and takes the caches
# away: long enough that the few calls which find them empty count for little.
LONG_NS = 5 * SAMPLE_NS
TINY_DOCUMENT = b"<ClinicalDocument/>"
OURS, ZEEP, FLOOR = "ours", "zeep", "bare lxml"
PLAIN, MADE = "from plain values", "from values made beforehand"


class Descriptions(Transport):
    """Gives zeep what our services would give out; nothing goes over a wire.

    Attributes
    ----------
    sent
        The last request.
    """

    def __init__(self, answer: SimpleNamespace) -> None:
        super().__init__()
        self._answer = answer
        self.sent = b""

    def post(self, _address: str, message: bytes, _headers: object) -> SimpleNamespace:
        """Return the answer that stands ready."""
        self.sent = message
        return self._answer

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
    """One exchange, coded by zeep: its operation, and what it is called with."""

    call: Callable[..., object]
    plain: dict[str, Any]
    made: dict[str, Any]
    assertions: tuple[bytes, ...]
    security: etree._Element

    def code_all(self) -> object:
        """Write the request from plain values, and read the answer."""
        return self.call(**self.plain, _soapheaders=[_security(self.assertions)])

    def code(self) -> object:
        """Do the same from instances of its types, its header parsed already."""
        return self.call(**self.made, _soapheaders=[self.security])


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
    transport = Descriptions(_response(exchange))
    client = zeep.Client(url, transport=transport)
    (binding,) = client.wsdl.bindings.values()
    element = binding.get(exchange.operation).input.body
    plain = _plain_values(exchange, client, element)
    made = element(**plain)
    coding = ByZeep(
        client.service[exchange.operation],
        plain,
        {name: made[name] for name in made},
        exchange.assertions,
        _security(exchange.assertions),
    )
    _check_alike(coding, transport)
    return coding


def _plain_values(
    exchange: Exchange, client: zeep.Client, element: Any
) -> dict[str, Any]:
    body = _inline(exchange)
    if exchange.service == "XCPD" and published_schemas.folder() is not None:
        return published_schemas.arguments(body)
    value = element.parse(body, client.wsdl.types)
    return {name: _told(serialize_object(value[name], dict)) for name in value}


def _told(value: Any) -> Any:
    """Leave out of plain values what says that there is nothing."""
    if isinstance(value, dict):
        told = ((name, _told(each)) for name, each in value.items())
        return {name: each for name, each in told if each not in (None, [])}
    return list(map(_told, value)) if isinstance(value, list) else value


def _check_alike(coding: ByZeep, transport: Descriptions) -> None:
    """Make sure that both readings send the same, but for the id of the message."""
    coding.code_all()
    first = _anonymous(transport.sent)
    coding.code()
    if _anonymous(transport.sent) != first:
        raise AssertionError("zeep writes plain values otherwise than its own types")


def _anonymous(sent: bytes) -> bytes:
    return re.sub(rb"(?<=MessageID>)[^<]+", b"", sent)


def _inline(exchange: Exchange) -> etree._Element:
    """Return the request's body with its document inside."""
    body, _ = exchange.body(exchange.values())
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


def _security(assertions: Iterable[bytes]) -> etree._Element:
    opening = f'<wsse:Security xmlns:wsse="{WSSE}">'.encode()
    return etree.fromstring(opening + b"".join(assertions) + b"</wsse:Security>")


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
    request = etree.fromstring(exchange.write(exchange.values()).body)
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
    first = Candidate(OURS, ours)
    return compare(title, first, others, rounds=ROUNDS, sample_ns=LONG_NS)


def _compare_each(
    reading: str,
    asked: Sequence[Exchange],
    ours: Sequence[Callable[[], object]],
    zeeps: Sequence[Callable[[], object]],
) -> float:
    """Measure each exchange, then all of them; return the ratio of all."""
    floors = [bare(exchange) for exchange in asked]
    for exchange, our, other, floor in zip(asked, ours, zeeps, floors, strict=True):
        _compare(f"coding of {exchange.transaction} {reading}", our, other, floor)
    together = _all(ours), _all(zeeps), _all(floors)
    return ratio_of(_compare(f"coding of all four {reading}", *together), ZEEP)


def main() -> None:
    """Measure in both readings."""
    place = published_schemas.folder()
    print(f"HL7's content by {'a schema of our messages' if place is None else place}")
    asked = list(exchanges())
    theirs = [by_zeep(exchange) for exchange in asked]
    plain = _compare_each(
        PLAIN,
        asked,
        [exchange.code_all for exchange in asked],
        [other.code_all for other in theirs],
    )
    made = _compare_each(
        MADE,
        asked,
        [partial(exchange.code, exchange.values()) for exchange in asked],
        [other.code for other in theirs],
    )
    print(f"zeep against ours, all four: {plain:.2f} {PLAIN}, {made:.2f} {MADE}")
    sentence = f"zeep against ours, all four {PLAIN}"
    conclude([Goal(sentence, plain, LEAST, at_least=True)], sys.argv)


if __name__ == "__main__":
    main()
