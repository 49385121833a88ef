"""XML signatures: one strict form, signed and verified."""

from trust.xmlsignature.refused import SignatureRefused
from trust.xmlsignature.sign import sign_enveloped
from trust.xmlsignature.verify import (
    CertificateJudge,
    VerifiedElement,
    repeated_identifiers,
    strong_certificate,
    verify_enveloped,
)

__all__ = [
    "CertificateJudge",
    "SignatureRefused",
    "VerifiedElement",
    "repeated_identifiers",
    "sign_enveloped",
    "strong_certificate",
    "verify_enveloped",
]
