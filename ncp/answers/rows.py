"""The shape of a row of the one table, and the two rows everything else falls back to.

Spec: IHE ITI TF-3 §4.2.4 / SOAP 1.2 Part 2 §7.5.
"""

from __future__ import annotations

from dataclasses import dataclass

from ncp.ihe.codes import (
    Acknowledgement,
    DetectedIssue,
    FaultCode,
    QueryResponse,
)


@dataclass(frozen=True, slots=True)
class FaultRow:
    """A condition answered with a SOAP fault; the subcode is in Clark notation."""

    fault: FaultCode
    text: str
    subcode: str = ""
    http_status: int | None = None


@dataclass(frozen=True, slots=True)
class CodedRow:
    """One condition answered in band; ``{kind}`` in a code is PS, EP, ORCD or ED.

    Attributes
    ----------
    discovery, listing, fetching, providing
        The codes of ITI-55, ITI-38, ITI-39 and ITI-41; ``providing`` left empty is as
        ``fetching``.
    listing_is_empty
        Nothing to list is a warning and a success.
    discovery_text
        What an ITI-55 is told, where the other transactions must not be told it.
    """

    discovery: str
    issue: DetectedIssue
    listing: str
    fetching: str
    text: str
    providing: str = ""
    acknowledgement: Acknowledgement = Acknowledgement.ERROR
    response: QueryResponse = QueryResponse.APPLICATION_ERROR
    listing_is_empty: bool = False
    discovery_text: str = ""


# SOAP 1.2 Part 2 §7.5.2.2 table 20.
FAULT_STATUS = {
    FaultCode.SENDER: 400,
    FaultCode.RECEIVER: 500,
    FaultCode.MUST_UNDERSTAND: 500,
    FaultCode.VERSION_MISMATCH: 500,
}


UNTRUSTED = CodedRow(
    "ERROR_SEC_GENERIC",
    DetectedIssue.INSUFFICIENT_RIGHTS,
    "ERROR_SEC_GENERIC",
    "ERROR_SEC_GENERIC",
    "A certificate is not trusted.",
)
INTERNAL = CodedRow(
    "ERROR_PI_INTERNAL_ERROR",
    DetectedIssue.INTERNAL_ERROR,
    "ERROR_{kind}_INTERNAL_ERROR",
    "ERROR_{kind}_INTERNAL_ERROR",
    "An internal error occurred.",
)
