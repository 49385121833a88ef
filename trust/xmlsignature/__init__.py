"""XML signatures: one strict form, signed and verified."""

from trust.xmlsignature.engines import ENGINES
from trust.xmlsignature.identifiers import Identifiers, repeated_identifiers
from trust.xmlsignature.mould import Mould
from trust.xmlsignature.port import (
    CertificateJudge,
    SignatureVerifier,
    VerifiedElement,
    strong_certificate,
)
from trust.xmlsignature.refused import SignatureRefused
from trust.xmlsignature.sign import sign_enveloped
from trust.xmlsignature.verify import SignedSiblings, verify_enveloped
from trust.xmlsignature.with_xmlsec import EngineMissingError

__all__ = [
    "ENGINES",
    "CertificateJudge",
    "EngineMissingError",
    "Identifiers",
    "Mould",
    "SignatureRefused",
    "SignatureVerifier",
    "SignedSiblings",
    "VerifiedElement",
    "repeated_identifiers",
    "sign_enveloped",
    "strong_certificate",
    "verify_enveloped",
]
