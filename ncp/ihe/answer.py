"""What a message tells a peer about one condition, in codes of its transaction.

Which answer a condition gets is decided in ``ncp.answers``; here it is only a value
that every response can write.

Spec: IHE ITI TF-2 §3.55.4.2.2.7 / IHE ITI TF-3 §4.2.4 / SOAP 1.2 Part 1 §5.4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from ncp.errors import Condition
from ncp.ihe.codes import (
    Acknowledgement,
    DetectedIssue,
    FaultCode,
    QueryResponse,
    ResponseStatus,
    Severity,
    Transaction,
)


class Place(StrEnum):
    """Where an answer stands in the message."""

    FAULT = "fault"
    ACKNOWLEDGEMENT = "acknowledgement"  # XCPD
    REGISTRY_ERROR = "registry-error"  # XCA, XDR
    HTTP = "http"  # a fault whose HTTP status says more than SOAP's binding would


@dataclass(frozen=True, slots=True)
class Answer:
    """What a peer is told about one condition.

    Attributes
    ----------
    code
        Error code; for a fault its subcode in Clark notation, or empty.
    severity, status
        Of a registry error and its response.
    acknowledgement, query_response, reason_of
        Of an XCPD response.
    fault
        SOAP fault code, where the place is a fault.
    text
        Safe for the peer: the same for everybody, no patient data.
    about
        The unique id of the document it is about, where a message has several.
    """

    condition: Condition
    transaction: Transaction | None
    place: Place
    code: str
    text: str
    http_status: int = 200
    severity: Severity | None = None
    status: ResponseStatus | None = None
    acknowledgement: Acknowledgement | None = None
    query_response: QueryResponse | None = None
    reason_of: DetectedIssue | None = None
    fault: FaultCode | None = None
    about: str = field(default="", repr=False)

    @property
    def context(self) -> str:
        """The text, with the document it is about."""
        return f"{self.text} Document: {self.about}" if self.about else self.text

    @property
    def is_fault(self) -> bool:
        """Whether it is sent as a SOAP fault."""
        return self.place in {Place.FAULT, Place.HTTP}
