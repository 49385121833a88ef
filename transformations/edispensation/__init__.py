"""The eDispensation: what was dispensed, by whom, and for which prescription.

Spec: eHDSI eDispensation (EH.1.2, Wave 8) / HL7 Europe MPD MedicationDispense.
"""

from transformations.cda.source import NotCda
from transformations.edispensation.dispensed import (
    DispensedItem,
    Function,
    Identifier,
    Pharmacist,
    Pharmacy,
    Substitution,
    SubstitutionKind,
)
from transformations.edispensation.document import write_edispensation
from transformations.edispensation.facts import (
    DispensationFacts,
    FactsRefused,
    Lack,
    read_dispensation_facts,
)
from transformations.edispensation.from_cda import edispensation_to_fhir
from transformations.edispensation.preparing import NotPrepared, prepare_dispensation
from transformations.edispensation.source import dispensations, read_dispensations
from transformations.fhir import NotFhir
from transformations.header.facts import (
    EDISPENSATION_L3,
    Custodian,
    DocumentHeader,
)
from transformations.mapping.shape import MalformedSource
from transformations.transformed import Transformed

__all__ = [
    "EDISPENSATION_L3",
    "Custodian",
    "DispensationFacts",
    "DispensedItem",
    "DocumentHeader",
    "FactsRefused",
    "Function",
    "Identifier",
    "Lack",
    "MalformedSource",
    "NotCda",
    "NotFhir",
    "NotPrepared",
    "Pharmacist",
    "Pharmacy",
    "Substitution",
    "SubstitutionKind",
    "Transformed",
    "dispensations",
    "edispensation_to_fhir",
    "prepare_dispensation",
    "read_dispensation_facts",
    "read_dispensations",
    "write_edispensation",
]
