"""The key a gateway seals with, loaded together with its certificate.

Spec: RFC 5280 §4.1 / RFC 5958 (private keys) / eHDSI X.509 profile, NCP signature.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from trust.certificates.profile import check_strength, check_usage
from trust.certificates.purposes import Purpose
from trust.decision import TrustRefused

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class SigningKeyError(ValueError):
    """A key or its certificate cannot be used to seal; the text says which and why."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and the certificate peers have pinned for it."""

    private_key: PrivateKey = field(repr=False)
    certificate: x509.Certificate


def load_signing_key(
    certificate_pem: bytes, key_pem: bytes, password: bytes | None
) -> SigningKey:
    """Load a seal key; refuse one that peers would not accept.

    Raises
    ------
    SigningKeyError
        The files cannot be read, do not belong together, or are not fit for sealing.
    """
    certificate = _certificate(certificate_pem)
    private_key = _private_key(key_pem, password)
    if private_key.public_key() != certificate.public_key():
        raise SigningKeyError("the private key does not belong to the certificate")
    try:
        check_strength(certificate)
        check_usage(certificate, Purpose.SEAL)
    except TrustRefused as refused:
        raise SigningKeyError(refused.sentence) from refused
    return SigningKey(private_key, certificate)


def _certificate(pem: bytes) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError:
        raise SigningKeyError("the certificate cannot be read as PEM") from None


def _private_key(pem: bytes, password: bytes | None) -> PrivateKey:
    try:
        key = serialization.load_pem_private_key(pem, password)
    except TypeError:
        # cryptography's way to say: encrypted without password, or the reverse.
        raise SigningKeyError(
            "the private key is encrypted and no password was given, or the reverse"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise SigningKeyError(
            "the private key cannot be read as PEM, or its password is wrong"
        ) from None
    if isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        return key
    raise SigningKeyError("the private key is neither RSA nor elliptic curve")
