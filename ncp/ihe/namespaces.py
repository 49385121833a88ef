"""XML namespaces and WS-Addressing actions of the transactions, and our prefixes.

Spec: SOAP 1.2 Part 1 §5 / WS-Addressing 1.0 Core §3 / WS-Trust 1.3 §1.4 / WSS SAML
Token Profile 1.1.1 / XOP 1.0 §2.1 / ebXML RegRep 3.0 / IHE ITI TF-2 §3.38.7, §3.39.7,
§3.41.7, §3.55.7.
"""

from __future__ import annotations

from typing import Final

SOAP: Final = "http://www.w3.org/2003/05/soap-envelope"
SOAP_11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
WSA: Final = "http://www.w3.org/2005/08/addressing"
WSSE: Final = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
)
WSU: Final = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
)
WST: Final = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
TRC_PARAMETERS: Final = "https://ehdsi.eu/assertion/trc"
NOK_PARAMETERS: Final = "https://ehdsi.eu/assertion/nok"
XOP: Final = "http://www.w3.org/2004/08/xop/include"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
HL7: Final = "urn:hl7-org:v3"
RIM: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
RS: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0"
LCM: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
QUERY: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
XDSB: Final = "urn:ihe:iti:xds-b:2007"

# No default namespace among them: an assertion embedded byte for byte must not
# inherit one.
PREFIXES: Final = {
    SOAP: "soap",
    WSA: "wsa",
    WSSE: "wsse",
    WSU: "wsu",
    WST: "wst",
    TRC_PARAMETERS: "trc",
    NOK_PARAMETERS: "nok",
    XOP: "xop",
    XSI: "xsi",
    HL7: "hl7",
    RIM: "rim",
    RS: "rs",
    LCM: "lcm",
    QUERY: "query",
    XDSB: "xdsb",
}

WSA_ANONYMOUS: Final = f"{WSA}/anonymous"
WSA_SOAP_FAULT: Final = f"{WSA}/soap/fault"
WSA_FAULT: Final = f"{WSA}/fault"

# SOAP 1.2 Part 1 §2.2: a header without a role, or with one of these, is for us.
SOAP_ROLES_OF_RECEIVER: Final = frozenset(
    {"", f"{SOAP}/role/next", f"{SOAP}/role/ultimateReceiver"}
)

ITI_55_REQUEST: Final = "urn:hl7-org:v3:PRPA_IN201305UV02:CrossGatewayPatientDiscovery"
ITI_55_RESPONSE: Final = "urn:hl7-org:v3:PRPA_IN201306UV02:CrossGatewayPatientDiscovery"
ITI_38_REQUEST: Final = "urn:ihe:iti:2007:CrossGatewayQuery"
ITI_38_RESPONSE: Final = "urn:ihe:iti:2007:CrossGatewayQueryResponse"
ITI_39_REQUEST: Final = "urn:ihe:iti:2007:CrossGatewayRetrieve"
ITI_39_RESPONSE: Final = "urn:ihe:iti:2007:CrossGatewayRetrieveResponse"
ITI_41_REQUEST: Final = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"
ITI_41_RESPONSE: Final = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-bResponse"

# Seen: the WSDL of OpenNCP's token service still has the action of 2005.
RST_ISSUE: Final = f"{WST}/RST/Issue"
RST_ISSUE_OF_2005: Final = "http://schemas.xmlsoap.org/ws/2005/02/trust/RST/Issue"
RSTRC_ISSUE_FINAL: Final = f"{WST}/RSTRC/IssueFinal"
# Seen: what OpenNCP's token service answers with.
RSTRC_OF_OPENNCP: Final = "urn:IssueTokenResponse"
