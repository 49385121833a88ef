"""The header that all eHDSI documents share: who it is about, who wrote and keeps it.

Spec: eHDSI common header (Wave 8) / CDA R2 §4.2.
"""

from transformations.header.facts import (
    PATIENT_SUMMARY_L1,
    PATIENT_SUMMARY_L3,
    PRESCRIPTION_L1,
    PRESCRIPTION_L3,
    WAVE_8,
    WAVES,
    Custodian,
    DocumentHeader,
    DocumentType,
    Wave,
)
from transformations.header.writing import language_of, write_header

__all__ = [
    "PATIENT_SUMMARY_L1",
    "PATIENT_SUMMARY_L3",
    "PRESCRIPTION_L1",
    "PRESCRIPTION_L3",
    "WAVES",
    "WAVE_8",
    "Custodian",
    "DocumentHeader",
    "DocumentType",
    "Wave",
    "language_of",
    "write_header",
]
