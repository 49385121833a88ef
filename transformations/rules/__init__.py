"""What a valid document must satisfy, as data, and the judge that asks it."""

from transformations.rules.cda import validate_cda
from transformations.rules.fhir import validate_fhir
from transformations.rules.findings import Report, RuleFinding, Severity
from transformations.rules.waves import WAVE_8, Wave, waves

__all__ = [
    "WAVE_8",
    "Report",
    "RuleFinding",
    "Severity",
    "Wave",
    "validate_cda",
    "validate_fhir",
    "waves",
]
