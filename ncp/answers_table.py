"""Our column of the one table: what each condition is answered with.

Spec: IHE ITI TF-2 §3.38.4.1.3, §3.39.4.1.3, §3.55.4.2.2.7 / IHE ITI TF-3 §4.2.4 /
SOAP 1.2 Part 1 §5.4 and Part 2 §7.5 / WS-Addressing 1.0 SOAP Binding §6.4 / eHDSI
NCPeH Components Specification §4.4.2.
Assumption: where the closed eHDSI pages would fix a code, the recommendation drawn
from the behaviour of several implementations is followed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ncp.answers_of_peers import Condition
from ncp.errors import Refusal
from ncp.ihe import namespaces as ns
from ncp.ihe.codes import (
    Acknowledgement,
    DetectedIssue,
    FaultCode,
    QueryResponse,
)
from trust.decision import Reason


@dataclass(frozen=True, slots=True)
class FaultRow:
    """A condition answered with a SOAP fault; the subcode is in Clark notation."""

    fault: FaultCode
    text: str
    subcode: str = ""
    http_status: int | None = None


@dataclass(frozen=True, slots=True)
class CodedRow:
    """One condition answered in band; ``{kind}`` in a code is PS, EP or ORCD."""

    discovery: str
    issue: DetectedIssue
    listing: str
    fetching: str
    text: str
    acknowledgement: Acknowledgement = Acknowledgement.ERROR
    response: QueryResponse = QueryResponse.APPLICATION_ERROR
    listing_is_empty: bool = False  # nothing there is a warning and a success


# SOAP 1.2 Part 2 §7.5.2.2 table 20.
FAULT_STATUS = {
    FaultCode.SENDER: 400,
    FaultCode.RECEIVER: 500,
    FaultCode.MUST_UNDERSTAND: 500,
    FaultCode.VERSION_MISMATCH: 500,
}

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

FAULTS: dict[Condition, FaultRow] = {
    Reason.PEER_CERTIFICATE_ABSENT: _NOT_A_PEER,
    Reason.PEER_NOT_PINNED: _NOT_A_PEER,
    Reason.SIGNER_OF_ANOTHER_COUNTRY: _OTHER_COUNTRY,
    Reason.ISSUER_OF_ANOTHER_COUNTRY: _OTHER_COUNTRY,
    Reason.HOME_COMMUNITY_OF_ANOTHER_COUNTRY: _OTHER_COUNTRY,
    Reason.ASSERTION_OF_ANOTHER_PEER: _OTHER_COUNTRY,
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
}


def _security(code: str, text: str) -> CodedRow:
    return CodedRow(code, DetectedIssue.INSUFFICIENT_RIGHTS, code, code, text)


_NO_ASSERTION = _security(
    "ERROR_HPI_AUTHENTICATION_NOT_RECEIVED",
    "The identity assertion of the health professional was not received.",
)
_NOT_INTEGER = _security(
    "ERROR_SEC_DATA_INTEGRITY_NOT_ENSURED",
    "The integrity of the security header is not ensured.",
)
UNTRUSTED = _security("ERROR_SEC_GENERIC", "A certificate is not trusted.")
_BAD_ASSERTION = _security("1001", "An assertion is not valid.")
_BAD_TRC = _security(
    "1002", "The treatment assertion does not belong to the identity assertion."
)
_BAD_NOK = _security(
    "1002", "The next-of-kin assertion does not belong to the identity assertion."
)
_RIGHTS = _security("4703", "The rights do not suffice.")

SECURITY: dict[Condition, CodedRow] = {
    Reason.CERTIFICATE_EXPIRED: UNTRUSTED,
    Reason.CERTIFICATE_NOT_YET_VALID: UNTRUSTED,
    Reason.CERTIFICATE_WRONG_PURPOSE: UNTRUSTED,
    Reason.CERTIFICATE_UNREADABLE: UNTRUSTED,
    Reason.CERTIFICATE_WEAK: UNTRUSTED,
    Reason.CERTIFICATE_REVOKED: UNTRUSTED,
    Reason.REVOCATION_UNKNOWN: UNTRUSTED,
    Reason.PATH_INVALID: UNTRUSTED,
    Reason.SUBJECT_NOT_PERMITTED: UNTRUSTED,
    Reason.SIGNER_NOT_PINNED: UNTRUSTED,
    Reason.SECURITY_HEADER_ABSENT: _NO_ASSERTION,
    Reason.HCP_ABSENT: _NO_ASSERTION,
    Reason.SECURITY_HEADER_REPEATED: _NOT_INTEGER,
    Reason.SECURITY_HEADER_FOREIGN_CONTENT: _NOT_INTEGER,
    Reason.ID_NOT_UNIQUE: _NOT_INTEGER,
    Reason.ASSERTION_KIND_UNKNOWN: _NOT_INTEGER,
    Reason.HCP_REPEATED: _NOT_INTEGER,
    Reason.TRC_REPEATED: _NOT_INTEGER,
    Reason.NOK_REPEATED: _NOT_INTEGER,
    Reason.SIGNATURE_ABSENT: _NOT_INTEGER,
    Reason.SIGNATURE_FORM_REFUSED: _NOT_INTEGER,
    Reason.SIGNATURE_ALGORITHM_REFUSED: _NOT_INTEGER,
    Reason.DIGEST_MISMATCH: _NOT_INTEGER,
    Reason.SIGNATURE_VALUE_INVALID: _NOT_INTEGER,
    Reason.TRC_ABSENT: _BAD_ASSERTION,
    Reason.ASSERTION_FIELD_MISSING: _BAD_ASSERTION,
    Reason.ASSERTION_FIELD_INVALID: _BAD_ASSERTION,
    Reason.ASSERTION_NOT_YET_VALID: _BAD_ASSERTION,
    Reason.ASSERTION_EXPIRED: _BAD_ASSERTION,
    Reason.ASSERTION_LIVES_TOO_LONG: _BAD_ASSERTION,
    Reason.AUDIENCE_WRONG: _BAD_ASSERTION,
    Reason.AUDIENCE_ABSENT: _BAD_ASSERTION,
    Reason.CONFIRMATION_METHOD_WRONG: _BAD_ASSERTION,
    Reason.AUTHENTICATION_WEAK: _security("4702", "The authentication is too weak."),
    Reason.ROLE_UNKNOWN: _security(
        "ERROR_HPI_INSUFFICIENT_INFORMATION",
        "The role of the health professional is not known.",
    ),
    Reason.PURPOSE_OF_USE_UNKNOWN: _RIGHTS,
    Reason.PERMISSION_MISSING: _RIGHTS,
    Reason.TRC_OF_ANOTHER_HCP: _BAD_TRC,
    Reason.TRC_OUTSIDE_HCP_WINDOW: _BAD_TRC,
    Reason.TRC_OF_ANOTHER_PATIENT: _security(
        "4206", "The patient is not the one of the treatment assertion."
    ),
    Reason.NOK_OF_ANOTHER_HCP: _BAD_NOK,
    Reason.NOK_OUTSIDE_HCP_WINDOW: _BAD_NOK,
    Reason.NOK_UNSUPPORTED: replace(
        _security("4705", "Requests by a next of kin are not served."),
        issue=DetectedIssue.POLICY_VIOLATION,
    ),
    # A certificate that was to be found through a trust list and was not.
    Reason.TRUST_LIST_UNREADABLE: UNTRUSTED,
    Reason.SIGNING_CERTIFICATE_MISMATCH: UNTRUSTED,
    Reason.TRUST_LIST_OF_ANOTHER_SCHEME: UNTRUSTED,
    Reason.TRUST_LIST_NOT_YET_ISSUED: UNTRUSTED,
    Reason.TRUST_LIST_EXPIRED: UNTRUSTED,
    Reason.TRUST_LIST_LIVES_TOO_LONG: UNTRUSTED,
    Reason.TRUST_LIST_CLOSED: UNTRUSTED,
    Reason.TRUST_LIST_ROLLED_BACK: UNTRUSTED,
    Reason.TRUST_LIST_UNAVAILABLE: UNTRUSTED,
    Reason.TRUST_LIST_OUT_OF_BOUNDS: UNTRUSTED,
    Reason.SERVICE_NOT_LISTED: UNTRUSTED,
    Reason.SERVICE_NOT_GRANTED: UNTRUSTED,
    Reason.SERVICE_AMBIGUOUS: UNTRUSTED,
}

_SIGNIFIER = "ERROR_GENERIC_SERVICE_SIGNIFIER_UNKNOWN"
_MISSING = "ERROR_GENERIC_DOCUMENT_MISSING"
_NO_DOCUMENT = CodedRow(
    "ERROR_PI_GENERIC",
    DetectedIssue.ANSWER_NOT_AVAILABLE,
    _MISSING,
    _MISSING,
    "The document is not available.",
)
_NOTHING_FOUND = replace(
    _NO_DOCUMENT,
    listing="ERROR_{kind}_NOT_FOUND",
    text="No document was found.",
    listing_is_empty=True,
)
_CLASS_CODE = replace(
    _NO_DOCUMENT,
    listing=_SIGNIFIER,
    fetching=_SIGNIFIER,
    text="The class code is not served.",
)
_WRONG_COMMUNITY = CodedRow(
    "ERROR_PI_GENERIC",
    DetectedIssue.ANSWER_NOT_AVAILABLE,
    "XDSUnknownCommunity",
    "XDSUnknownCommunity",
    "The receiver has another home community id.",
)
INTERNAL = CodedRow(
    "ERROR_PI_INTERNAL_ERROR",
    DetectedIssue.INTERNAL_ERROR,
    "ERROR_{kind}_INTERNAL_ERROR",
    "ERROR_{kind}_INTERNAL_ERROR",
    "An internal error occurred.",
)

BUSINESS: dict[Condition, CodedRow] = {
    Refusal.RECEIVER_WRONG: _WRONG_COMMUNITY,
    Refusal.HOME_COMMUNITY_WRONG: _WRONG_COMMUNITY,
    Refusal.PATIENT_ID_ABSENT: CodedRow(
        "ERROR_PI_MISSING_REQUIRED_FIELDS",
        DetectedIssue.DEMOGRAPHICS_QUERY_NOT_ALLOWED,
        "ERROR_{kind}_MISSING_REQUIRED_FIELDS",
        "ERROR_{kind}_MISSING_REQUIRED_FIELDS",
        "A patient identifier is needed.",
    ),
    Refusal.PATIENT_UNKNOWN: replace(
        _NOTHING_FOUND,
        discovery="ERROR_PI_NO_MATCH",
        # IHE: the message is accepted, the query has no result.
        acknowledgement=Acknowledgement.ACCEPT,
        response=QueryResponse.NOT_FOUND,
    ),
    Refusal.PATIENT_AMBIGUOUS: replace(
        _NOTHING_FOUND,
        discovery="ERROR_PI_MULTIPLE_MATCHES",
        text="The answer is not unique.",
    ),
    Refusal.CLASS_CODE_ABSENT: _CLASS_CODE,
    Refusal.CLASS_CODE_UNSUPPORTED: _CLASS_CODE,
    Refusal.FILTER_INVALID: CodedRow(
        "ERROR_PI_INCORRECT_FORMATTING",
        DetectedIssue.ANSWER_NOT_AVAILABLE,
        "4204",
        "4204",
        "A value of the query is not of its form.",
    ),
    Refusal.QUERY_UNSUPPORTED: CodedRow(
        "ERROR_PI_GENERIC",
        DetectedIssue.ANSWER_NOT_AVAILABLE,
        "4202",
        "4202",
        "The query has a feature that is not served.",
    ),
    Refusal.DOCUMENTS_NOT_FOUND: _NOTHING_FOUND,
    Refusal.DOCUMENT_UNKNOWN: _NO_DOCUMENT,
    Refusal.DOCUMENT_OF_ANOTHER_PATIENT: _NO_DOCUMENT,
    Refusal.CONSENT_REFUSED: CodedRow(
        "WARNING_PI_NO_CONSENT",
        DetectedIssue.INSUFFICIENT_RIGHTS,
        "ERROR_{kind}_NO_CONSENT",
        "ERROR_{kind}_NO_CONSENT",
        "The patient's consent is not given.",
    ),
    Refusal.DOCUMENT_LACKS_MANDATORY_FACT: CodedRow(
        "ERROR_PI_GENERIC",
        DetectedIssue.INTERNAL_ERROR,
        "ERROR_{kind}_MISSING_BASIC_DATA",
        "ERROR_{kind}_MISSING_BASIC_DATA",
        "The document lacks a mandatory fact.",
    ),
    Refusal.NATIONAL_UNAVAILABLE: CodedRow(
        "ERROR_PI_REGISTRY_NOT_AVAILABLE",
        DetectedIssue.INTERNAL_ERROR,
        "ERROR_{kind}_REGISTRY_NOT_AVAILABLE",
        "ERROR_{kind}_REGISTRY_NOT_AVAILABLE",
        "The national infrastructure is not available.",
    ),
    Refusal.INTERNAL: INTERNAL,
}

# Original clinical documents have fewer codes of their own (OpenNCPErrorCode).
ORIGINAL_DOCUMENT_CODES = {
    "ERROR_{kind}_NOT_FOUND": "1104",
    "ERROR_{kind}_NO_CONSENT": "4701",
    "ERROR_{kind}_REGISTRY_NOT_AVAILABLE": "ERROR_ORCD_SERVICE_NOT_AVAILABLE",
}
