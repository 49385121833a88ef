"""Whose way of answering is spoken, and how a difference from ours is written down.

A dialect is a setting for peers or test scripts written against those programs; the
reader understands all of them anyway. Only what was seen is listed, with its source;
elsewhere a dialect answers as we do.

Seen: OpenNCP 9.0 (XCPDServiceImpl, XCAServiceImpl, OpenNCPErrorCode) / OpenNCP 7
(OpenNCPErrorCode, integration tests of the protocol terminators) / gematik
tiger-integration-ncp 2.1 (features PSA and ePeD).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ncp.errors import Condition, Refusal
from ncp.ihe.codes import (
    Acknowledgement,
    ClassCode,
    DetectedIssue,
    QueryResponse,
    ResponseStatus,
    Severity,
    Transaction,
)
from trust.decision import Reason


class Dialect(StrEnum):
    """Whose way of answering is spoken."""

    OURS = "ours"
    OPENNCP_OLD = "openncp-old"  # up to 7.x: numeric codes
    OPENNCP_NEW = "openncp-new"  # 8 and 9: symbolic codes
    GEMATIK = "gematik"


class Kind(StrEnum):
    """The four families of documents that have error codes of their own."""

    PATIENT_SUMMARY = "PS"
    EPRESCRIPTION = "EP"
    ORIGINAL_DOCUMENT = "ORCD"
    EDISPENSATION = "ED"

    @classmethod
    def of(cls, class_code: ClassCode | None, transaction: Transaction) -> Kind:
        """Return the family of a class code; a patient summary where none is known."""
        if transaction is Transaction.ITI_41:
            return cls.EDISPENSATION
        if class_code is ClassCode.EPRESCRIPTION:
            return cls.EPRESCRIPTION
        if class_code is not None and class_code.is_original_clinical_document:
            return cls.ORIGINAL_DOCUMENT
        return cls.PATIENT_SUMMARY


@dataclass(frozen=True, slots=True)
class Deviation:
    """Where a peer's answer differs; a field that is None is as in ours."""

    source: str
    code: str | None = None
    acknowledgement: Acknowledgement | None = None
    response: QueryResponse | None = None
    issue: DetectedIssue | None = None
    severity: Severity | None = None
    status: ResponseStatus | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One difference: who, on which conditions, in which transactions, how."""

    dialects: frozenset[Dialect]
    conditions: frozenset[Condition]
    transactions: frozenset[Transaction]
    deviation: Deviation
    kind: Kind | None = None

    def speaks_of(
        self,
        dialect: Dialect,
        condition: Condition,
        transaction: Transaction,
        kind: Kind,
    ) -> bool:
        """Tell whether it is about this."""
        return (
            dialect in self.dialects
            and condition in self.conditions
            and transaction in self.transactions
            and self.kind in {None, kind}
        )


NEW = frozenset({Dialect.OPENNCP_NEW})
OLD = frozenset({Dialect.OPENNCP_OLD})
BOTH = NEW | OLD
GEMATIK = frozenset({Dialect.GEMATIK})

DISCOVERY = frozenset({Transaction.ITI_55})
LIST = frozenset({Transaction.ITI_38})
FETCH = frozenset({Transaction.ITI_39})
XCA = LIST | FETCH
PROVIDE = frozenset({Transaction.ITI_41})

MISSING_FIELD = frozenset[Condition](
    {
        Reason.SECURITY_HEADER_ABSENT,
        Reason.HCP_ABSENT,
        Reason.TRC_ABSENT,
        Reason.ASSERTION_FIELD_MISSING,
    }
)
INVALID_FIELD = frozenset[Condition](
    {
        Reason.ASSERTION_FIELD_INVALID,
        Reason.ASSERTION_EXPIRED,
        Reason.ASSERTION_NOT_YET_VALID,
        Reason.ASSERTION_LIVES_TOO_LONG,
    }
)
RIGHTS = frozenset[Condition](
    {Reason.PERMISSION_MISSING, Reason.PURPOSE_OF_USE_UNKNOWN, Reason.ROLE_UNKNOWN}
)
SIGNATURE = frozenset[Condition](
    {
        Reason.SIGNATURE_ABSENT,
        Reason.SIGNATURE_FORM_REFUSED,
        Reason.SIGNATURE_ALGORITHM_REFUSED,
        Reason.DIGEST_MISMATCH,
        Reason.SIGNATURE_VALUE_INVALID,
    }
)
DOCUMENT_UNKNOWN = frozenset[Condition](
    {Refusal.DOCUMENT_UNKNOWN, Refusal.DOCUMENT_OF_ANOTHER_PATIENT}
)


def one(condition: Condition) -> frozenset[Condition]:
    """Return one condition as a set of them."""
    return frozenset({condition})
