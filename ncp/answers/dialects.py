"""How OpenNCP and gematik answer where they differ from us: columns of the one table.

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
class _Row:
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
        return (
            dialect in self.dialects
            and condition in self.conditions
            and transaction in self.transactions
            and self.kind in {None, kind}
        )


_NEW = frozenset({Dialect.OPENNCP_NEW})
_OLD = frozenset({Dialect.OPENNCP_OLD})
_BOTH = _NEW | _OLD
_GEMATIK = frozenset({Dialect.GEMATIK})

_DISCOVERY = frozenset({Transaction.ITI_55})
_LIST = frozenset({Transaction.ITI_38})
_FETCH = frozenset({Transaction.ITI_39})
_XCA = _LIST | _FETCH

_MISSING_FIELD = frozenset[Condition](
    {
        Reason.SECURITY_HEADER_ABSENT,
        Reason.HCP_ABSENT,
        Reason.TRC_ABSENT,
        Reason.ASSERTION_FIELD_MISSING,
    }
)
_INVALID_FIELD = frozenset[Condition](
    {
        Reason.ASSERTION_FIELD_INVALID,
        Reason.ASSERTION_EXPIRED,
        Reason.ASSERTION_NOT_YET_VALID,
        Reason.ASSERTION_LIVES_TOO_LONG,
    }
)
_RIGHTS = frozenset[Condition](
    {Reason.PERMISSION_MISSING, Reason.PURPOSE_OF_USE_UNKNOWN, Reason.ROLE_UNKNOWN}
)
_SIGNATURE = frozenset[Condition](
    {
        Reason.SIGNATURE_ABSENT,
        Reason.SIGNATURE_FORM_REFUSED,
        Reason.SIGNATURE_ALGORITHM_REFUSED,
        Reason.DIGEST_MISMATCH,
        Reason.SIGNATURE_VALUE_INVALID,
    }
)
_DOCUMENT_UNKNOWN = frozenset[Condition](
    {Refusal.DOCUMENT_UNKNOWN, Refusal.DOCUMENT_OF_ANOTHER_PATIENT}
)

_XCPD_IMPL = "OpenNCP 9 XCPDServiceImpl"
_XCA_IMPL = "OpenNCP 9 XCAServiceImpl"


def _one(condition: Condition) -> frozenset[Condition]:
    return frozenset({condition})


_ROWS = (
    # OpenNCP, ITI-55
    _Row(
        _BOTH,
        _one(Refusal.PATIENT_UNKNOWN),
        _DISCOVERY,
        Deviation(_XCPD_IMPL, response=QueryResponse.APPLICATION_ERROR),
    ),
    _Row(
        _BOTH,
        _one(Refusal.PATIENT_ID_ABSENT),
        _DISCOVERY,
        Deviation(_XCPD_IMPL, code="ERROR_PI_GENERIC"),
    ),
    _Row(
        _BOTH,
        frozenset({Refusal.NATIONAL_UNAVAILABLE, Refusal.INTERNAL}),
        _DISCOVERY,
        Deviation(_XCPD_IMPL, code="ERROR_PI_GENERIC"),
    ),
    _Row(
        _BOTH,
        _SIGNATURE | _one(Reason.SIGNER_NOT_PINNED),
        _DISCOVERY,
        Deviation(
            _XCPD_IMPL, code="ERROR_PI_GENERIC", issue=DetectedIssue.INTERNAL_ERROR
        ),
    ),
    _Row(
        _NEW,
        _MISSING_FIELD,
        _DISCOVERY,
        Deviation(
            _XCPD_IMPL,
            code="ERROR_PI_MISSING_REQUIRED_FIELDS",
            issue=DetectedIssue.INTERNAL_ERROR,
        ),
    ),
    _Row(
        _NEW,
        _INVALID_FIELD,
        _DISCOVERY,
        Deviation(
            _XCPD_IMPL,
            code="ERROR_PI_INCORRECT_FORMATTING",
            issue=DetectedIssue.INTERNAL_ERROR,
        ),
    ),
    # OpenNCP, ITI-38 and ITI-39
    _Row(
        _NEW,
        _MISSING_FIELD,
        _XCA,
        Deviation(_XCA_IMPL, code="ERROR_PS_MISSING_REQUIRED_FIELDS"),
    ),
    _Row(
        _NEW,
        _INVALID_FIELD,
        _XCA,
        Deviation(_XCA_IMPL, code="ERROR_PS_INCORRECT_FORMATTING"),
    ),
    _Row(_BOTH, _SIGNATURE, _XCA, Deviation(_XCA_IMPL, code="ERROR_SEC_GENERIC")),
    _Row(
        _BOTH,
        _RIGHTS | _one(Reason.TRC_OF_ANOTHER_HCP),
        _XCA | _DISCOVERY,
        Deviation("OpenNCP 9 SAML2Validator", code="4703"),
    ),
    _Row(
        _NEW,
        _one(Refusal.CONSENT_REFUSED),
        _XCA,
        Deviation(_XCA_IMPL, code="ERROR_PS_NO_CONSENT"),
    ),
    _Row(
        _OLD,
        _one(Refusal.CONSENT_REFUSED),
        _XCA,
        Deviation("OpenNCP 7 PatientServiceTest #1", code="4701"),
    ),
    _Row(
        _BOTH,
        frozenset({Refusal.CLASS_CODE_ABSENT, Refusal.CLASS_CODE_UNSUPPORTED}),
        _LIST,
        Deviation(_XCA_IMPL, status=ResponseStatus.SUCCESS),
    ),
    _Row(
        _OLD,
        _one(Refusal.DOCUMENTS_NOT_FOUND),
        _LIST,
        Deviation("OpenNCP 7 OpenNCPErrorCode", code="1102"),
        Kind.PATIENT_SUMMARY,
    ),
    _Row(
        _OLD,
        _one(Refusal.DOCUMENTS_NOT_FOUND),
        _LIST,
        Deviation(
            "OpenNCP 7 OpenNCPErrorCode", code="1101", status=ResponseStatus.FAILURE
        ),
        Kind.EPRESCRIPTION,
    ),
    _Row(
        _NEW,
        _one(Refusal.DOCUMENTS_NOT_FOUND),
        _LIST,
        Deviation(_XCA_IMPL, status=ResponseStatus.FAILURE),
        Kind.EPRESCRIPTION,
    ),
    _Row(
        _BOTH,
        _one(Refusal.NATIONAL_UNAVAILABLE),
        _LIST,
        Deviation(_XCA_IMPL, code="4103", severity=Severity.WARNING),
        Kind.EPRESCRIPTION,
    ),
    _Row(
        _BOTH,
        _one(Refusal.NATIONAL_UNAVAILABLE),
        _LIST,
        Deviation(_XCA_IMPL, code="ERROR_ORCD_GENERIC"),
        Kind.ORIGINAL_DOCUMENT,
    ),
    _Row(
        _BOTH,
        _DOCUMENT_UNKNOWN,
        _FETCH,
        Deviation(
            _XCA_IMPL, code="XDSMissingDocument", status=ResponseStatus.PARTIAL_SUCCESS
        ),
    ),
    # gematik
    _Row(
        _GEMATIK,
        _one(Refusal.CONSENT_REFUSED),
        _DISCOVERY,
        Deviation(
            "PSA_EPA_030",
            code="ERROR_PI_GENERIC",
            acknowledgement=Acknowledgement.ACCEPT,
        ),
    ),
    _Row(
        _GEMATIK,
        _RIGHTS,
        _DISCOVERY,
        Deviation(
            "NCP_020",
            code="ERROR_PI_GENERIC",
            acknowledgement=Acknowledgement.ACCEPT,
        ),
    ),
    _Row(
        _GEMATIK,
        _one(Refusal.FILTER_INVALID),
        _DISCOVERY,
        Deviation(
            "NCP_010",
            code="ERROR_PI_GENERIC",
            acknowledgement=Acknowledgement.ACCEPT,
            issue=DetectedIssue.DEMOGRAPHICS_QUERY_NOT_ALLOWED,
        ),
    ),
    _Row(
        _GEMATIK,
        _one(Refusal.DOCUMENT_LACKS_MANDATORY_FACT),
        _DISCOVERY,
        Deviation(
            "PSA_UC1_011",
            acknowledgement=Acknowledgement.ACCEPT,
            response=QueryResponse.NOT_FOUND,
            issue=DetectedIssue.ANSWER_NOT_AVAILABLE,
        ),
    ),
    _Row(
        _GEMATIK,
        _one(Refusal.QUERY_UNSUPPORTED),
        _DISCOVERY,
        Deviation("deferred request", code="NS250"),
    ),
    _Row(
        _GEMATIK,
        _one(Refusal.CONSENT_REFUSED),
        _XCA,
        Deviation("PSA_EPA_031", code="ERROR_NO_CONSENT"),
    ),
    _Row(
        _GEMATIK,
        _one(Refusal.DOCUMENTS_NOT_FOUND),
        _LIST,
        Deviation(
            "PSA_UC2_010",
            code="ERROR_GENERIC_DOCUMENT_MISSING",
            severity=Severity.ERROR,
            status=ResponseStatus.FAILURE,
        ),
        Kind.PATIENT_SUMMARY,
    ),
    _Row(
        _GEMATIK,
        _one(Refusal.DOCUMENTS_NOT_FOUND),
        _LIST,
        Deviation("UC10_012", severity=Severity.ERROR, status=ResponseStatus.FAILURE),
        Kind.EPRESCRIPTION,
    ),
    _Row(
        _GEMATIK,
        _DOCUMENT_UNKNOWN,
        _FETCH,
        Deviation("UC11_020", code="ERROR_EP_NOT_FOUND"),
        Kind.EPRESCRIPTION,
    ),
    _Row(
        _GEMATIK,
        _RIGHTS | _one(Reason.TRC_OF_ANOTHER_PATIENT),
        _XCA,
        Deviation("NCP_011, NCP_021, NCP_033", code="ERROR_EP_GENERIC"),
        Kind.EPRESCRIPTION,
    ),
)


def deviation_for(
    condition: Condition, transaction: Transaction, kind: Kind, dialect: Dialect
) -> Deviation | None:
    """Find how a peer's program answers differently, if it is known to."""
    return next(
        (
            row.deviation
            for row in _ROWS
            if row.speaks_of(dialect, condition, transaction, kind)
        ),
        None,
    )
