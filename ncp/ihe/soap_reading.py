"""SOAP 1.2 messages of the transactions, read tolerantly.

The parsed envelope stays one live tree: trust verifies signatures in it, and nobody
copies or changes it.

Spec: SOAP 1.2 Part 1 §5 / WS-Addressing 1.0 SOAP Binding / IHE ITI TF-2 Appendix V.3.
Seen: Denmark's test tool tells the action in a SOAPAction header, OpenNCP in the media
type and in wsa:Action.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from lxml import etree

from ncp.errors import PeerRefused, ProtocolError, Refusal, answer_invalid
from ncp.exchange import HttpPayload
from ncp.ihe import namespaces as ns
from ncp.ihe.addressing import (
    Addressing,
    HeaderBlocks,
    HeaderNotUnderstood,
    check_mandatory_headers,
    read_addressing,
)
from ncp.ihe.code_list import fault_meanings
from ncp.ihe.codes import Transaction
from ncp.ihe.ebxml import peer_code
from ncp.ihe.media_types import (
    MediaType,
    parse_media_type,
    parse_repeated_media_type,
)
from ncp.ihe.mtom import (
    MULTIPART,
    PACKAGE_LIMITS,
    SOAP_XML,
    PackageLimits,
    actions_of,
    check_references,
    read_package,
)
from ncp.ihe.nodes import by_name, child, invalid
from ncp.ihe.nodes import text as text_of
from ncp.peer_words import PeerWords, fit_words
from trust.xml import (
    SOAP_LIMITS,
    ParseLimits,
    XmlRefusal,
    XmlRefused,
    parse_xml,
)

# A response may carry documents as base64 in the envelope itself.
RESPONSE_LIMITS = ParseLimits(
    max_bytes=64 << 20, max_depth=64, max_nodes=200_000, huge_text=True
)


def _soap(name: str) -> str:
    return f"{{{ns.SOAP}}}{name}"


_ENVELOPE, _HEADER, _BODY, _FAULT = map(_soap, ("Envelope", "Header", "Body", "Fault"))
_BY_REQUEST = {each.request_element: each for each in Transaction}
_BY_RESPONSE = {each.response_element: each for each in Transaction}
_BY_ACTION = {each.request_action: each for each in Transaction}

_XML_REFUSALS = {
    XmlRefusal.DTD: Refusal.DTD_PRESENT,
    XmlRefusal.TOO_LARGE: Refusal.MESSAGE_TOO_LARGE,
    XmlRefusal.TOO_DEEP: Refusal.MESSAGE_TOO_LARGE,
    XmlRefusal.TOO_MANY_NODES: Refusal.MESSAGE_TOO_LARGE,
}


class RequestRefused(ProtocolError):  # noqa: N818 - the answer's own word
    """A request that could not be read; it still says what the fault relates to.

    Attributes
    ----------
    message_id, transaction
        As far as they were read before the refusal.
    header
        Clark name of the header that was not understood, for the fault.
    """

    def __init__(
        self,
        cause: ProtocolError,
        message_id: str | None,
        transaction: Transaction | None,
    ) -> None:
        super().__init__(cause.refusal, cause.public_message, cause.remedy)
        self.message_id = message_id
        self.transaction = transaction
        self.header = cause.header if isinstance(cause, HeaderNotUnderstood) else None


@dataclass(frozen=True, slots=True)
class SoapMessage:
    """A message as read: the live tree, its addressing and its attachments."""

    envelope: etree._Element = field(repr=False)
    body: etree._Element = field(repr=False)
    addressing: Addressing
    attachments: Mapping[str, bytes] = field(repr=False)
    transaction: Transaction


# Reading ----------------------------------------------------------------------------


def read_request(
    payload: HttpPayload,
    soap_action: str | None,
    limits: ParseLimits = SOAP_LIMITS,
    package_limits: PackageLimits = PACKAGE_LIMITS,
) -> SoapMessage:
    """Read a request, plain or MTOM, and find its transaction.

    The transaction is told by the media type, the SOAPAction header, ``wsa:Action`` and
    the body; one of them suffices, all that are there must agree.

    Raises
    ------
    RequestRefused
        With the refusal, and the MessageID where it could be read.
    """
    reading = _Reading()
    try:
        return reading.read_request(payload, soap_action, limits, package_limits)
    except ProtocolError as error:
        raise RequestRefused(error, reading.message_id, reading.transaction) from error


class _Reading:
    """Remembers what was read of a request before it was refused."""

    def __init__(self) -> None:
        self.message_id: str | None = None
        self.transaction: Transaction | None = None

    def read_request(
        self,
        payload: HttpPayload,
        soap_action: str | None,
        limits: ParseLimits,
        package_limits: PackageLimits,
    ) -> SoapMessage:
        opened = _open(payload, limits, package_limits)
        addressing = read_addressing(opened.header)
        self.message_id = addressing.message_id
        check_mandatory_headers(opened.header)
        content = _only_child(opened.body)
        told = (*opened.actions, soap_action, addressing.action)
        self.transaction = _transaction_of(told, content)
        return SoapMessage(
            opened.envelope, content, addressing, opened.attachments, self.transaction
        )


def read_response(
    payload: HttpPayload,
    limits: ParseLimits = RESPONSE_LIMITS,
    package_limits: PackageLimits = PACKAGE_LIMITS,
) -> SoapMessage:
    """Read a response, plain or MTOM.

    Raises
    ------
    PeerRefused
        The peer answered with a SOAP fault; ``codes`` holds its code and subcode.
    ProtocolError
        ``PEER_ANSWER_INVALID``: the answer cannot be read.
    """
    try:
        return _read_response(payload, limits, package_limits)
    except ProtocolError as error:
        sentence = f"the peer's answer was refused: {error.public_message}"
        raise answer_invalid(sentence) from error


def _read_response(
    payload: HttpPayload, limits: ParseLimits, package_limits: PackageLimits
) -> SoapMessage:
    opened = _open(payload, limits, package_limits)
    content = _only_child(opened.body)
    if content.tag == _FAULT:
        _raise_fault(content)
    check_mandatory_headers(opened.header)
    transaction = _BY_RESPONSE.get(str(content.tag))
    if transaction is None:
        raise invalid("the Body holds no response of a transaction")
    return SoapMessage(
        opened.envelope,
        content,
        read_addressing(opened.header),
        opened.attachments,
        transaction,
    )


def _raise_fault(fault: etree._Element) -> NoReturn:
    code = child(fault, _soap("Code"))
    values = (
        text_of(child(code, _soap("Value"))),
        text_of(child(code, _soap("Subcode"), _soap("Value"))),
    )
    codes = tuple(
        peer_code(value.rpartition(":")[2]) for value in values if value is not None
    )
    meaning = fault_meanings(codes)
    raise PeerRefused(
        Refusal.PEER_ANSWERED_ERROR,
        f"the peer answered with a SOAP fault{f': {meaning}' if meaning else ''}",
        "read the fault in the kept exchange, or ask the peer's operator",
        codes,
        (_words_of(fault, values),),
    )


def _words_of(fault: etree._Element, codes: Sequence[str | None]) -> PeerWords:
    """Return the peer's own words: the most special code, and the reason."""
    told = [code for code in codes if code is not None]
    reason = child(fault, _soap("Reason"), _soap("Text"))
    return PeerWords(
        code=fit_words(told[-1]) if told else "", text=fit_words(text_of(reason))
    )


