"""What a leaf certificate says about itself: validity, use, strength.

Missing extensions are tolerated, contradicting ones are not: certificates of the test
authority carry none at all, those of commercial authorities carry many.

Spec: RFC 5280 §4.1.2.5, §4.2.1.3, §4.2.1.9, §4.2.1.12 / eHDSI X.509 profile.
Assumption: an absent keyUsage or extendedKeyUsage permits every use.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.x509.oid import ExtendedKeyUsageOID

from trust.certificates.purposes import Purpose
from trust.decision import Reason, TrustRefused

MINIMAL_RSA_BITS: Final = 2048
# A longer modulus makes each verification slow enough to be an attack.
MAXIMAL_RSA_BITS: Final = 8192
_CURVES: Final = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_HASHES: Final = (SHA256, SHA384, SHA512)

_KEY_USES: Final[dict[Purpose, Callable[[x509.KeyUsage], bool]]] = {
    Purpose.SEAL: lambda usage: usage.digital_signature,
    Purpose.SMP_SIGNER: lambda usage: usage.digital_signature,
    Purpose.TLS_CLIENT: lambda usage: usage.digital_signature,
    # A server of TLS 1.2 with RSA key transport has keyEncipherment alone.
    Purpose.TLS_SERVER: lambda usage: usage.digital_signature or usage.key_encipherment,
}
_EXTENDED_USES: Final = {
    Purpose.TLS_CLIENT: ExtendedKeyUsageOID.CLIENT_AUTH,
    Purpose.TLS_SERVER: ExtendedKeyUsageOID.SERVER_AUTH,
}
_UNREADABLE: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
)
_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


def read_certificate(der: bytes) -> x509.Certificate:
    """Read a DER certificate with all its extensions and its key.

    Raises
    ------
    TrustRefused
        It is no certificate, or a part of it cannot be read.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        _ = certificate.extensions
        _ = certificate.public_key()
    except _UNREADABLE:
        raise _unreadable() from None
    return certificate


def check_profile(
    certificate: x509.Certificate, purpose: Purpose, now: datetime
) -> None:
    """Refuse a leaf that is out of its time, weak, or made for another use.

    Raises
    ------
    TrustRefused
        With the first rule that is broken.
    """
    check_validity(certificate, now)
    check_strength(certificate)
    check_usage(certificate, purpose)


def check_validity(certificate: x509.Certificate, now: datetime) -> None:
    """Refuse a leaf outside its validity period (RFC 5280 §4.1.2.5, both ends in)."""
    if now < certificate.not_valid_before_utc:
        raise TrustRefused(
            Reason.CERTIFICATE_NOT_YET_VALID,
            f"the certificate is valid from {certificate.not_valid_before_utc} on",
        )
    if now > certificate.not_valid_after_utc:
        raise TrustRefused(
            Reason.CERTIFICATE_EXPIRED,
            f"the certificate expired at {certificate.not_valid_after_utc}",
        )


def check_strength(certificate: x509.Certificate) -> None:
    """Refuse weak keys and certificates that were signed over a weak hash."""
    check_key(certificate)
    if not isinstance(certificate.signature_hash_algorithm, _HASHES):
        raise _weak("a signature over a hash other than SHA-256, SHA-384 and SHA-512")


def check_key(certificate: x509.Certificate) -> None:
    """Refuse weak keys; for a certificate that is known whole, whoever signed it."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        if not MINIMAL_RSA_BITS <= key.key_size <= MAXIMAL_RSA_BITS:
            raise _weak(
                f"an RSA key of {key.key_size} bits; {MINIMAL_RSA_BITS} to "
                f"{MAXIMAL_RSA_BITS} are accepted"
            )
    elif isinstance(key, ec.EllipticCurvePublicKey):
        if not isinstance(key.curve, _CURVES):
            raise _weak("a key on a curve other than P-256, P-384 and P-521")
    else:
        raise _weak("a key that is neither RSA nor elliptic curve")


def check_usage(certificate: x509.Certificate, purpose: Purpose) -> None:
    """Refuse a certificate of an authority, or whose extensions exclude the use."""
    constraints = _extension(certificate, x509.BasicConstraints)
    if constraints is not None and constraints.ca:  # RFC 5280 §4.2.1.9
        raise _wrong_purpose("it belongs to a certificate authority", purpose)
    usage = _extension(certificate, x509.KeyUsage)
    if usage is not None and not _KEY_USES[purpose](usage):  # RFC 5280 §4.2.1.3
        raise _wrong_purpose("its keyUsage excludes it", purpose)
    extended = _extension(certificate, x509.ExtendedKeyUsage)
    needed = _EXTENDED_USES.get(purpose)
    if extended is None or needed is None:
        return
    if not {needed, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}.intersection(extended):
        raise _wrong_purpose("its extendedKeyUsage excludes it", purpose)


def _extension(
    certificate: x509.Certificate, kind: type[_Extension]
) -> _Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _unreadable() -> TrustRefused:
    return TrustRefused(
        Reason.CERTIFICATE_UNREADABLE, "the certificate cannot be read as X.509 in DER"
    )


def _weak(what: str) -> TrustRefused:
    return TrustRefused(Reason.CERTIFICATE_WEAK, f"the certificate has {what}")


def _wrong_purpose(why: str, purpose: Purpose) -> TrustRefused:
    return TrustRefused(
        Reason.CERTIFICATE_WRONG_PURPOSE,
        f"the certificate may not be used as {purpose}: {why}",
    )
