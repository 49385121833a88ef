"""What a kind of national document is across the border: class, format, permission.

Spec: eHDSI XCA profile (class and format codes, services).
"""

from __future__ import annotations

from ncp.country_a.document_ids import DocumentLevel
from ncp.ihe.codes import ClassCode, FormatCode
from ncp.national.ports import DocumentKind
from transformations.header import DocumentType
from transformations.inspection import MediaType
from transformations.original_documents import (
    DISCHARGE_REPORT,
    IMAGING_REPORT,
    LABORATORY_RESULT,
    MEDICAL_IMAGE,
)
from trust.assertions import Operation

CLASS_CODE_OF = {
    DocumentKind.PATIENT_SUMMARY: ClassCode.PATIENT_SUMMARY,
    DocumentKind.PRESCRIPTION: ClassCode.EPRESCRIPTION,
    DocumentKind.LABORATORY_REPORT: ClassCode.LABORATORY_RESULT,
    DocumentKind.DISCHARGE_REPORT: ClassCode.HOSPITAL_DISCHARGE_REPORT,
    DocumentKind.IMAGING_REPORT: ClassCode.MEDICAL_IMAGING_REPORT,
    DocumentKind.IMAGE: ClassCode.MEDICAL_IMAGE,
}
KIND_OF = {code: kind for kind, code in CLASS_CODE_OF.items()}

TYPE_OF_ORIGINAL: dict[DocumentKind, DocumentType] = {
    DocumentKind.LABORATORY_REPORT: LABORATORY_RESULT,
    DocumentKind.DISCHARGE_REPORT: DISCHARGE_REPORT,
    DocumentKind.IMAGING_REPORT: IMAGING_REPORT,
    DocumentKind.IMAGE: MEDICAL_IMAGE,
}

_FORMAT_OF_ORIGINAL = {
    MediaType.PDF: FormatCode.ORIGINAL_PDF,
    MediaType.PNG: FormatCode.ORIGINAL_PNG,
    MediaType.JPEG: FormatCode.ORIGINAL_JPEG,
}


_OPERATION_OF = {
    DocumentKind.PATIENT_SUMMARY: Operation.PATIENT_SUMMARY,
    DocumentKind.PRESCRIPTION: Operation.EPRESCRIPTION,
}
_CODED_FORMAT_OF = {
    DocumentKind.PATIENT_SUMMARY: FormatCode.PATIENT_SUMMARY,
    DocumentKind.PRESCRIPTION: FormatCode.EPRESCRIPTION,
}


def operation_of(kind: DocumentKind) -> Operation:
    """Return what the professional must be permitted to do."""
    return _OPERATION_OF.get(kind, Operation.ORIGINAL_DOCUMENT)


def format_of(
    kind: DocumentKind, level: DocumentLevel, media_type: MediaType | None
) -> FormatCode:
    """Return the format code of a document in one form.

    Parameters
    ----------
    media_type
        Of an original; an original in a type we do not carry has none.
    """
    if level is DocumentLevel.ORIGINAL and media_type is not None:
        return _FORMAT_OF_ORIGINAL[media_type]
    if level is DocumentLevel.PDF:
        return FormatCode.PDF
    return _CODED_FORMAT_OF.get(kind, FormatCode.PATIENT_SUMMARY)
