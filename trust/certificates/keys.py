"""The keys of a gateway, loaded together with their certificates.

From PEM and from PKCS#12 here; :mod:`trust.certificates.hsm` has those in hardware.

Spec: RFC 5280 §4.1 / RFC 5958 (private keys) / RFC 7292 (PKCS #12) / eHDSI X.509
profile, NCP signature.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from trust.certificates.profile import check_strength, check_usage
from trust.certificates.purposes import Purpose
from trust.decision import TrustRefused

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

# Digests of the files whose key was found sound. To prove an RSA key takes 40 ms, and
# a start reads each key more than once: the same bytes need no second proof.
_PROVEN: Final[set[bytes]] = set()


class SigningKeyError(ValueError):
    """A key or its certificate cannot be used to seal; the text says which and why."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and the certificate peers have pinned for it.

    ``former`` are the certificates of the keys it replaced: what these sealed is still
    ours until it expires.
    """

    private_key: PrivateKey = field(repr=False)
    certificate: x509.Certificate
    former: tuple[x509.Certificate, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key with its certificate and those of the authorities above it."""

    private_key: PrivateKey = field(repr=False)
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    def __post_init__(self) -> None:
        if self.private_key.public_key() != self.certificate.public_key():
            raise SigningKeyError("the private key does not belong to the certificate")


def read_pem_pair(
    certificate_pem: bytes, key_pem: bytes, password: bytes | None
) -> KeyPair:
    """Read a certificate, what follows it in its file, and its key; both PEM.

    Raises
    ------
    SigningKeyError
        One cannot be read, or they do not belong together.
    """
    certificate, *chain = read_pem_certificates(certificate_pem)
    return KeyPair(_private_key(key_pem, password), certificate, tuple(chain))


def read_pkcs12(data: bytes, password: bytes | None) -> KeyPair:
    """Read a PKCS#12 file with one key, its certificate and perhaps a chain.

    Raises
    ------
    SigningKeyError
        It cannot be read with this password, or lacks the key or its certificate.
    """
    try:
        held = pkcs12.load_pkcs12(data, password)
    except (ValueError, UnsupportedAlgorithm):
        raise SigningKeyError(
            "the PKCS#12 file cannot be read, or its password is wrong"
        ) from None
    if held.key is None or held.cert is None:
        raise SigningKeyError("the PKCS#12 file lacks a key or its certificate")
    chain = tuple(each.certificate for each in held.additional_certs)
    return KeyPair(_supported(held.key), held.cert.certificate, chain)


def signing_key(pair: KeyPair) -> SigningKey:
    """Make a seal of a key pair; refuse one that peers would not accept.

    Raises
    ------
    SigningKeyError
        The certificate is weak, or not fit for sealing.
    """
    try:
        check_strength(pair.certificate)
        check_usage(pair.certificate, Purpose.SEAL)
    except TrustRefused as refused:
        raise SigningKeyError(refused.sentence) from refused
    return SigningKey(pair.private_key, pair.certificate)


def load_signing_key(
    certificate_pem: bytes, key_pem: bytes, password: bytes | None
) -> SigningKey:
    """Load a seal key from PEM; refuse one that peers would not accept.

    Raises
    ------
    SigningKeyError
        The files cannot be read, do not belong together, or are not fit for sealing.
    """
    return signing_key(read_pem_pair(certificate_pem, key_pem, password))


def read_pem_certificates(pem: bytes) -> tuple[x509.Certificate, ...]:
    """Read one certificate or more, the leaf first; raises :class:`SigningKeyError`."""
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError:
        raise SigningKeyError("the certificate cannot be read as PEM") from None


def _private_key(pem: bytes, password: bytes | None) -> PrivateKey:
    digest = hashlib.sha256(pem).digest()
    try:
        key = serialization.load_pem_private_key(
            pem, password, unsafe_skip_rsa_key_validation=digest in _PROVEN
        )
    except TypeError:
        # cryptography's way to say: encrypted without password, or the reverse.
        raise SigningKeyError(
            "the private key is encrypted and no password was given, or the reverse"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise SigningKeyError(
            "the private key cannot be read as PEM, or its password is wrong"
        ) from None
    _PROVEN.add(digest)
    return _supported(key)


def _supported(key: object) -> PrivateKey:
    if isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        return key
    raise SigningKeyError("the private key is neither RSA nor elliptic curve")
