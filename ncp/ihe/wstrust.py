"""WS-Trust requests for assertions and their answers, read and written.

A national portal asks its own gateway; nothing of this crosses a border. The reader is
strict: a request that asks for more than an assertion of its kind is refused, because
an answer that leaves out what was asked for would deceive.

Spec: WS-Trust 1.3 §3.1, §4.1, §4.4 / SOAP 1.2 Part 1 §5 / WS-Security 1.1.1 §10
(Timestamp).
Seen: OpenNCP 9 TRC-STS: ``LifeTime`` for ``Lifetime``, a SOAPAction of 2005 that nobody
reads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from lxml import etree

from ncp.errors import ProtocolError, Refusal
from ncp.exchange import HttpPayload
from ncp.ihe import namespaces as ns
from ncp.ihe.addressing import Addressing, request_header, response_header
from ncp.ihe.nodes import attribute, children, element, required
from ncp.ihe.nodes import text as text_of
from ncp.ihe.soap import (
    PlainMessage,
    body_hash,
    read_plain,
    security_header_bytes,
    write_plain,
)
from ncp.ihe.wstrust_claims import (
    CLAIMS,
    Claims,
    only_these,
    read_claims,
    unsupported,
    write_claims,
)
from trust.assertions.times import format_instant, parse_instant
from trust.xml import Element, Verbatim

SAML_ASSERTION: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
ISSUE: Final = f"{ns.WST}/Issue"
_LONGEST_CONTEXT: Final = 512
_ACTIONS: Final = frozenset({ns.RST_ISSUE, ns.RST_ISSUE_OF_2005})
_ASSERTION: Final = f"{{{SAML_ASSERTION}}}Assertion"


def _wst(name: str) -> str:
    return f"{{{ns.WST}}}{name}"


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A request for an assertion, as read; nothing in it has been believed yet.

    Attributes
    ----------
    envelope
        The live tree, in which the HCP assertion is verified.
    claims
        Of a treatment, or a next of kin: that is the kind of assertion asked for.
    context
        What the answer must repeat (WS-Trust 1.3 §4.1).
    """

    envelope: etree._Element = field(repr=False)
    addressing: Addressing
    claims: Claims
    body_hash: str
    context: str | None = None
    security_header: bytes | None = field(default=None, repr=False)

    @property
    def message_id(self) -> str:
        """The MessageID, which a request must have."""
        return self.addressing.message_id or ""


@dataclass(frozen=True, slots=True)
class TokenResponse:
    """An assertion that was issued, byte for byte as it stands in the answer."""

    assertion: bytes = field(repr=False)
    created: datetime
    expires: datetime
    context: str | None = None


# A request -------------------------------------------------------------------------


def read_token_request(payload: HttpPayload, soap_action: str | None) -> TokenRequest:
    """Read a request.

    Raises
    ------
    ProtocolError
        It is malformed, asks for something that is not issued here, or its claims are
        missing, repeated or not of their form.
    """
    message = read_plain(payload)
    _check_action(message, soap_action)
    if message.body.tag != _wst("RequestSecurityToken"):
        raise unsupported("the Body holds no RequestSecurityToken of WS-Trust 1.3")
    if message.addressing.message_id is None:
        raise ProtocolError(
            Refusal.BODY_INVALID,
            "the request has no wsa:MessageID",
            "send one, so that the answer can say what it relates to",
        )
    return TokenRequest(
        message.envelope,
        message.addressing,
        _claims(message.body),
        body_hash(message),
        _context(message.body),
        security_header_bytes(message),
    )


def write_token_request(
    claims: Claims,
    *,
    assertion: bytes,
    message_id: str,
    to: str,
    context: str | None = None,
) -> HttpPayload:
    """Write a request; the HCP assertion is embedded byte for byte."""
    body = element(
        _wst("RequestSecurityToken"),
        element(_wst("RequestType"), ISSUE),
        element(_wst("TokenType"), SAML_ASSERTION),
        write_claims(claims),
        attributes={} if context is None else {"Context": context},
    )
    header = request_header(ns.RST_ISSUE, message_id, to, [assertion])
    return write_plain(header, body, action=ns.RST_ISSUE)


def _check_action(message: PlainMessage, soap_action: str | None) -> None:
    told = (*message.actions, soap_action, message.addressing.action)
    actions = {(action or "").strip().strip('"') for action in told} - {""}
    if not actions <= _ACTIONS:
        raise ProtocolError(
            Refusal.ACTION_UNKNOWN, "the action is not that of issuing a token"
        )


