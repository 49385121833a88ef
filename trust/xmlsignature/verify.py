"""The strict verifier of enveloped signatures.

It is given the element by position, never looks one up by ID, and hands back that very
element of the live tree: whoever reads anything else reads what nobody signed.

Spec: XML Signature 1.1 §3.2 (core validation) / SAML 2.0 Core §5.4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from lxml import etree

from trust.certificates.profile import check_strength, read_certificate
from trust.decision import Reason
from trust.namespaces import WSU
from trust.xml import exclusive_c14n
from trust.xmlsignature.algorithms import DIGESTS, SIGNATURE_METHODS
from trust.xmlsignature.form import SignatureForm, read_form
from trust.xmlsignature.refused import SignatureRefused

CertificateJudge: TypeAlias = Callable[[bytes], x509.Certificate]

# What XML Signature, SAML, WS-Security and XML itself take for an identifier.
_PROPER: Final = "//@ID | //@Id | //@wsu:Id | //@xml:id"
_IDENTIFIERS: Final = etree.XPath(_PROPER, namespaces={"wsu": WSU})
# A signed ID must differ even from what only a careless reader would take for one.
_LOOK_ALIKES: Final = etree.XPath(f"{_PROPER} | //@id", namespaces={"wsu": WSU})


@dataclass(frozen=True, slots=True)
class VerifiedElement:
    """An element whose signature holds; only :func:`verify_enveloped` makes one.

    Attributes
    ----------
    element
        The element in the live tree. Its ``ds:Signature`` child is back in its place
        and was itself not signed: read nothing in there.
    certificate
        The certificate whose key signed, as the judge returned it.
    references_checked
        The number of references whose digest was compared; always one.
    """

    element: etree._Element
    certificate_der: bytes
    certificate: x509.Certificate
    references_checked: int = 1


def strong_certificate(der: bytes) -> x509.Certificate:
    """Judge a certificate by its strength alone: it proves integrity, not origin."""
    certificate = read_certificate(der)
    check_strength(certificate)
    return certificate


def verify_enveloped(
    element: etree._Element, judge: CertificateJudge = strong_certificate
) -> VerifiedElement:
    """Verify the one enveloped signature of an element.

    Parameters
    ----------
    element
        The element to judge, found by its position in the message.
    judge
        Decides about the signer's certificate before its key is used, and raises
        ``TrustRefused`` where it is not believed. Without a judge anybody's
        certificate will do: then decide about ``certificate_der`` afterwards.

    Raises
    ------
    SignatureRefused
        The form, the digest or the value of the signature is refused.
    TrustRefused
        The judge refused the certificate.
    """
    form = read_form(element)
    _check_unique(element)
    certificate = judge(form.certificate_der)
    _check_digest(element, form)
    _check_value(form, certificate)
    return VerifiedElement(element, form.certificate_der, certificate)


def repeated_identifiers(element: etree._Element) -> frozenset[str]:
    """Return the identifiers that stand more than once in the element's document.

    A bare ``id`` is left out: registry objects have their own, in their own space.
    """
    seen: set[str] = set()
    repeated: set[str] = set()
    for value in _identifiers(element, _IDENTIFIERS):
        (repeated if value in seen else seen).add(value)
    return frozenset(repeated)


def _identifiers(element: etree._Element, rule: etree.XPath) -> list[str]:
    found = rule(element)
    return [str(value) for value in found] if isinstance(found, list) else []


def _check_unique(element: etree._Element) -> None:
    if _identifiers(element, _LOOK_ALIKES).count(element.get("ID", "")) != 1:
        raise SignatureRefused(
            Reason.ID_NOT_UNIQUE,
            "the ID of the signed element stands more than once in the message",
        )


def _check_digest(element: etree._Element, form: SignatureForm) -> None:
    with _without(form.signature):
        canonical = _canonical(element, form.reference_prefixes)
    if DIGESTS[form.digest_method](canonical) != form.digest_value:
        raise SignatureRefused(
            Reason.DIGEST_MISMATCH,
            "the element was altered after it was signed: its digest differs",
        )


def _check_value(form: SignatureForm, certificate: x509.Certificate) -> None:
    signed = _canonical(form.signed_info, form.signed_info_prefixes)
    method = SIGNATURE_METHODS[form.signature_method]
    try:
        method.verify(certificate.public_key(), form.signature_value, signed)
    except InvalidSignature:
        raise SignatureRefused(
            Reason.SIGNATURE_VALUE_INVALID,
            "the signature was not made with the key of the certificate it shows",
        ) from None


def _canonical(element: etree._Element, prefixes: tuple[str, ...]) -> bytes:
    try:
        return exclusive_c14n(element, prefixes)
    except etree.C14NError:
        # Relative namespace names have no canonical form (Canonical XML 1.0 §1.3).
        raise SignatureRefused(
            Reason.SIGNATURE_FORM_REFUSED,
            "the signed element has no canonical form; it is not read",
        ) from None


@contextmanager
def _without(signature: etree._Element) -> Iterator[None]:
    """Take the signature out of its element, in the live tree, and put it back.

    A copy would lose prefixes that an ancestor declares and only an attribute value
    uses. The text behind the signature belongs to the element and stays.
    """
    parent, previous = signature.getparent(), signature.getprevious()
    if parent is None or previous is None:  # read_form has placed it second
        raise SignatureRefused(Reason.SIGNATURE_FORM_REFUSED, "no place of its own")
    text, tail = previous.tail, signature.tail
    signature.tail = None
    parent.remove(signature)
    previous.tail = (text or "") + (tail or "")
    try:
        yield
    finally:
        previous.tail = text
        previous.addnext(signature)
        signature.tail = tail
