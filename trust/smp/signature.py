"""Signs and verifies documents as service metadata is signed: whole, and inclusive.

xmlsec computes what is verified, on a document whose form leaves it nothing to choose;
where it says no, the digest is taken once more to tell an altered document from a
foreign key.

Spec: OASIS BDX SMP 1.0 §3.6.2 / XML Signature 1.1 §3.2 (core validation) / Canonical
XML 1.0 §2.
"""

from __future__ import annotations

import base64
import hashlib
from types import ModuleType
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from trust.certificates import SigningKey
from trust.decision import Reason
from trust.namespaces import DS
from trust.smp.signature_form import INCLUSIVE_C14N, SIGNATURE, read_signature
from trust.xml import Element, ParseLimits, parse_xml, write_xml
from trust.xmlsignature import CertificateJudge, SignatureRefused
from trust.xmlsignature.algorithms import (
    ENVELOPED_SIGNATURE,
    RSA_SHA_256,
    SHA_256,
    sign_data,
)
from trust.xmlsignature.with_xmlsec import EngineMissingError

# A search mask may carry a picture of the insurance card.
METADATA_LIMITS: Final = ParseLimits(max_bytes=4 << 20, max_depth=48, max_nodes=20_000)


def verify_document(
    signature: etree._Element, judge: CertificateJudge
) -> x509.Certificate:
    """Verify the signature that covers the whole document it stands in.

    Parameters
    ----------
    judge
        Decides about the signer's certificate before its key is used.

    Returns
    -------
    x509.Certificate
        The certificate whose key signed.

    Raises
    ------
    SignatureRefused
        The form, the digest or the value of the signature is refused.
    TrustRefused
        The judge refused the certificate.
    """
    read = read_signature(signature)
    certificate = judge(read.certificate_der)
    if not isinstance(certificate.public_key(), rsa.RSAPublicKey):
        raise SignatureRefused(
            Reason.SIGNATURE_ALGORITHM_REFUSED,
            "the certificate's key is not RSA, which the signature claims to be made "
            "with",
        )
    if not _holds(signature, certificate):
        raise _why(signature, read.digest_value)
    return certificate


def sign_document(document: bytes, place: etree.XPath, key: SigningKey) -> bytes:
    """Sign a whole document and put the signature where ``place`` points.

    Parameters
    ----------
    place
        Selects the one element that takes the signature as its last child.

    Raises
    ------
    ValueError
        The key is not RSA: the profile knows no other signature.
    """
    if not isinstance(key.private_key, rsa.RSAPrivateKey):
        raise ValueError(  # noqa: TRY004 - a value of the operator, not a type of ours
            "service metadata is signed with RSA and SHA-256: name an RSA key"
        )
    root = parse_xml(document, METADATA_LIMITS)
    signature = _unsigned_signature(_digest(root), key.certificate)
    _only_place(place, root).append(signature)
    value = sign_data(key.private_key, _canonical_in_place(signature[0]))
    signature[1].text = _base64(value)
    signed = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    _check_own(signed, key)
    return signed


def as_document(element: etree._Element) -> etree._Element:
    """Return an element as the root of a document of its own, namespaces in scope.

    What was signed before it was wrapped is verified as it was signed.
    """
    return parse_xml(etree.tostring(element, with_tail=False), METADATA_LIMITS)


def _holds(signature: etree._Element, certificate: x509.Certificate) -> bool:
    xmlsec = _xmlsec()
    context = xmlsec.SignatureContext()
    # With a key given, nothing of KeyInfo is used.
    context.key = xmlsec.Key.from_memory(
        certificate.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        ),
        xmlsec.constants.KeyDataFormatPem,
    )
    for transform in ("ENVELOPED", "C14N", "SHA256"):
        context.enable_reference_transform(getattr(xmlsec.Transform, transform))
    for transform in ("C14N", "RSA_SHA256"):
        context.enable_signature_transform(getattr(xmlsec.Transform, transform))
    try:
        context.verify(signature)
    except xmlsec.Error:
        return False
    return True