def _claims(request: etree._Element) -> Claims:
    parts = list(request.iterchildren("*"))
    only_these(parts, {_wst("RequestType"), _wst("TokenType"), *CLAIMS})
    if _value(request, "RequestType") != ISSUE:
        raise unsupported("the RequestType is not Issue; nothing else is done here")
    if _value(request, "TokenType") != SAML_ASSERTION:
        raise unsupported("the TokenType is not a SAML 2.0 assertion")
    return read_claims(parts)


def _value(request: etree._Element, name: str) -> str | None:
    return text_of(required(request, _wst(name)))


def _context(request: etree._Element) -> str | None:
    context = attribute(request, "Context")
    if context is not None and len(context) > _LONGEST_CONTEXT:
        raise unsupported(f"the Context is longer than {_LONGEST_CONTEXT} characters")
    return context


# An answer -------------------------------------------------------------------------


def write_token_response(
    assertion: bytes,
    *,
    created: datetime,
    expires: datetime,
    message_id: str,
    relates_to: str,
    context: str | None = None,
) -> HttpPayload:
    """Write the answer to a request; the assertion is embedded byte for byte."""
    security = element(
        f"{{{ns.WSSE}}}Security",
        element(f"{{{ns.WSU}}}Timestamp", *_times(created, expires)),
    )
    response = element(
        _wst("RequestSecurityTokenResponse"),
        element(_wst("RequestedSecurityToken"), Verbatim(assertion)),
        element(_wst("TokenType"), SAML_ASSERTION),
        element(_wst("Lifetime"), *_times(created, expires)),
        attributes={} if context is None else {"Context": context},
    )
    body = element(_wst("RequestSecurityTokenResponseCollection"), response)
    action = ns.RSTRC_ISSUE_FINAL
    header = response_header(action, message_id, relates_to, [security])
    return write_plain(header, body, action=action)


def read_token_response(payload: HttpPayload, relates_to: str) -> TokenResponse:
    """Read the answer to a request of ours.

    Raises
    ------
    PeerRefused
        The service answered with a SOAP fault.
    ProtocolError
        ``PEER_ANSWER_INVALID``: it cannot be read, answers another request, or holds
        anything but one assertion.
    """
    try:
        return _read_response(payload, relates_to)
    except ProtocolError as error:
        raise ProtocolError(
            Refusal.PEER_ANSWER_INVALID,
            f"the answer of the token service was refused: {error.public_message}",
        ) from error


def _read_response(payload: HttpPayload, relates_to: str) -> TokenResponse:
    message = read_plain(payload)
    if message.body.tag != _wst("RequestSecurityTokenResponseCollection"):
        raise unsupported("the Body holds no RequestSecurityTokenResponseCollection")
    if message.addressing.relates_to != relates_to:
        raise unsupported("it relates to another request")
    responses = children(message.body, _wst("RequestSecurityTokenResponse"))
    everywhere = sum(1 for _ in message.envelope.iter(_ASSERTION))
    if len(responses) != 1 or everywhere != 1:
        raise unsupported("it does not hold exactly one assertion")
    assertion = required(responses[0], _wst("RequestedSecurityToken"), _ASSERTION)
    created, expires = _lifetime(responses[0])
    return TokenResponse(
        etree.tostring(assertion, with_tail=False),
        created,
        expires,
        _context(responses[0]),
    )


def _lifetime(response: etree._Element) -> tuple[datetime, datetime]:
    spellings = (_wst("Lifetime"), _wst("LifeTime"))
    found = [each for name in spellings for each in children(response, name)]
    if len(found) != 1:
        raise unsupported("it has no Lifetime, or more than one")
    created, expires = (
        text_of(required(found[0], f"{{{ns.WSU}}}{name}"))
        for name in ("Created", "Expires")
    )
    return _instant(created), _instant(expires)


def _instant(value: str | None) -> datetime:
    try:
        return parse_instant(value or "")
    except ValueError:
        raise unsupported("its Lifetime holds no date and time with zone") from None


def _times(created: datetime, expires: datetime) -> tuple[Element, Element]:
    return (
        element(f"{{{ns.WSU}}}Created", format_instant(created)),
        element(f"{{{ns.WSU}}}Expires", format_instant(expires)),
    )
