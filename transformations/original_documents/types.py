"""The types of original clinical documents, and what may be inside each.

Spec: eHDSI OrCD Laboratory Result (EH.1.8), Hospital Discharge Report (EH.1.9), Medical
Imaging Report (EH.1.10), Medical Images (EH.1.11), Patient Summary PDF embedded
(EH.1.7), Wave 8.
"""

from __future__ import annotations

from enum import StrEnum

from transformations.header import PATIENT_SUMMARY_L1, DocumentType


class MediaType(StrEnum):
    """What an original document can be."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"


def _original(template: str, code: str, display: str, name: str) -> DocumentType:
    return DocumentType(
        template,
        code,
        display,
        name,
        service_class="ACT",
        names_contacts=False,
        is_vouched_for=False,
    )


LABORATORY_RESULT = _original(
    "EH.1.8", "11502-2", "Laboratory report", "laboratory-report"
)
DISCHARGE_REPORT = _original(
    "EH.1.9", "34105-7", "Hospital Discharge summary", "discharge-report"
)
IMAGING_REPORT = _original(
    "EH.1.10", "18748-4", "Diagnostic imaging study", "imaging-report"
)
# No code of LOINC, though the value set puts it under LOINC's OID.
MEDICAL_IMAGE = _original(
    "EH.1.11", "x-clinical-image", "Medical Images", "medical-image"
)

_PDF = frozenset({MediaType.PDF})
MEDIA_TYPES_OF = {
    PATIENT_SUMMARY_L1: _PDF,
    LABORATORY_RESULT: _PDF,
    DISCHARGE_REPORT: _PDF,
    IMAGING_REPORT: _PDF,
    MEDICAL_IMAGE: frozenset({MediaType.PNG, MediaType.JPEG}),
}
"""The media types a document of a type may hold."""

# The Schematron of EH.1.11 asks for types that do not exist; the reference documents
# of the field, and IANA, say image/png and image/jpeg. Both are read.
_SPELLINGS = {
    **{media_type.value: media_type for media_type in MediaType},
    "application/png": MediaType.PNG,
    "application/jpeg": MediaType.JPEG,
    "application/jpg": MediaType.JPEG,
    "image/jpg": MediaType.JPEG,
}


def media_type_of(written: str | None) -> MediaType | None:
    """Return the media type that a document declares, in any spelling of the field."""
    plain = (written or "").partition(";")[0].strip().lower()
    return _SPELLINGS.get(plain)


def type_of(code: str) -> DocumentType | None:
    """Return the type of embedded document that has this code."""
    return next((known for known in MEDIA_TYPES_OF if known.code == code), None)