@dataclass(frozen=True, slots=True)
class PlainMessage:
    """A SOAP message of no transaction between countries, without attachments."""

    envelope: etree._Element = field(repr=False)
    body: etree._Element = field(repr=False)
    addressing: Addressing
    actions: tuple[str, ...]

    @property
    def attachments(self) -> Mapping[str, bytes]:
        """It has none: a message that came with some was refused."""
        return {}


def read_plain(payload: HttpPayload, limits: ParseLimits = SOAP_LIMITS) -> PlainMessage:
    """Read a message that is of no transaction; its body is for the caller to judge.

    Raises
    ------
    PeerRefused
        It is a SOAP fault.
    ProtocolError
        It cannot be read, comes as a package, or demands what is not understood.
    """
    opened = _open(payload, limits, PACKAGE_LIMITS)
    if opened.attachments:
        raise invalid("a package of attachments where one message is expected")
    content = _only_child(opened.body)
    if content.tag == _FAULT:
        _raise_fault(content)
    check_mandatory_headers(opened.header)
    return PlainMessage(
        opened.envelope, content, read_addressing(opened.header), opened.actions
    )


@dataclass(frozen=True, slots=True)
class _Opened:
    envelope: etree._Element = field(repr=False)
    header: HeaderBlocks = field(repr=False)
    body: etree._Element = field(repr=False)
    attachments: Mapping[str, bytes] = field(repr=False)
    actions: tuple[str, ...]


