"""The sections the patient summary carries, in the order of the document."""

from __future__ import annotations

from transformations.mapping import Section
from transformations.patient_summary.allergies import ALLERGIES
from transformations.patient_summary.devices import DEVICES
from transformations.patient_summary.immunizations import IMMUNIZATIONS
from transformations.patient_summary.medications import MEDICATIONS
from transformations.patient_summary.problems import PAST_ILLNESSES, PROBLEMS
from transformations.patient_summary.procedures import PROCEDURES
from transformations.patient_summary.results import RESULTS

SECTIONS: tuple[Section, ...] = (
    MEDICATIONS,
    ALLERGIES,
    PROCEDURES,
    PROBLEMS,
    PAST_ILLNESSES,
    DEVICES,
    IMMUNIZATIONS,
    RESULTS,
)
