"""Reading back what this gateway sealed itself.

Spec: SAML 2.0 Core §5.4 (the assertion is signed by its issuer).
"""

from __future__ import annotations

from cryptography import x509

from trust.certificates import SigningKey, fingerprint_of, read_certificate
from trust.decision import Reason, TrustRefused
from trust.xml import SOAP_LIMITS, parse_xml
from trust.xmlsignature import VerifiedElement, verify_enveloped


def verify_own(data: bytes, key: SigningKey) -> VerifiedElement:
    """Verify bytes that this key must have sealed, or one that it replaced.

    Raises
    ------
    TrustRefused
        They were not, or were altered since.
    """
    expected = {fingerprint_of(each) for each in (key.certificate, *key.former)}

    def only_ours(der: bytes) -> x509.Certificate:
        certificate = read_certificate(der)
        if fingerprint_of(certificate) not in expected:
            raise TrustRefused(
                Reason.SIGNER_NOT_PINNED, "the assertion is sealed with another key"
            )
        return certificate

    return verify_enveloped(parse_xml(data, SOAP_LIMITS), only_ours)
