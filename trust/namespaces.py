"""XML namespaces that trust reads and writes.

Spec: SAML 2.0 Core §1.2 / XML Signature 1.1 §1.2 / Exclusive XML Canonicalization 1.0
§3 / WS-Security 1.1.1 §2.4 / SOAP 1.2 Part 1 §1.1.
"""

from __future__ import annotations

from typing import Final

SAML: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
DS: Final = "http://www.w3.org/2000/09/xmldsig#"
EXC_C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
HL7: Final = "urn:hl7-org:v3"
SOAP_12: Final = "http://www.w3.org/2003/05/soap-envelope"
WSSE: Final = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
)
WSU: Final = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
)
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
