"""Provide and Register Document Set-b (XDR): its values and both of its messages.

Spec: IHE ITI TF-2 §3.41.
"""

from ncp.ihe.iti41_request_reading import read_submission
from ncp.ihe.iti41_request_writing import write_submission
from ncp.ihe.iti41_response import (
    read_submission_response,
    write_submission_response,
)
from ncp.ihe.submission import (
    Submission,
    SubmissionAnswer,
    SubmissionSet,
    SubmittedDocument,
    xcn,
    xon,
)

__all__ = [
    "Submission",
    "SubmissionAnswer",
    "SubmissionSet",
    "SubmittedDocument",
    "read_submission",
    "read_submission_response",
    "write_submission",
    "write_submission_response",
    "xcn",
    "xon",
]
