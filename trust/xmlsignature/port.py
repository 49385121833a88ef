"""What every engine that verifies signatures takes and gives.

Spec: XML Signature 1.1 §3.2 (core validation) / SAML 2.0 Core §5.4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol, TypeAlias

from cryptography import x509
from lxml import etree

from trust.certificates.profile import check_strength, read_certificate
from trust.decision import Reason
from trust.xmlsignature.identifiers import has_only_identifier
from trust.xmlsignature.refused import SignatureRefused

CertificateJudge: TypeAlias = Callable[[bytes], x509.Certificate]


@dataclass(frozen=True, slots=True)
class VerifiedElement:
    """An element whose signature holds; only a :class:`SignatureVerifier` makes one.

    Attributes
    ----------
    element
        The element in the live tree. Its ``ds:Signature`` child is in its place and
        was itself not signed: read nothing in there.
    certificate
        The certificate whose key signed, as the judge returned it.
    references_checked
        The number of references whose digest was compared; always one.
    signed
        The very bytes that were digested: the canonical form without the signature.
        None where the engine does not hand them out.
    """

    element: etree._Element
    certificate_der: bytes
    certificate: x509.Certificate
    references_checked: int = 1
    signed: bytes | None = field(default=None, repr=False, compare=False)


class SignatureVerifier(Protocol):
    """An engine: :func:`~trust.xmlsignature.verify.verify_enveloped` is the first."""

    def __call__(
        self,
        element: etree._Element,
        judge: CertificateJudge = ...,
    ) -> VerifiedElement:
        """Verify the one enveloped signature of an element, or raise the reason."""


@lru_cache(maxsize=64)
def strong_certificate(der: bytes) -> x509.Certificate:
    """Judge a certificate by its strength alone: it proves integrity, not origin."""
    certificate = read_certificate(der)
    check_strength(certificate)
    return certificate


def refuse_repeated(element: etree._Element, *, is_alone_inside: bool = False) -> None:
    """Refuse an element whose ID stands more than once in its document.

    ``is_alone_inside`` says that it is known to stand only once in the element.

    Raises
    ------
    SignatureRefused
        It does.
    """
    if not has_only_identifier(element, is_alone_inside=is_alone_inside):
        raise repeated()


def repeated() -> SignatureRefused:
    """Build the refusal of an element whose ID stands more than once."""
    return SignatureRefused(
        Reason.ID_NOT_UNIQUE,
        "the ID of the signed element stands more than once in the message",
    )
