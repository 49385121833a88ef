"""The patient summary: FHIR (IPS, EPS) and eHDSI CDA level 3, both ways."""

from transformations.cda.source import NotCda
from transformations.header import WAVE_8, Custodian, DocumentHeader, Wave
from transformations.mapping import Finding, Ledger, MappingDefect, Severity
from transformations.mapping.shape import MalformedSource
from transformations.patient_summary.document import patient_summary_to_cda
from transformations.patient_summary.from_cda import patient_summary_to_fhir
from transformations.transformed import Transformed

__all__ = [
    "WAVE_8",
    "Custodian",
    "DocumentHeader",
    "Finding",
    "Ledger",
    "MalformedSource",
    "MappingDefect",
    "NotCda",
    "Severity",
    "Transformed",
    "Wave",
    "patient_summary_to_cda",
    "patient_summary_to_fhir",
]
