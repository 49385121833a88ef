"""What is answered with a SOAP fault: nothing in band could be said, or may be.

Spec: SOAP 1.2 Part 1 §5.4 and Part 2 §7.5 / WS-Addressing 1.0 SOAP Binding §6.4 / eHDSI
NCPeH Components Specification §4.4.2.1, §4.4.2.4.
"""

from __future__ import annotations

from ncp.answers.rows import FaultRow
from ncp.errors import Condition, Refusal
from ncp.ihe import namespaces as ns
from ncp.ihe.codes import FaultCode
from trust.decision import Reason

_INVALID_TOKEN = f"{{{ns.WSSE}}}InvalidSecurityToken"
_OTHER_COUNTRY = FaultRow(
    FaultCode.SENDER,
    "Invalid Security Token: the country of origin is inconsistent.",
    _INVALID_TOKEN,
)
_NOT_A_PEER = FaultRow(
    FaultCode.SENDER,
    "Invalid Security Token: the peer is not accepted.",
    _INVALID_TOKEN,
)
_ADDRESSING = f"{{{ns.WSA}}}InvalidAddressingHeader"

# eHDSI calls them "Invalid Security Token" and "HP Missing Attributes": names with
# blanks are no QNames, so they begin the reason.
FAULTS: dict[Condition, FaultRow] = {
    Reason.PEER_CERTIFICATE_ABSENT: _NOT_A_PEER,
    Reason.PEER_NOT_PINNED: _NOT_A_PEER,
    Reason.SIGNER_OF_ANOTHER_COUNTRY: _OTHER_COUNTRY,
    Reason.ISSUER_OF_ANOTHER_COUNTRY: _OTHER_COUNTRY,
    Reason.HOME_COMMUNITY_OF_ANOTHER_COUNTRY: _OTHER_COUNTRY,
    Reason.ASSERTION_OF_ANOTHER_PEER: _OTHER_COUNTRY,
    Reason.TRC_OF_ANOTHER_PROFESSIONAL: FaultRow(
        FaultCode.SENDER,
        "HP Missing Attributes: the professional of the treatment assertion is not "
        "that of the identity assertion.",
        _INVALID_TOKEN,
    ),
    Refusal.MALFORMED_XML: FaultRow(
        FaultCode.SENDER, "The message is not well-formed XML."
    ),
    Refusal.DTD_PRESENT: FaultRow(
        FaultCode.SENDER, "A document type declaration is not allowed."
    ),
    Refusal.MESSAGE_TOO_LARGE: FaultRow(
        FaultCode.SENDER, "The message is over the limits.", http_status=413
    ),
    Refusal.NOT_SOAP_12: FaultRow(
        FaultCode.VERSION_MISMATCH, "The message is not a SOAP 1.2 envelope."
    ),
    Refusal.MEDIA_TYPE_UNSUPPORTED: FaultRow(
        FaultCode.SENDER, "The media type is not supported.", http_status=415
    ),
    Refusal.MULTIPART_BROKEN: FaultRow(
        FaultCode.SENDER, "The MIME package is not of its form."
    ),
    Refusal.ACTION_UNKNOWN: FaultRow(
        FaultCode.SENDER,
        "The action is not supported.",
        f"{{{ns.WSA}}}ActionNotSupported",
    ),
    Refusal.ACTION_CONTRADICTS: FaultRow(
        FaultCode.SENDER, "The actions of the message contradict.", _ADDRESSING
    ),
    Refusal.HEADER_NOT_UNDERSTOOD: FaultRow(
        FaultCode.MUST_UNDERSTAND, "A mandatory header is not understood."
    ),
    Refusal.BODY_INVALID: FaultRow(
        FaultCode.SENDER, "The message is not of the form of its transaction."
    ),
    Refusal.MESSAGE_ID_REUSED: FaultRow(
        FaultCode.SENDER,
        "The message id was already used for another message.",
        _ADDRESSING,
    ),
    # A peer resends once after a fault, and only a fault: what could not be recorded
    # or served now may be asked again.
    Refusal.RECORD_UNAVAILABLE: FaultRow(
        FaultCode.RECEIVER, "The service cannot answer now."
    ),
    Refusal.SERVICE_UNAVAILABLE: FaultRow(
        FaultCode.RECEIVER, "The service is not available now.", http_status=503
    ),
    # Sheet 06 6.2: what eHDSI calls ERROR_GENERIC; its own code is told in the record.
    Refusal.TOO_MANY_REQUESTS: FaultRow(
        FaultCode.RECEIVER,
        "ERROR_GENERIC: too many requests; ask again later.",
        http_status=503,
    ),
}
