"""Finds the assertions of a message by their place, and refuses every other place.

A wrapped signature needs somewhere to put the signed original: a second header, a
nested element, another assertion of the same kind, the same ID again. None is left.

Spec: SOAP 1.2 Part 1 §5.2 / WS-Security 1.1.1 §5 (one header per recipient) / eHDSI
SAML profile (Wave 7): assertions are direct children of wsse:Security.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lxml import etree

from trust.assertions.codes import AssertionKind
from trust.assertions.reading import kind_of
from trust.decision import Reason, TrustRefused
from trust.namespaces import SAML, SOAP_12, WSSE
from trust.xmlsignature import repeated_identifiers

_ENVELOPE: Final = f"{{{SOAP_12}}}Envelope"
_HEADER: Final = f"{{{SOAP_12}}}Header"
_ROLE: Final = f"{{{SOAP_12}}}role"
# SOAP 1.2 Part 1 §2.2: the roles every ultimate receiver plays.
_NEXT: Final = f"{SOAP_12}/role/next"
_OUR_ROLES: Final = frozenset({_NEXT, f"{SOAP_12}/role/ultimateReceiver"})
_SECURITY: Final = f"{{{WSSE}}}Security"
_ASSERTION: Final = f"{{{SAML}}}Assertion"

_REPEATED: Final = {
    AssertionKind.HCP: Reason.HCP_REPEATED,
    AssertionKind.TRC: Reason.TRC_REPEATED,
    AssertionKind.NOK: Reason.NOK_REPEATED,
}


@dataclass(frozen=True, slots=True)
class HeaderParts:
    """The assertions of a message by kind; none has been verified."""

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
    if any(child.tag != _ASSERTION for child in assertions):
        raise TrustRefused(
            Reason.SECURITY_HEADER_FOREIGN_CONTENT,
            "the security header holds something other than SAML 2.0 assertions",
        )
    if sum(1 for _ in envelope.iter(_ASSERTION)) != len(assertions):
        raise TrustRefused(
            Reason.SECURITY_HEADER_FOREIGN_CONTENT,
            "an assertion stands somewhere other than directly in the security header",
        )
    kinds = _by_kind(assertions, accept_old_forms=accept_old_forms)
    if repeated_identifiers(envelope):
        raise TrustRefused(
            Reason.ID_NOT_UNIQUE, "an identifier stands more than once in the message"
        )
    return HeaderParts(
        kinds.get(AssertionKind.HCP),
        kinds.get(AssertionKind.TRC),
        kinds.get(AssertionKind.NOK),
    )


def _only_security(envelope: etree._Element) -> etree._Element:
    headers = envelope.findall(_HEADER) if envelope.tag == _ENVELOPE else []
    found = [each for header in headers for each in header.findall(_SECURITY)]
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
