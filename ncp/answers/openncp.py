"""How OpenNCP answers where it differs from us: two columns of the one table.

Seen: OpenNCP 9.0 (XCPDServiceImpl, XCAServiceImpl, XDRServiceImpl, OpenNCPErrorCode) /
OpenNCP 7 (OpenNCPErrorCode, integration tests of the protocol terminators).
"""

from __future__ import annotations

from ncp.answers.deviations import (
    BOTH,
    DISCOVERY,
    DOCUMENT_UNKNOWN,
    FETCH,
    INVALID_FIELD,
    LIST,
    MISSING_FIELD,
    NEW,
    OLD,
    PROVIDE,
    RIGHTS,
    SIGNATURE,
    XCA,
    Deviation,
    Kind,
    Row,
    one,
)
from ncp.errors import Refusal
from ncp.ihe.codes import (
    DetectedIssue,
    QueryResponse,
    ResponseStatus,
    Severity,
)
from trust.decision import Reason

XCPD_IMPL = "OpenNCP 9 XCPDServiceImpl"
XCA_IMPL = "OpenNCP 9 XCAServiceImpl"
XDR_IMPL = "OpenNCP 9 XDRServiceImpl"

OPENNCP: tuple[Row, ...] = (
    # OpenNCP, ITI-55
    Row(
        BOTH,
        one(Refusal.PATIENT_UNKNOWN),
        DISCOVERY,
        Deviation(XCPD_IMPL, response=QueryResponse.APPLICATION_ERROR),
    ),
    Row(
        BOTH,
        one(Refusal.PATIENT_ID_ABSENT),
        DISCOVERY,
        Deviation(XCPD_IMPL, code="ERROR_PI_GENERIC"),
    ),
    Row(
        BOTH,
        frozenset({Refusal.NATIONAL_UNAVAILABLE, Refusal.INTERNAL}),
        DISCOVERY,
        Deviation(XCPD_IMPL, code="ERROR_PI_GENERIC"),
    ),
    Row(
        BOTH,
        SIGNATURE | one(Reason.SIGNER_NOT_PINNED),
        DISCOVERY,
        Deviation(
            XCPD_IMPL, code="ERROR_PI_GENERIC", issue=DetectedIssue.INTERNAL_ERROR
        ),
    ),
    Row(
        NEW,
        MISSING_FIELD,
        DISCOVERY,
        Deviation(
            XCPD_IMPL,
            code="ERROR_PI_MISSING_REQUIRED_FIELDS",
            issue=DetectedIssue.INTERNAL_ERROR,
        ),
    ),
    Row(
        NEW,
        INVALID_FIELD,
        DISCOVERY,
        Deviation(
            XCPD_IMPL,
            code="ERROR_PI_INCORRECT_FORMATTING",
            issue=DetectedIssue.INTERNAL_ERROR,
        ),
    ),
    # OpenNCP, ITI-38 and ITI-39
    Row(
        NEW,
        MISSING_FIELD,
        XCA,
        Deviation(XCA_IMPL, code="ERROR_PS_MISSING_REQUIRED_FIELDS"),
    ),
    Row(
        NEW,
        INVALID_FIELD,
        XCA,
        Deviation(XCA_IMPL, code="ERROR_PS_INCORRECT_FORMATTING"),
    ),
    Row(BOTH, SIGNATURE, XCA, Deviation(XCA_IMPL, code="ERROR_SEC_GENERIC")),
    Row(
        BOTH,
        RIGHTS | one(Reason.TRC_OF_ANOTHER_HCP),
        XCA | DISCOVERY,
        Deviation("OpenNCP 9 SAML2Validator", code="4703"),
    ),
    Row(
        NEW,
        one(Refusal.CONSENT_REFUSED),
        XCA,
        Deviation(XCA_IMPL, code="ERROR_PS_NO_CONSENT"),
    ),
    Row(
        OLD,
        one(Refusal.CONSENT_REFUSED),
        XCA,
        Deviation("OpenNCP 7 PatientServiceTest #1", code="4701"),
    ),
    Row(
        OLD,
        one(Refusal.CODES_UNMAPPED),
        XCA,
        Deviation("OpenNCP 7 PatientServiceTest #7", code="4203"),
    ),
    Row(
        OLD,
        one(Refusal.CODES_PARTLY_UNMAPPED),
        XCA,
        Deviation(
            "OpenNCP 7 PatientServiceTest #7.1",
            code="4101",
            status=ResponseStatus.PARTIAL_SUCCESS,
        ),
    ),
    Row(
        OLD,
        one(Refusal.PDF_NOT_PROVIDED),
        LIST,
        Deviation("OpenNCP 7 PatientServiceTest #5", code="4201"),
    ),
    Row(
        BOTH,
        frozenset({Refusal.CLASS_CODE_ABSENT, Refusal.CLASS_CODE_UNSUPPORTED}),
        LIST,
        Deviation(XCA_IMPL, status=ResponseStatus.SUCCESS),
    ),
    Row(
        OLD,
        one(Refusal.DOCUMENTS_NOT_FOUND),
        LIST,
        Deviation("OpenNCP 7 OpenNCPErrorCode", code="1102"),
        Kind.PATIENT_SUMMARY,
    ),
    Row(
        OLD,
        one(Refusal.DOCUMENTS_NOT_FOUND),
        LIST,
        Deviation(
            "OpenNCP 7 OpenNCPErrorCode", code="1101", status=ResponseStatus.FAILURE
        ),
        Kind.EPRESCRIPTION,
    ),
    Row(
        NEW,
        one(Refusal.DOCUMENTS_NOT_FOUND),
        LIST,
        Deviation(XCA_IMPL, status=ResponseStatus.FAILURE),
        Kind.EPRESCRIPTION,
    ),
    Row(
        BOTH,
        one(Refusal.NATIONAL_UNAVAILABLE),
        LIST,
        Deviation(XCA_IMPL, code="4103", severity=Severity.WARNING),
        Kind.EPRESCRIPTION,
    ),
    Row(
        OLD,
        one(Refusal.NATIONAL_UNAVAILABLE),
        FETCH,
        Deviation("OpenNCP 7 OrderServiceTest #7", code="4104"),
        Kind.EPRESCRIPTION,
    ),
    Row(
        BOTH,
        one(Refusal.NATIONAL_UNAVAILABLE),
        LIST,
        Deviation(XCA_IMPL, code="ERROR_ORCD_GENERIC"),
        Kind.ORIGINAL_DOCUMENT,
    ),
    Row(
        BOTH,
        DOCUMENT_UNKNOWN,
        FETCH,
        Deviation(
            XCA_IMPL, code="XDSMissingDocument", status=ResponseStatus.PARTIAL_SUCCESS
        ),
    ),
    # OpenNCP, ITI-41
    Row(
        NEW,
        MISSING_FIELD,
        PROVIDE,
        Deviation(XDR_IMPL, code="ERROR_ED_MISSING_REQUIRED_FIELDS"),
    ),
    Row(
        NEW,
        INVALID_FIELD,
        PROVIDE,
        Deviation(XDR_IMPL, code="ERROR_ED_INCORRECT_FORMATTING"),
    ),
    Row(BOTH, SIGNATURE, PROVIDE, Deviation(XDR_IMPL, code="ERROR_SEC_GENERIC")),
    Row(
        BOTH,
        RIGHTS | one(Reason.TRC_OF_ANOTHER_HCP),
        PROVIDE,
        Deviation("OpenNCP 9 SAML2Validator", code="4703"),
    ),
    Row(
        BOTH,
        one(Refusal.CONSENT_REFUSED),
        PROVIDE,
        Deviation(XDR_IMPL, code="4701"),
    ),
    Row(
        BOTH,
        frozenset({Refusal.NATIONAL_UNAVAILABLE, Refusal.INTERNAL}),
        PROVIDE,
        Deviation(XDR_IMPL, code="ERROR_ED_GENERIC"),
    ),
)
