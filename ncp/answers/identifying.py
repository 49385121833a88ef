"""What is answered to a question about a patient: conditions of ITI-55 alone.

The message is accepted where the asker can mend the question itself; elsewhere ours is
IHE's way, an error at both levels.

Spec: IHE ITI TF-2 §3.55.4.2.2.7, §3.55.4.2.3 / eHDSI XCPD Profile.
"""

from __future__ import annotations

from ncp.answers.rows import CodedRow
from ncp.errors import Condition, Refusal
from ncp.ihe.codes import Acknowledgement, DetectedIssue, QueryResponse


def _of_question(code: str, issue: DetectedIssue, text: str) -> CodedRow:
    """Make a row; the codes of the other transactions are never spoken."""
    return CodedRow(
        code,
        issue,
        "ERROR_{kind}_GENERIC",
        "ERROR_{kind}_GENERIC",
        text,
        "ERROR_ED_GENERIC",
    )


IDENTIFYING: dict[Condition, CodedRow] = {
    Refusal.DEMOGRAPHICS_NEEDED: CodedRow(
        "ERROR_PI_MISSING_REQUIRED_FIELDS",
        DetectedIssue.ADDITIONAL_DEMOGRAPHICS_REQUESTED,
        "ERROR_{kind}_GENERIC",
        "ERROR_{kind}_GENERIC",
        "More has to be known of the patient: name and birth date.",
        "ERROR_ED_GENERIC",
        acknowledgement=Acknowledgement.ACCEPT,
        response=QueryResponse.OK,
    ),
    Refusal.HEALTH_CARD_NEEDED: _of_question(
        "ERROR_PI_GENERIC",
        DetectedIssue.EHIC_DATA_REQUESTED,
        "The identifier of the national health card is needed.",
    ),
    Refusal.PATIENT_AUTHENTICATION_NEEDED: _of_question(
        "ERROR_PI_GENERIC",
        DetectedIssue.PATIENT_AUTHENTICATION_REQUIRED,
        "The patient has to authenticate the question.",
    ),
    Refusal.PRIVACY_AT_STAKE: _of_question(
        "ERROR_PI_GENERIC",
        DetectedIssue.PRIVACY_VIOLATION,
        "An answer could disclose private data.",
    ),
    Refusal.RESPONDER_BUSY: _of_question(
        "ERROR_PI_GENERIC",
        DetectedIssue.RESPONDER_BUSY,
        "The national infrastructure is busy; ask again later.",
    ),
}