def _xmlsec() -> ModuleType:
    try:
        import xmlsec  # noqa: PLC0415 - a wrong pair of builds fails on import
    except Exception as error:
        raise EngineMissingError(
            f"the signature engine xmlsec cannot be loaded ({error}); service metadata "
            "cannot be verified without it"
        ) from error
    module: ModuleType = xmlsec
    return module


def _why(signature: etree._Element, claimed: bytes) -> SignatureRefused:
    """Tell an altered document from a foreign key; the verdict stands already."""
    root = as_document(signature.getroottree().getroot())
    path = signature.getroottree().getelementpath(signature)
    copy = root.find(path)
    if copy is not None:
        _take_out(copy)
    if _digest(root) != claimed:
        return SignatureRefused(
            Reason.DIGEST_MISMATCH,
            "the document was altered after it was signed: its digest differs",
        )
    return SignatureRefused(
        Reason.SIGNATURE_VALUE_INVALID,
        "the signature was not made with the key of the certificate it shows",
    )


def _take_out(element: etree._Element) -> None:
    parent, previous, tail = element.getparent(), element.getprevious(), element.tail
    if parent is None:
        return
    parent.remove(element)
    if previous is not None:
        previous.tail = (previous.tail or "") + (tail or "")
    else:
        parent.text = (parent.text or "") + (tail or "")


def _digest(root: etree._Element) -> bytes:
    # Of a root, lxml's inclusive form is right; of anything deeper it is not.
    canonical = etree.tostring(root, method="c14n", with_comments=False)
    return hashlib.sha256(canonical).digest()


def _canonical_in_place(element: etree._Element) -> bytes:
    """Return the inclusive canonical form of an element, with the namespaces it has."""
    return etree.tostring(as_document(element), method="c14n", with_comments=False)


def _only_place(place: etree.XPath, root: etree._Element) -> etree._Element:
    found = place(root)
    if not isinstance(found, list) or len(found) != 1:
        raise ValueError("the document has no one place for the signature")
    (element,) = found
    if not isinstance(element, etree._Element):  # noqa: SLF001 - lxml's public class
        raise ValueError("the place for the signature is no element")  # noqa: TRY004
    return element


def _check_own(signed: bytes, key: SigningKey) -> None:
    """Verify what was just signed: what does not verify here verifies nowhere."""
    root = parse_xml(signed, METADATA_LIMITS)
    signatures = list(root.iter(SIGNATURE))
    verify_document(signatures[-1], lambda _der: key.certificate)


def _unsigned_signature(digest: bytes, certificate: x509.Certificate) -> etree._Element:
    shown = _ds("X509Certificate", _base64(certificate.public_bytes(Encoding.DER)))
    name = _ds("X509SubjectName", certificate.subject.rfc4514_string())
    reference = _ds(
        "Reference",
        _ds("Transforms", _method("Transform", ENVELOPED_SIGNATURE)),
        _method("DigestMethod", SHA_256),
        _ds("DigestValue", _base64(digest)),
    )
    reference.attributes["URI"] = ""
    signature = _ds(
        "Signature",
        _ds(
            "SignedInfo",
            _method("CanonicalizationMethod", INCLUSIVE_C14N),
            _method("SignatureMethod", RSA_SHA_256),
            reference,
        ),
        _ds("SignatureValue"),
        _ds("KeyInfo", _ds("X509Data", name, shown)),
    )
    # Unprefixed, as every publisher in the field writes it.
    return parse_xml(write_xml(signature, {DS: ""}), METADATA_LIMITS)


def _method(name: str, algorithm: str) -> Element:
    return Element(f"{{{DS}}}{name}", {"Algorithm": algorithm})


def _ds(name: str, *children: Element | str) -> Element:
    return Element(f"{{{DS}}}{name}", children=list(children))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
