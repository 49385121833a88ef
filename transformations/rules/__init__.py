"""What a valid eHDSI document must satisfy, as data, and the judge that asks it."""

from transformations.rules.cda import Report, validate_cda
from transformations.rules.context import ValueSets
from transformations.rules.findings import RuleFinding, Severity, has_errors
from transformations.rules.waves import WAVE_8, Wave, waves

__all__ = [
    "WAVE_8",
    "Report",
    "RuleFinding",
    "Severity",
    "ValueSets",
    "Wave",
    "has_errors",
    "validate_cda",
    "waves",
]
