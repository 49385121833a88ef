"""How gematik's gateway answers where it differs from us: a column of the one table.

Seen: gematik tiger-integration-ncp 2.1 (features PSA and ePeD).
"""

from __future__ import annotations

from ncp.answers.deviations import (
    DISCOVERY,
    DOCUMENT_UNKNOWN,
    FETCH,
    GEMATIK,
    LIST,
    PROVIDE,
    RIGHTS,
    XCA,
    Deviation,
    Kind,
    Row,
    one,
)
from ncp.errors import Refusal
from ncp.ihe.codes import (
    Acknowledgement,
    DetectedIssue,
    QueryResponse,
    ResponseStatus,
    Severity,
)
from trust.decision import Reason

GEMATIK_ROWS: tuple[Row, ...] = (
    Row(
        GEMATIK,
        frozenset(
            {Refusal.PRESCRIPTION_DISPENSED, Refusal.PRESCRIPTION_NOT_DISPENSABLE}
        ),
        PROVIDE,
        Deviation("UC12_020, UC12_021", code="ERROR_ED_EPRESCRIPTION_NOT_IDENTIFIABLE"),
    ),
    Row(
        GEMATIK,
        one(Refusal.CONSENT_REFUSED),
        PROVIDE,
        Deviation("UC12_023, ERP_023", code="ERROR_NO_CONSENT"),
    ),
    Row(
        GEMATIK,
        RIGHTS | one(Reason.TRC_OF_ANOTHER_PATIENT),
        PROVIDE,
        Deviation("NCP_013, NCP_023, NCP_035", code="ERROR_ED_GENERIC"),
    ),
    Row(
        GEMATIK,
        one(Refusal.CONSENT_REFUSED),
        DISCOVERY,
        Deviation(
            "PSA_EPA_030",
            code="ERROR_PI_GENERIC",
            acknowledgement=Acknowledgement.ACCEPT,
        ),
    ),
    Row(
        GEMATIK,
        RIGHTS,
        DISCOVERY,
        Deviation(
            "NCP_020",
            code="ERROR_PI_GENERIC",
            acknowledgement=Acknowledgement.ACCEPT,
        ),
    ),
    Row(
        GEMATIK,
        one(Refusal.FILTER_INVALID),
        DISCOVERY,
        Deviation(
            "NCP_010",
            code="ERROR_PI_GENERIC",
            acknowledgement=Acknowledgement.ACCEPT,
            issue=DetectedIssue.DEMOGRAPHICS_QUERY_NOT_ALLOWED,
        ),
    ),
    Row(
        GEMATIK,
        one(Refusal.DOCUMENT_LACKS_MANDATORY_FACT),
        DISCOVERY,
        Deviation(
            "PSA_UC1_011",
            acknowledgement=Acknowledgement.ACCEPT,
            response=QueryResponse.NOT_FOUND,
            issue=DetectedIssue.ANSWER_NOT_AVAILABLE,
        ),
    ),
    Row(
        GEMATIK,
        one(Refusal.ANSWER_MODE_UNSUPPORTED),
        DISCOVERY,
        Deviation("deferred request", code="NS250"),
    ),
    Row(
        GEMATIK,
        one(Refusal.CONSENT_REFUSED),
        XCA,
        Deviation("PSA_EPA_031", code="ERROR_NO_CONSENT"),
    ),
    Row(
        GEMATIK,
        one(Refusal.DOCUMENTS_NOT_FOUND),
        LIST,
        Deviation(
            "PSA_UC2_010",
            code="ERROR_GENERIC_DOCUMENT_MISSING",
            severity=Severity.ERROR,
            status=ResponseStatus.FAILURE,
        ),
        Kind.PATIENT_SUMMARY,
    ),
    Row(
        GEMATIK,
        one(Refusal.DOCUMENTS_NOT_FOUND),
        LIST,
        Deviation("UC10_012", severity=Severity.ERROR, status=ResponseStatus.FAILURE),
        Kind.EPRESCRIPTION,
    ),
    Row(
        GEMATIK,
        frozenset({Refusal.DOCUMENT_LACKS_MANDATORY_FACT, Refusal.DOCUMENT_UNFIT}),
        FETCH,
        Deviation("PSA_UC3_010, PSA_UC3_011", code="ERROR_GENERIC_DOCUMENT_MISSING"),
        Kind.PATIENT_SUMMARY,
    ),
    Row(
        GEMATIK,
        DOCUMENT_UNKNOWN,
        FETCH,
        Deviation("UC11_020", code="ERROR_EP_NOT_FOUND"),
        Kind.EPRESCRIPTION,
    ),
    Row(
        GEMATIK,
        RIGHTS | one(Reason.TRC_OF_ANOTHER_PATIENT),
        XCA,
        Deviation("NCP_011, NCP_021, NCP_033", code="ERROR_EP_GENERIC"),
        Kind.EPRESCRIPTION,
    ),
)
