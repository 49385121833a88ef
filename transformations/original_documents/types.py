"""The types of documents that hold another inside.

Spec: eHDSI OrCD Laboratory Result (EH.1.8), Hospital Discharge Report (EH.1.9), Medical
Imaging Report (EH.1.10), Medical Images (EH.1.11), Patient Summary PDF embedded
(EH.1.7), ePrescription PDF embedded (EH.1.6), Wave 8.
"""

from __future__ import annotations

from transformations.header import PATIENT_SUMMARY_L1, PRESCRIPTION_L1, DocumentType


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

EMBEDDING = (
    PATIENT_SUMMARY_L1,
    PRESCRIPTION_L1,
    LABORATORY_RESULT,
    DISCHARGE_REPORT,
    IMAGING_REPORT,
    MEDICAL_IMAGE,
)
"""Every type that holds an embedded document."""


def type_of(code: str) -> DocumentType | None:
    """Return the type of embedded document that has this code."""
    return next((known for known in EMBEDDING if known.code == code), None)
