"""What is answered to a submission: the conditions that only ITI-41 has.

Spec: IHE ITI TF-3 §4.2.4.1 / eHDSI XDR Profile.
Seen: OpenNCP 9 XDRServiceImpl, OpenNCPErrorCode; gematik features ePeD UC12.
"""

from __future__ import annotations

from ncp.answers.rows import CodedRow
from ncp.errors import Condition, Refusal
from ncp.ihe.codes import DetectedIssue


def _of_submission(code: str, text: str) -> CodedRow:
    """Make a row; the codes of the other transactions are never spoken."""
    return CodedRow(
        "ERROR_PI_GENERIC",
        DetectedIssue.INTERNAL_ERROR,
        "ERROR_{kind}_GENERIC",
        "ERROR_{kind}_GENERIC",
        text,
        code,
    )


PROVIDING: dict[Condition, CodedRow] = {
    Refusal.SUBMISSION_INCOMPLETE: _of_submission(
        "ERROR_ED_MISSING_REQUIRED_FIELDS", "The submission lacks a required field."
    ),
    Refusal.SUBMISSION_INVALID: _of_submission(
        "ERROR_ED_INCORRECT_FORMATTING",
        "A field or a document of the submission is not of its form.",
    ),
    Refusal.SUBMISSION_KIND_UNKNOWN: _of_submission(
        "4202", "The document is of no kind that is taken."
    ),
    Refusal.SUBMISSION_OF_ANOTHER_PATIENT: _of_submission(
        "4206", "The document is not about the patient of the treatment assertion."
    ),
    Refusal.SUBMISSION_CHANGED: _of_submission(
        # ITI TF-3 4.2.4.1: the same unique id with another content.
        "XDSNonIdenticalHash",
        "A document with this id and another content was submitted before.",
    ),
    Refusal.SUBMISSION_ID_REPEATED: _of_submission(
        # ITI TF-3 4.2.4.1: a unique id more than once within the submission.
        "XDSRepositoryDuplicateUniqueIdInMessage",
        "Two documents of the submission have the same unique id.",
    ),
    Refusal.SUBMISSION_DEFERRED: _of_submission(
        "2201", "The document was received and is not processed yet; send it again."
    ),
    Refusal.SOURCE_PDF_MISSING: _of_submission(
        "4107", "The PDF form of the document is missing."
    ),
    Refusal.PIVOT_DOCUMENT_MISSING: _of_submission(
        "4108", "The coded form of the document is missing."
    ),
    Refusal.SUBMISSION_NOT_SIGNED: _of_submission(
        "4704", "The document is not signed by the professional."
    ),
    Refusal.PRESCRIPTION_NOT_NAMED: _of_submission(
        "ERROR_ED_EPRESCRIPTION_NOT_IDENTIFIABLE",
        "The document names no prescription that can be told.",
    ),
    Refusal.PRESCRIPTION_UNKNOWN: _of_submission(
        "4105", "There is no matching prescription."
    ),
    Refusal.PRESCRIPTION_DISPENSED: _of_submission(
        "4106", "The prescription is already dispensed."
    ),
    Refusal.PRESCRIPTION_NOT_DISPENSABLE: _of_submission(
        "ERROR_ED_NOT_DISPENSABLE_EPRESCRIPTION",
        "The prescription cannot be dispensed.",
    ),
    Refusal.SUBSTITUTION_FORBIDDEN: _of_submission(
        "ERROR_ED_SUBSTITUTION_INFORMATION_NOT_ALLOWED",
        "The prescription forbids a substitution.",
    ),
    Refusal.PRESCRIPTION_NOT_UPDATED: _of_submission(
        "ERROR_ED_EPRESCRIPTION_NOT_UPDATED", "The prescription could not be updated."
    ),
    Refusal.DISPENSATION_NOT_STORED: _of_submission(
        "ERROR_ED_EDISPENSATION_NOT_STORED", "The dispensation could not be stored."
    ),
    Refusal.DISPENSATION_LACKS_FACT: _of_submission(
        "ERROR_ED_MISSING_BASIC_DATA", "The dispensation lacks a mandatory fact."
    ),
    Refusal.DISPENSATION_NOT_CODED: _of_submission(
        "ERROR_ED_MISSING_EXPECTED_MAPPING", "The dispensation lacks an expected code."
    ),
    Refusal.DISPENSATION_DISCARDED: _of_submission(
        "ERROR_ED_EDISPENSATION_NOT_STORED",
        "The dispensation was discarded and is not taken again.",
    ),
    Refusal.DISPENSATION_UNKNOWN: _of_submission(
        "ERROR_ED_DISCARD_FAILED", "There is no such dispensation to discard."
    ),
    Refusal.DISCARD_TOO_LATE: _of_submission(
        "ERROR_ED_DISCARD_FAILED", "The dispensation can no longer be discarded."
    ),
    Refusal.DISCARD_BY_ANOTHER: _of_submission(
        "ERROR_ED_DISCARD_FAILED", "Only the organization that dispensed may discard."
    ),
    Refusal.DISCARD_INCOMPLETE: _of_submission(
        "WARNING_ED_DISCARD_MISSING_MANDATORY_DATA",
        "The discard lacks a mandatory fact.",
    ),
    Refusal.DISCARD_UNAVAILABLE: _of_submission(
        "ERROR_ED_DISCARD_SERVICE_NOT_AVAILABLE",
        "The register cannot discard a dispensation now.",
    ),
}
