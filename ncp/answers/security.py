"""What is answered where an assertion, a signature or a right does not do.

Spec: eHDSI NCPeH Components Specification §4.4.2 / IHE ITI TF-2 §3.40.4.1.3.
Assumption: where the closed eHDSI pages would fix a code, the recommendation drawn
from the behaviour of several implementations is followed.
"""

from __future__ import annotations

from dataclasses import replace

from ncp.answers.rows import UNTRUSTED, CodedRow
from ncp.errors import Condition
from ncp.ihe.codes import DetectedIssue
from trust.decision import Reason


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
