"""The eDispensation: what was dispensed, by whom, and for which prescription.

Spec: eHDSI eDispensation (EH.1.2, Wave 8) / HL7 Europe MPD MedicationDispense.
"""

from transformations.edispensation.facts import (
    DispensationFacts,
    FactsRefused,
    Lack,
    read_dispensation_facts,
)
from transformations.edispensation.from_cda import edispensation_to_fhir

__all__ = [
    "DispensationFacts",
    "FactsRefused",
    "Lack",
    "edispensation_to_fhir",
    "read_dispensation_facts",
]
