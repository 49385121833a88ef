"""Signs assertions as an attacker would: any algorithm, any reference, any key.

It shares nothing with the signer of ``trust`` on purpose, so that a mistake there does
not excuse itself here. The bytes that come out are put into messages as they are.

Spec: XML Signature 1.1 §4, §6 / RFC 6931 §2 / SAML 2.0 Core §5.4.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from conformance.attacks.message import Change
from trust.certificates import SigningKey
from trust.namespaces import DS, EXC_C14N
from trust.xml import SOAP_LIMITS, parse_xml

ENVELOPED: Final = f"{DS}enveloped-signature"
SHA_256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
RSA_SHA_256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SIGNATURE: Final = f"{{{DS}}}Signature"

SignatureValue: TypeAlias = Callable[[SigningKey, bytes], bytes]


def rsa_over(algorithm: hashes.HashAlgorithm) -> SignatureValue:
    """Sign with RSA and PKCS #1 v1.5 over any hash, old ones too."""

    def value(key: SigningKey, data: bytes) -> bytes:
        if isinstance(key.private_key, rsa.RSAPrivateKey):
            return key.private_key.sign(data, padding.PKCS1v15(), algorithm)
        return key.private_key.sign(data, ec.ECDSA(algorithm))

    return value


def hmac_with_certificate(key: SigningKey, data: bytes) -> bytes:
    """Use what everybody knows, the public certificate, as a secret."""
    secret = key.certificate.public_bytes(Encoding.DER)
    return hmac.new(secret, data, hashlib.sha256).digest()


def nothing(_key: SigningKey, _data: bytes) -> bytes:
    """Sign not at all."""
    return b""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a signature is made; the defaults make an honest one.

    Attributes
    ----------
    uri
        The reference's URI; None refers to the assertion itself.
    value
        Makes the signature value.
    prefix_list
        Prefixes that count although only values use them, such as that of
        ``xsi:type="xsd:string"``.
    """

    method: str = RSA_SHA_256
    value: SignatureValue = rsa_over(hashes.SHA256())  # noqa: RUF009 - it is pure
    digest: str = SHA_256
    digest_name: str = "sha256"
    c14n: str = EXC_C14N
    transforms: tuple[str, ...] = (ENVELOPED, EXC_C14N)
    uri: str | None = None
    prefix_list: tuple[str, ...] = ()


HONEST: Final = Manner()


def edited(assertion: bytes, change: Change) -> bytes:
    """Change an assertion and leave its signature as it was."""
    root = parse_xml(assertion, SOAP_LIMITS)
    change(root)
    return etree.tostring(root)


def unsigned(assertion: bytes) -> bytes:
    """Take the signature off."""
    return edited(assertion, lambda root: root.remove(signature_of(root)))


def resealed(
    assertion: bytes,
    key: SigningKey,
    change: Change | None = None,
    manner: Manner = HONEST,
) -> bytes:
    """Change an assertion and sign it again: only what was changed is wrong."""
    bare = unsigned(assertion)
    return sealed(bare if change is None else edited(bare, change), key, manner)


def sealed(assertion: bytes, key: SigningKey, manner: Manner = HONEST) -> bytes:
    """Sign an assertion that has no signature yet."""
    root = parse_xml(assertion, SOAP_LIMITS)
    root.insert(1, _signature(root, key, manner))
    return etree.tostring(root)


def signature_of(root: etree._Element) -> etree._Element:
    """Return the signature of an assertion."""
    found = root.find(SIGNATURE)
    if found is None:
        raise ValueError("the assertion is not signed")
    return found


def _signature(root: etree._Element, key: SigningKey, manner: Manner) -> etree._Element:
    canonical = _canonical(root, manner.prefix_list)
    digest = hashlib.new(manner.digest_name, canonical, usedforsecurity=False)
    signature = etree.Element(SIGNATURE, nsmap={"ds": DS})
    info = _ds(signature, "SignedInfo")
    _ds(info, "CanonicalizationMethod", Algorithm=manner.c14n)
    _ds(info, "SignatureMethod", Algorithm=manner.method)
    own = f"#{root.get('ID')}"
    reference = _ds(info, "Reference", URI=own if manner.uri is None else manner.uri)
    transforms = _ds(reference, "Transforms")
    for algorithm in manner.transforms:
        transform = _ds(transforms, "Transform", Algorithm=algorithm)
        if algorithm == EXC_C14N and manner.prefix_list:
            _inclusive(transform, manner.prefix_list)
    _ds(reference, "DigestMethod", Algorithm=manner.digest)
    _ds(reference, "DigestValue").text = _base64(digest.digest())
    value = manner.value(key, _canonical(info))
    _ds(signature, "SignatureValue").text = _base64(value)
    shown = _ds(_ds(signature, "KeyInfo"), "X509Data")
    der = key.certificate.public_bytes(Encoding.DER)
    _ds(shown, "X509Certificate").text = _base64(der)
    return signature


def _ds(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    added: etree._Element = etree.SubElement(parent, f"{{{DS}}}{name}", attributes)
    return added


def _inclusive(transform: etree._Element, prefixes: Sequence[str]) -> None:
    etree.SubElement(
        transform,
        f"{{{EXC_C14N}}}InclusiveNamespaces",
        {"PrefixList": " ".join(prefixes)},
        nsmap={"ec": EXC_C14N},
    )


def _canonical(element: etree._Element, prefixes: Sequence[str] = ()) -> bytes:
    return etree.tostring(
        element,
        method="c14n",
        exclusive=True,
        with_comments=False,
        inclusive_ns_prefixes=list(prefixes) or None,
    )


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