def _open(
    payload: HttpPayload, limits: ParseLimits, package_limits: PackageLimits
) -> _Opened:
    media_type = _media_type(payload.content_type)
    data, attachments, actions = _unpacked(payload.body, media_type, package_limits)
    envelope = _parse(data, limits)
    header, body = _header_and_body(envelope)
    check_references(envelope, body, attachments)
    return _Opened(envelope, by_name(header), body, attachments, actions)


def _media_type(header: str) -> MediaType:
    if header.startswith(SOAP_XML):
        return parse_repeated_media_type(header)
    return parse_media_type(header)


def _unpacked(
    body: bytes, media_type: MediaType, limits: PackageLimits
) -> tuple[bytes, Mapping[str, bytes], tuple[str, ...]]:
    if media_type.name == MULTIPART:
        package = read_package(body, media_type, limits)
        return package.root, package.attachments, package.actions
    if media_type.name != SOAP_XML or media_type.charset != "utf-8":
        raise ProtocolError(
            Refusal.MEDIA_TYPE_UNSUPPORTED,
            "the media type is neither SOAP 1.2 in UTF-8 nor an MTOM package",
            f"send {SOAP_XML}; charset=UTF-8 or {MULTIPART}",
        )
    return body, {}, actions_of(media_type)


def _parse(data: bytes, limits: ParseLimits) -> etree._Element:
    try:
        return parse_xml(data, limits)
    except XmlRefused as error:
        refusal = _XML_REFUSALS.get(error.reason, Refusal.MALFORMED_XML)
        raise ProtocolError(refusal, str(error)) from None


def _header_and_body(
    envelope: etree._Element,
) -> tuple[etree._Element | None, etree._Element]:
    if envelope.tag != _ENVELOPE:
        raise ProtocolError(
            Refusal.NOT_SOAP_12, "the message is not a SOAP 1.2 envelope"
        )
    blocks = list(envelope)
    names = [block.tag for block in blocks]
    if names == [_HEADER, _BODY]:
        return blocks[0], blocks[1]
    if names != [_BODY]:
        raise invalid("the Envelope must hold a Header and a Body, once each")
    return None, blocks[0]


def _only_child(body: etree._Element) -> etree._Element:
    found = list(body)
    if len(found) != 1:
        raise invalid("the Body must hold exactly one element")
    return found[0]


def _transaction_of(told: Sequence[str | None], content: etree._Element) -> Transaction:
    actions = {
        stripped for action in told if (stripped := (action or "").strip().strip('"'))
    }
    by_body = _BY_REQUEST.get(str(content.tag))
    if by_body is None or actions - _BY_ACTION.keys():
        raise ProtocolError(
            Refusal.ACTION_UNKNOWN, "the action or the body is of no known transaction"
        )
    if {_BY_ACTION[action] for action in actions} - {by_body}:
        raise ProtocolError(
            Refusal.ACTION_CONTRADICTS, "the actions and the body contradict"
        )
    return by_body
