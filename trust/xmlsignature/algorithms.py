"""The signature and digest algorithms that are believed, and nothing else.

SHA-1, MD5, HMAC, DSA and ``none`` are absent on purpose: what is not in these tables
is refused before any cryptographic library sees it.

Spec: XML Signature 1.1 §6.2, §6.4 / RFC 6931 §2.3.2 to §2.3.10 (RSA, RSA-PSS, ECDSA) /
eHDSI X.509 profile (SHA-256 or longer).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import (
    CertificatePublicKeyTypes,
)
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from trust.certificates.keys import PrivateKey
from trust.namespaces import EXC_C14N

ENVELOPED_SIGNATURE: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
# The algorithm identifier is the namespace of its parameters, letter by letter.
EXCLUSIVE_C14N: Final = EXC_C14N

SHA_256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
SHA_384: Final = "http://www.w3.org/2001/04/xmldsig-more#sha384"
SHA_512: Final = "http://www.w3.org/2001/04/xmlenc#sha512"
RSA_SHA_256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
RSA_SHA_384: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384"
RSA_SHA_512: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"
RSA_PSS_SHA_256: Final = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"
ECDSA_SHA_256: Final = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
ECDSA_SHA_384: Final = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384"

DIGESTS: Final[dict[str, Callable[[bytes], bytes]]] = {
    SHA_256: lambda data: hashlib.sha256(data).digest(),
    SHA_384: lambda data: hashlib.sha384(data).digest(),
    SHA_512: lambda data: hashlib.sha512(data).digest(),
}


@cache  # to ask an abstract class each time costs more than all that is done here
def _is_rsa(kind: type) -> bool:
    return issubclass(kind, rsa.RSAPublicKey)


@dataclass(frozen=True, slots=True)
class RsaMethod:
    """RSA with the padding of the method."""

    hash: hashes.HashAlgorithm
    padding: padding.AsymmetricPadding

    def verify(
        self, key: CertificatePublicKeyTypes, signature: bytes, data: bytes
    ) -> None:
        if not _is_rsa(type(key)):
            raise InvalidSignature
        cast("rsa.RSAPublicKey", key).verify(signature, data, self.padding, self.hash)


@dataclass(frozen=True, slots=True)
class EcdsaMethod:
    """ECDSA; XML Signature carries r and s side by side, not in DER (§6.4.3)."""

    hash: hashes.HashAlgorithm

    def verify(
        self, key: CertificatePublicKeyTypes, signature: bytes, data: bytes
    ) -> None:
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise InvalidSignature
        size = _coordinate_size(key.curve)
        if len(signature) != 2 * size:
            raise InvalidSignature
        r, s = signature[:size], signature[size:]
        der = encode_dss_signature(int.from_bytes(r), int.from_bytes(s))
        key.verify(der, data, ec.ECDSA(self.hash))


_SHA_256: Final = hashes.SHA256()
_PKCS_1: Final = padding.PKCS1v15()
# RFC 6931 §2.3.10: MGF1 with the same hash, salt as long as the digest.
_PSS: Final = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)

SIGNATURE_METHODS: Final[dict[str, RsaMethod | EcdsaMethod]] = {
    RSA_SHA_256: RsaMethod(hashes.SHA256(), _PKCS_1),
    RSA_SHA_384: RsaMethod(hashes.SHA384(), _PKCS_1),
    RSA_SHA_512: RsaMethod(hashes.SHA512(), _PKCS_1),
    RSA_PSS_SHA_256: RsaMethod(hashes.SHA256(), _PSS),
    ECDSA_SHA_256: EcdsaMethod(hashes.SHA256()),
    ECDSA_SHA_384: EcdsaMethod(hashes.SHA384()),
}


def method_for(key: PrivateKey) -> str:
    """Return the signature method we write with a key of this kind."""
    return RSA_SHA_256 if isinstance(key, rsa.RSAPrivateKey) else ECDSA_SHA_256


def sign_data(key: PrivateKey, data: bytes) -> bytes:
    """Sign with :func:`method_for` the key, in the form SignatureValue carries."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, _PKCS_1, _SHA_256)
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(_SHA_256)))
    size = _coordinate_size(key.curve)
    return r.to_bytes(size) + s.to_bytes(size)


def _coordinate_size(curve: ec.EllipticCurve) -> int:
    return (curve.key_size + 7) // 8
