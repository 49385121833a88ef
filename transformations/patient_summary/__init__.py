"""The patient summary: FHIR (IPS, EPS) to eHDSI CDA level 3."""

from transformations.header import WAVE_8, Custodian, DocumentHeader, Wave
from transformations.mapping import Finding, Ledger, MappingDefect, Severity
from transformations.mapping.shape import MalformedSource
from transformations.patient_summary.document import patient_summary_to_cda
from transformations.transformed import Transformed

__all__ = [
    "WAVE_8",
    "Custodian",
    "DocumentHeader",
    "Finding",
    "Ledger",
    "MalformedSource",
    "MappingDefect",
    "Severity",
    "Transformed",
    "Wave",
    "patient_summary_to_cda",
]
