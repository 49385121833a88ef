"""May this time stamp be believed: of whom, on what, from when?

A stamp is judged as of its own moment, so that it outlives its authority's certificate.
Whether that certificate was revoked is not asked.

Spec: RFC 3161 §2.2 (what a requester checks), §2.3 (the authority's certificate).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from trust.certificates import PathValidator, subject_name
from trust.certificates.profile import check_strength
from trust.decision import Reason, TrustRefused
from trust.timestamps.token import HASHES, Token, read_token

_STAMPING: Final = [ExtendedKeyUsageOID.TIME_STAMPING]


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """A stamp that is believed.

    Attributes
    ----------
    moment
        When the data existed, in UTC.
    authority
        Who says so: the subject of the signer's certificate.
    """

    moment: datetime
    authority: str
    nonce: int | None
    policy: str


def judge_time_stamp(
    token: bytes,
    data: bytes,
    authorities: Sequence[x509.Certificate],
    validator: PathValidator,
) -> TimeStamp:
    """Return what a token proves about ``data``.

    Parameters
    ----------
    authorities
        At which of them the path of the signer has to end.

    Raises
    ------
    TrustRefused
        It is not about the data, was altered, or is of nobody who may stamp.
    """
    read = read_token(token)
    if read.imprint != hashlib.sha256(data).digest():
        raise TrustRefused(
            Reason.DIGEST_MISMATCH, "the time stamp is about something else"
        )
    _require_stamper(read.signer)
    _require_signature(read)
    validator.validate(read.signer, authorities, read.others, read.moment, None)
    return TimeStamp(read.moment, subject_name(read.signer), read.nonce, read.policy)


def _require_stamper(certificate: x509.Certificate) -> None:
    """Refuse a signer whose certificate is for anything else, or weak."""
    try:
        stated = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (x509.ExtensionNotFound, ValueError):
        raise _wrong_purpose() from None
    if not stated.critical or list(stated.value) != _STAMPING:
        raise _wrong_purpose()
    check_strength(certificate)


def _require_signature(token: Token) -> None:
    try:
        if not _verifies(token):
            raise TrustRefused(
                Reason.SIGNATURE_ALGORITHM_REFUSED,
                "the time stamp is signed by an algorithm that is not accepted",
            )
    except InvalidSignature:
        raise TrustRefused(
            Reason.SIGNATURE_VALUE_INVALID, "the signature of the time stamp is wrong"
        ) from None


def _verifies(token: Token) -> bool:
    """Verify; False where key and scheme are none that is accepted."""
    key, digest = token.signer.public_key(), HASHES[token.digest]
    if isinstance(key, rsa.RSAPublicKey) and token.scheme == "rsassa_pkcs1v15":
        key.verify(token.signature, token.signed, padding.PKCS1v15(), digest)
    elif isinstance(key, rsa.RSAPublicKey) and token.scheme == "rsassa_pss":
        key.verify(token.signature, token.signed, token.pss, digest)
    elif isinstance(key, ec.EllipticCurvePublicKey) and token.scheme == "ecdsa":
        key.verify(token.signature, token.signed, ec.ECDSA(digest))
    else:
        return False
    return True


def _wrong_purpose() -> TrustRefused:
    return TrustRefused(
        Reason.CERTIFICATE_WRONG_PURPOSE,
        "the certificate of the time stamp's signer is not for time stamps alone",
    )
