"""The strict verifier of enveloped signatures.

It is given the element by position, never looks one up by ID, and hands back that very
element of the live tree: whoever reads anything else reads what nobody signed.

Spec: XML Signature 1.1 §3.2 (core validation) / SAML 2.0 Core §5.4.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from lxml import etree

from trust.certificates.kept import TakenOnce
from trust.decision import Reason
from trust.xml import exclusive_c14n
from trust.xmlsignature.algorithms import DIGESTS, SIGNATURE_METHODS
from trust.xmlsignature.canonical_form import (
    Seal,
    read_canonical_form,
    read_canonical_siblings,
)
from trust.xmlsignature.form import read_form
from trust.xmlsignature.identifiers import Identifiers
from trust.xmlsignature.port import (
    CertificateJudge,
    VerifiedElement,
    refuse_repeated,
    repeated,
    strong_certificate,
)
from trust.xmlsignature.refused import SignatureRefused


def verify_enveloped(
    element: etree._Element,
    judge: CertificateJudge = strong_certificate,
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
    canonical = read_canonical_form(element)
    seal = canonical or read_step_by_step(element)
    refuse_repeated(element, is_alone_inside=canonical is not None)
    return _verify(element, seal, judge, is_intact=_is_intact(seal))


class SignedSiblings:
    """Verifies the children of one element, as :func:`verify_enveloped` does each.

    What is the same work for all of them is done once: gathering the identifiers of the
    document, and canonicalising. The tree must stay as it is meanwhile.

    Parameters
    ----------
    identifiers
        Those of the document that the parent stands in.
    """

    def __init__(self, parent: etree._Element, identifiers: Identifiers) -> None:
        self._parent = parent
        self._identifiers = identifiers
        self._seals: dict[etree._Element, Seal | None] | None = None

    def verify(
        self, element: etree._Element, judge: CertificateJudge = strong_certificate
    ) -> VerifiedElement:
        """Verify the one enveloped signature of a child; raises the same refusals."""
        if self._seals is None:
            seals = read_canonical_siblings(self._parent)
            self._seals = dict(zip(self._parent, seals, strict=True))
        seal = self._seals.get(element)
        is_intact = seal is not None and _is_intact(seal)
        if seal is None or not is_intact:
            return verify_enveloped(element, judge)
        if not self._identifiers.hold_once(element.get("ID", "")):
            raise repeated()
        return _verify(element, seal, judge, is_intact=True)


def read_step_by_step(element: etree._Element) -> Seal:
    """Read the signature part by part: every allowed form, or the reason against it.

    Raises
    ------
    SignatureRefused
        With the first rule that is broken.
    """
    form = read_form(element)
    return Seal(
        signed=_without(form.signature, element, form.reference_prefixes),
        digest_method=form.digest_method,
        digest_value=form.digest_value,
        signed_info=_canonical(form.signed_info, form.signed_info_prefixes),
        signature_method=form.signature_method,
        signature_value=form.signature_value,
        certificate_der=form.certificate_der,
    )


def _verify(
    element: etree._Element, seal: Seal, judge: CertificateJudge, *, is_intact: bool
) -> VerifiedElement:
    certificate = judge(seal.certificate_der)
    if not is_intact:
        raise SignatureRefused(
            Reason.DIGEST_MISMATCH,
            "the element was altered after it was signed: its digest differs",
        )
    _check_value(seal, certificate)
    return VerifiedElement(
        element, seal.certificate_der, certificate, signed=seal.signed
    )


def _is_intact(seal: Seal) -> bool:
    return DIGESTS[seal.digest_method](seal.signed) == seal.digest_value


def _check_value(seal: Seal, certificate: x509.Certificate) -> None:
    method = SIGNATURE_METHODS[seal.signature_method]
    try:
        key = _KEYS.of(certificate)
        method.verify(key, seal.signature_value, seal.signed_info)
    except InvalidSignature:
        raise SignatureRefused(
            Reason.SIGNATURE_VALUE_INVALID,
            "the signature was not made with the key of the certificate it shows",
        ) from None


_KEYS: Final = TakenOnce(x509.Certificate.public_key)


def _canonical(element: etree._Element, prefixes: tuple[str, ...]) -> bytes:
    try:
        return exclusive_c14n(element, prefixes)
    except etree.C14NError:
        # Relative namespace names have no canonical form (Canonical XML 1.0 §1.3).
        raise SignatureRefused(
            Reason.SIGNATURE_FORM_REFUSED,
            "the signed element has no canonical form; it is not read",
        ) from None


# Nobody who writes a message can know it.
_MARK: Final = secrets.token_hex(16)


def _without(
    signature: etree._Element, element: etree._Element, prefixes: tuple[str, ...]
) -> bytes:
    """Return the canonical form of an element without its signature.

    A signature that is taken out of the live tree and put back may come back with
    another prefix; a copy of the element loses prefixes that an ancestor declares and
    only an attribute value uses. So marks in the text say what to cut out.
    """
    with _marked(signature):
        parts = _canonical(element, prefixes).split(_MARK.encode())
    if len(parts) != 3:
        raise SignatureRefused(Reason.SIGNATURE_FORM_REFUSED, "no place of its own")
    return parts[0] + parts[2]


@contextmanager
def _marked(signature: etree._Element) -> Iterator[None]:
    previous = signature.getprevious()
    if previous is None:  # read_form has placed it second
        raise SignatureRefused(Reason.SIGNATURE_FORM_REFUSED, "no place of its own")
    before, after = previous.tail, signature.tail
    previous.tail, signature.tail = (before or "") + _MARK, _MARK + (after or "")
    try:
        yield
    finally:
        previous.tail, signature.tail = before, after
