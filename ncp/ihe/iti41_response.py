"""Provide and Register Document Set-b, the answer, both ways.

Spec: IHE ITI TF-2 §3.41.4.2 / IHE ITI TF-3 §4.2.4.
"""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from ncp.ihe.answer import Answer
from ncp.ihe.codes import Transaction
from ncp.ihe.ebxml import read_errors, read_status, registry_error_list, worst_status
from ncp.ihe.nodes import element
from ncp.ihe.submission import SubmissionAnswer
from trust.identifiers import HomeCommunityId
from trust.xml import Element


def write_submission_response(
    errors: Sequence[Answer], *, is_any_taken: bool, home: HomeCommunityId
) -> Element:
    """Build the answer: a success, a failure, or in part the one and the other."""
    status = worst_status(errors, has_content=is_any_taken)
    return element(
        Transaction.ITI_41.response_element,
        registry_error_list(errors, home),
        attributes={"status": status},
    )


def read_submission_response(body: etree._Element) -> SubmissionAnswer:
    """Read an answer; a missing status is a failure."""
    return SubmissionAnswer(read_status(body), read_errors(body))
