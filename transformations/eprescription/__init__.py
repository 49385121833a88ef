"""The ePrescription: what was prescribed to whom, by whom, and what may be dispensed.

Spec: eHDSI ePrescription (EH.1.1, Wave 8) / HL7 Europe MPD MedicationRequest.
"""

from transformations.cda.source import NotCda
from transformations.eprescription.document import eprescription_to_cda
from transformations.eprescription.embedding import eprescription_pdf_to_cda
from transformations.eprescription.from_cda import eprescription_to_fhir
from transformations.eprescription.items import (
    Code,
    ItemId,
    PrescriptionItem,
    items,
)
from transformations.header import (
    PRESCRIPTION_L1,
    PRESCRIPTION_L3,
    WAVE_8,
    Custodian,
    DocumentHeader,
    Wave,
)
from transformations.mapping import Finding, Ledger, MappingDefect, Severity
from transformations.mapping.shape import MalformedSource
from transformations.transformed import Transformed

__all__ = [
    "PRESCRIPTION_L1",
    "PRESCRIPTION_L3",
    "WAVE_8",
    "Code",
    "Custodian",
    "DocumentHeader",
    "Finding",
    "ItemId",
    "Ledger",
    "MalformedSource",
    "MappingDefect",
    "NotCda",
    "PrescriptionItem",
    "Severity",
    "Transformed",
    "Wave",
    "eprescription_pdf_to_cda",
    "eprescription_to_cda",
    "eprescription_to_fhir",
    "items",
]
