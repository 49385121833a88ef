"""Names the assertions that a message shows, for its evidence.

Spec: WS-Security SAML Token Profile 1.1.1 §3.3 (where they stand) / XML Signature 1.1
§4.5.4 (X509Certificate).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator

from lxml import etree

from ncp.evidence.exchange_evidence import ShownAssertion
from ncp.ihe.soap import SoapMessage
from trust.namespaces import DS, SAML, SOAP_12, WSSE

_SECURITY = f"{{{SOAP_12}}}Header/{{{WSSE}}}Security"
_ASSERTION = f"{{{SAML}}}Assertion"
_CERTIFICATE = (
    f"{{{DS}}}Signature/{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate"
)


def shown_assertions(message: SoapMessage) -> tuple[ShownAssertion, ...]:
    """Return the assertions of the security header in their order, none believed."""
    return tuple(_each(message.envelope))


def _each(envelope: etree._Element) -> Iterator[ShownAssertion]:
    for security in envelope.iterfind(_SECURITY):
        for assertion in security.iterchildren(_ASSERTION):
            signer = _fingerprint(assertion.findtext(_CERTIFICATE))
            yield ShownAssertion(assertion.get("ID", ""), signer)


def _fingerprint(text: str | None) -> str | None:
    try:
        der = base64.b64decode("".join((text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return hashlib.sha256(der).hexdigest() if der else None
