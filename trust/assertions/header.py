"""Finds the assertions of a message by their place, and refuses every other place.

A wrapped signature needs somewhere to put the signed original: a second header, a
nested element, another assertion of the same kind, the same ID again. None is left.

Spec: SOAP 1.2 Part 1 §5.2 / WS-Security 1.1.1 §5 (one header per recipient) / eHDSI
SAML profile (Wave 7): assertions are direct children of wsse:Security.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lxml import etree

from trust.assertions.codes import AssertionKind
from trust.assertions.reading import kind_of
from trust.decision import Reason, TrustRefused
from trust.namespaces import SAML, SOAP_12, WSSE
from trust.xmlsignature import Identifiers, SignedSiblings

_ENVELOPE: Final = f"{{{SOAP_12}}}Envelope"
_HEADER: Final = f"{{{SOAP_12}}}Header"
_ROLE: Final = f"{{{SOAP_12}}}role"
# SOAP 1.2 Part 1 §2.2: the roles every ultimate receiver plays.
_NEXT: Final = f"{SOAP_12}/role/next"
_OUR_ROLES: Final = frozenset({_NEXT, f"{SOAP_12}/role/ultimateReceiver"})
_SECURITY: Final = f"{{{WSSE}}}Security"
_ASSERTION: Final = f"{{{SAML}}}Assertion"

_HCP, _TRC, _NOK = AssertionKind.HCP, AssertionKind.TRC, AssertionKind.NOK
_REPEATED: Final = {
    _HCP: Reason.HCP_REPEATED,
    _TRC: Reason.TRC_REPEATED,
    _NOK: Reason.NOK_REPEATED,
}


class HeaderParts(NamedTuple):
    """The assertions of a message by kind; none has been verified.

    ``signed`` verifies them.
    """

    signed: SignedSiblings
    hcp: etree._Element | None
    trc: etree._Element | None
    nok: etree._Element | None


def read_header(
    envelope: etree._Element, *, accept_old_forms: bool = False
) -> HeaderParts:
    """Find the assertions in the one security header of a SOAP 1.2 envelope.

    Raises
    ------
    TrustRefused
        The header is absent or repeated, holds something else, or assertions stand
        elsewhere in the message.
    """
    security = _only_security(envelope)
    assertions = list(security)
    if list(envelope.iter(_ASSERTION)) != assertions:
        raise _foreign_content(assertions)
    kinds = _by_kind(assertions, accept_old_forms=accept_old_forms)
    identifiers = Identifiers(envelope)
    if identifiers.repeated:
        raise TrustRefused(
            Reason.ID_NOT_UNIQUE, "an identifier stands more than once in the message"
        )
    return HeaderParts(
        SignedSiblings(security, identifiers),
        kinds.get(_HCP),
        kinds.get(_TRC),
        kinds.get(_NOK),
    )


def _only_security(envelope: etree._Element) -> etree._Element:
    is_envelope = envelope.tag == _ENVELOPE
    headers = [each for each in envelope if is_envelope and each.tag == _HEADER]
    found = [each for header in headers for each in header if each.tag == _SECURITY]
    if len(headers) > 1 or len(found) > 1:
        raise TrustRefused(
            Reason.SECURITY_HEADER_REPEATED,
            "the message has more than one security header; which one counts is open",
        )
    if not found or found[0].get(_ROLE, _NEXT) not in _OUR_ROLES:
        raise TrustRefused(
            Reason.SECURITY_HEADER_ABSENT,
            "the message has no wsse:Security header for this gateway",
        )
    return found[0]


def _foreign_content(assertions: list[etree._Element]) -> TrustRefused:
    if any(child.tag != _ASSERTION for child in assertions):
        what = "the security header holds something other than SAML 2.0 assertions"
    else:
        what = (
            "an assertion stands somewhere other than directly in the security header"
        )
    return TrustRefused(Reason.SECURITY_HEADER_FOREIGN_CONTENT, what)


def _by_kind(
    assertions: list[etree._Element], *, accept_old_forms: bool
) -> dict[AssertionKind, etree._Element]:
    kinds: dict[AssertionKind, etree._Element] = {}
    for assertion in assertions:
        kind = kind_of(assertion, accept_old_forms=accept_old_forms)
        if kind is None:
            raise TrustRefused(
                Reason.ASSERTION_KIND_UNKNOWN,
                "an assertion's Issuer has no NameQualifier of the three kinds",
            )
        if kind in kinds:
            raise TrustRefused(
                _REPEATED[kind], f"the message has two assertions of the kind {kind}"
            )
        kinds[kind] = assertion
    return kinds
