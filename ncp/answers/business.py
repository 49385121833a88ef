"""What is answered where a message is believed and still refused.

Spec: IHE ITI TF-2 §3.38.4.1.3, §3.39.4.1.3, §3.55.4.2.2.7 / IHE ITI TF-3 §4.2.4.
Assumption: where the closed eHDSI pages would fix a code, the recommendation drawn
from the behaviour of several implementations is followed.
"""

from __future__ import annotations

from dataclasses import replace

from ncp.answers.identifying import IDENTIFYING
from ncp.answers.providing import PROVIDING
from ncp.answers.rows import INTERNAL, CodedRow
from ncp.errors import Condition, Refusal
from ncp.ihe.codes import Acknowledgement, DetectedIssue, QueryResponse

_SIGNIFIER = "ERROR_GENERIC_SERVICE_SIGNIFIER_UNKNOWN"
_MISSING = "ERROR_GENERIC_DOCUMENT_MISSING"
_NO_DOCUMENT = CodedRow(
    "ERROR_PI_GENERIC",
    DetectedIssue.ANSWER_NOT_AVAILABLE,
    _MISSING,
    _MISSING,
    "The document is not available.",
    "ERROR_ED_GENERIC",
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
    providing="4202",
    text="The class code is not served.",
)
_NOT_SERVED = CodedRow(
    "ERROR_PI_GENERIC",
    DetectedIssue.ANSWER_NOT_AVAILABLE,
    "4202",
    "4202",
    "The query has a feature that is not served.",
)
_WRONG_COMMUNITY = CodedRow(
    "ERROR_PI_GENERIC",
    DetectedIssue.ANSWER_NOT_AVAILABLE,
    "XDSUnknownCommunity",
    "XDSUnknownCommunity",
    "The receiver has another home community id.",
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
        # A list that is empty must not tell whether there is such a patient.
        discovery_text="No patient matches.",
        providing="4105",
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
    Refusal.QUERY_UNSUPPORTED: _NOT_SERVED,
    Refusal.ANSWER_MODE_UNSUPPORTED: _NOT_SERVED,
    Refusal.DOCUMENTS_NOT_FOUND: _NOTHING_FOUND,
    # Nothing but PDF was asked for, and there is only the coded form.
    Refusal.PDF_NOT_PROVIDED: replace(
        _NOTHING_FOUND,
        listing="ERROR_{kind}_PDF_FORMAT_NOT_PROVIDED",
        text="The document is not provided as PDF.",
    ),
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
    Refusal.CODES_UNMAPPED: CodedRow(
        "ERROR_PI_GENERIC",
        DetectedIssue.INTERNAL_ERROR,
        "ERROR_{kind}_MISSING_EXPECTED_MAPPING",
        "ERROR_{kind}_MISSING_EXPECTED_MAPPING",
        "A code of the document has none in the European value sets.",
    ),
    # Told beside a document that is given out all the same: a warning.
    Refusal.CODES_PARTLY_UNMAPPED: CodedRow(
        "ERROR_PI_GENERIC",
        DetectedIssue.INTERNAL_ERROR,
        "WARNING_{kind}_MISSING_EXPECTED_MAPPING",
        "WARNING_{kind}_MISSING_EXPECTED_MAPPING",
        "A code of the document that may lack has none in the European value sets.",
    ),
    # Beside documents that are listed, a warning of the same code.
    Refusal.DOCUMENT_UNFIT: CodedRow(
        "ERROR_PI_GENERIC",
        DetectedIssue.INTERNAL_ERROR,
        "ERROR_{kind}_GENERIC",
        "ERROR_{kind}_GENERIC",
        "The document cannot be given out as it is.",
    ),
    Refusal.NATIONAL_UNAVAILABLE: CodedRow(
        "ERROR_PI_REGISTRY_NOT_AVAILABLE",
        DetectedIssue.INTERNAL_ERROR,
        "ERROR_{kind}_REGISTRY_NOT_AVAILABLE",
        "ERROR_{kind}_REGISTRY_NOT_AVAILABLE",
        "The national infrastructure is not available.",
    ),
    Refusal.INTERNAL: INTERNAL,
    **IDENTIFYING,
    **PROVIDING,
}

# Original clinical documents have fewer codes of their own (OpenNCPErrorCode).
ORIGINAL_DOCUMENT_CODES = {
    "ERROR_{kind}_NOT_FOUND": "1104",
    "ERROR_{kind}_NO_CONSENT": "4701",
    "ERROR_{kind}_MISSING_EXPECTED_MAPPING": "4203",
    "WARNING_{kind}_MISSING_EXPECTED_MAPPING": "WARNING_ORCD_GENERIC",
    "ERROR_{kind}_PDF_FORMAT_NOT_PROVIDED": "ERROR_ORCD_INCORRECT_FORMAT",
    "ERROR_{kind}_REGISTRY_NOT_AVAILABLE": "ERROR_ORCD_SERVICE_NOT_AVAILABLE",
}
