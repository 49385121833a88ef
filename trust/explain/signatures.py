"""Says of each signature whether it holds, apart from whether anybody believes it.

Each signed element is looked at alone: a message that is refused for its shape still
gets an answer for every signature in it.

Spec: XML Signature 1.1 §3.2 (core validation) / SAML 2.0 Core §5.4.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from lxml import etree

from trust.assertions.codes import AssertionKind
from trust.assertions.reading import kind_of
from trust.certificates import read_certificate
from trust.decision import TrustRefused
from trust.namespaces import DS, SAML
from trust.xml import ParseLimits, XmlRefused, parse_xml
from trust.xmlsignature import verify_enveloped

_ASSERTION: Final = f"{{{SAML}}}Assertion"
_SIGNATURE: Final = f"{{{DS}}}Signature"
_NAMES: Final = {
    AssertionKind.HCP: "HCP assertion",
    AssertionKind.TRC: "TRC assertion",
    AssertionKind.NOK: "next-of-kin assertion",
    None: "assertion of no known kind",
}


@dataclass(frozen=True, slots=True)
class SignatureFinding:
    """What was found about the signature of one element.

    Attributes
    ----------
    element
        The element in the operator's words, with its ID.
    is_valid
        Whether the element is, byte for byte, what the key of the certificate signed.
    signer
        The certificate the signature shows; it may be anybody's.
    problem
        Why the signature does not hold.
    """

    element: str
    is_valid: bool
    signer: x509.Certificate | None
    problem: str | None


def examine_signatures(
    root: etree._Element, limits: ParseLimits
) -> tuple[SignatureFinding, ...]:
    """Examine every signed element, and every assertion, signed or not."""
    return tuple(_examine(element, limits) for element in _signed(root))


def _signed(root: etree._Element) -> Iterator[etree._Element]:
    for element in root.iter(etree.Element):
        if element.tag == _ASSERTION or element.find(_SIGNATURE) is not None:
            yield element


def _examine(element: etree._Element, limits: ParseLimits) -> SignatureFinding:
    shown: list[x509.Certificate] = []

    def anybody(der: bytes) -> x509.Certificate:
        shown.append(read_certificate(der))
        return shown[-1]

    problem = None
    try:
        # Alone: what stands elsewhere in the message does not count here.
        verify_enveloped(_alone(element, limits), anybody)
    except (TrustRefused, XmlRefused) as refused:
        problem = getattr(refused, "sentence", str(refused))
    signer = shown[0] if shown else None
    return SignatureFinding(_name(element), problem is None, signer, problem)


def _alone(element: etree._Element, limits: ParseLimits) -> etree._Element:
    return parse_xml(etree.tostring(element, with_tail=False), limits)


def _name(element: etree._Element) -> str:
    if element.tag == _ASSERTION:
        name = _NAMES[kind_of(element, accept_old_forms=True)]
    else:
        name = etree.QName(element).localname
    identifier = element.get("ID", "")
    return f"{name} {identifier}".strip()
