"""Verifies the XAdES signature of a trust list and hands over what was signed.

What is digested is the list without its signature, and this very element is what is
read afterwards: the signature is taken out of the tree for good.

Spec: XML Signature 1.1 §3.2 (core validation) / ETSI EN 319 132-1 §5.2.2
(SigningCertificate) / ETSI TS 119 612 §5.7.1, Annex B.1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from lxml import etree

from trust.decision import Reason
from trust.trustlist.model import VerifiedTrustList
from trust.trustlist.namespaces import INCLUSIVE_C14N
from trust.trustlist.reading import read_trust_list
from trust.trustlist.signature_form import (
    SHA_1,
    ListSignature,
    Reference,
    read_signature,
)
from trust.xml import ParseLimits, exclusive_c14n, parse_xml
from trust.xmlsignature import SignatureRefused, repeated_identifiers
from trust.xmlsignature.algorithms import DIGESTS, SIGNATURE_METHODS

SignerJudge: TypeAlias = Callable[[x509.Certificate], None]
"""Refuses the signer's certificate by raising ``TrustRefused``."""

# The largest list of 2026 has two and a half megabytes; comments are not signed.
LIST_LIMITS: Final = ParseLimits(
    max_bytes=16 << 20, max_depth=48, max_nodes=400_000, huge_text=False
)


def verify_trust_list(data: bytes, judge: SignerJudge) -> VerifiedTrustList:
    """Verify a list and read it.

    Parameters
    ----------
    judge
        Decides whether this certificate may sign this list.

    Raises
    ------
    XmlRefused
        It is no XML that is let in.
    TrustRefused
        The signature, the signer or the content is refused.
    """
    root = parse_xml(data, LIST_LIMITS)
    form = read_signature(root)
    if repeated_identifiers(root):
        raise SignatureRefused(
            Reason.ID_NOT_UNIQUE, "an identifier stands more than once in the list"
        )
    certificate = _signing_certificate(form)
    judge(certificate)
    _check_value(form, certificate)
    _check_digest(form.properties, _canonical(form.properties))
    _take_out(form.signature)
    _check_digest(form.whole_list, _canonical(form.whole_list))
    return VerifiedTrustList(
        read_trust_list(root), certificate, form.signing_time, _notes(form)
    )


def _signing_certificate(form: ListSignature) -> x509.Certificate:
    """Return the shown certificate that the signed properties name."""
    named = form.signing_certificate
    digest = _sha_1 if named.method == SHA_1 else DIGESTS[named.method]
    for der in form.certificates:
        if digest(der) == named.value:
            return read_signer(der)
    raise SignatureRefused(
        Reason.SIGNING_CERTIFICATE_MISMATCH,
        "the signed properties name another certificate than the one shown",
    )


def read_signer(der: bytes) -> x509.Certificate:
    """Read the certificate of who signs lists, whatever its extensions are like.

    Seen: three operators' certificates have an extension that breaks RFC 5280. Who may
    sign is compared whole, so that extensions add nothing to it.

    Raises
    ------
    SignatureRefused
        It is no certificate, or has a key of no known kind.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
        raise SignatureRefused(
            Reason.CERTIFICATE_UNREADABLE,
            "the signer's certificate cannot be read as X.509 in DER",
        ) from None
    return certificate


def _check_value(form: ListSignature, certificate: x509.Certificate) -> None:
    method = SIGNATURE_METHODS[form.signature_method]
    try:
        method.verify(
            certificate.public_key(),
            form.signature_value,
            exclusive_c14n(form.signed_info),
        )
    except InvalidSignature:
        raise SignatureRefused(
            Reason.SIGNATURE_VALUE_INVALID,
            "the signature was not made with the key of the certificate it shows",
        ) from None


def _check_digest(reference: Reference, canonical: bytes) -> None:
    if DIGESTS[reference.digest_method](canonical) != reference.digest_value:
        raise SignatureRefused(
            Reason.DIGEST_MISMATCH,
            "the list or its signed properties were altered after they were signed: a "
            "digest differs",
        )


def _canonical(reference: Reference) -> bytes:
    try:
        if reference.canonicalization == INCLUSIVE_C14N:
            return _inclusive_c14n(reference.target)
        return exclusive_c14n(reference.target)
    except etree.C14NError:
        raise SignatureRefused(
            Reason.SIGNATURE_FORM_REFUSED,
            "the list has no canonical form; it is not read",
        ) from None


def _inclusive_c14n(element: etree._Element) -> bytes:
    # In place lxml writes `xmlns=""` where a default namespace is inherited; as a root
    # of its own the element has all its declarations. An inherited xml:lang would be
    # part of the form too, but where this is used no ancestor has one.
    if element.xpath("boolean(ancestor::*/@xml:*)"):
        raise SignatureRefused(
            Reason.SIGNATURE_FORM_REFUSED,
            "the signed properties inherit attributes of XML; they are not read",
        )
    alone = parse_xml(etree.tostring(element, with_tail=False), LIST_LIMITS)
    return etree.tostring(alone, method="c14n", exclusive=False, with_comments=False)


def _take_out(signature: etree._Element) -> None:
    """Leave the list as it was signed: the blanks behind the signature are of it."""
    parent, previous = signature.getparent(), signature.getprevious()
    if parent is None or previous is None:
        raise SignatureRefused(
            Reason.SIGNATURE_FORM_REFUSED, "the signature is all there is in the list"
        )
    previous.tail = (previous.tail or "") + (signature.tail or "")
    signature.tail = None
    parent.remove(signature)


def _notes(form: ListSignature) -> tuple[str, ...]:
    notes = []
    if form.signing_certificate.method == SHA_1:
        notes.append("the signer's certificate is named by a SHA-1 digest")
    if len(form.certificates) > 1:
        notes.append("certificates beside the signer's are shown; they were not read")
    return tuple(notes)


def _sha_1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()
