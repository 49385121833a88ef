"""The sections the patient summary carries, in the order of the document."""

from __future__ import annotations

from transformations.mapping import Section
from transformations.patient_summary.allergies import ALLERGIES
from transformations.patient_summary.devices import DEVICES
from transformations.patient_summary.functional_status import ABILITIES
from transformations.patient_summary.immunizations import IMMUNIZATIONS
from transformations.patient_summary.medications import MEDICATIONS
from transformations.patient_summary.pregnancy import PREGNANCIES
from transformations.patient_summary.problems import PAST_ILLNESSES, PROBLEMS
from transformations.patient_summary.procedures import PROCEDURES
from transformations.patient_summary.results import RESULTS
from transformations.patient_summary.social_history import HABITS
from transformations.patient_summary.told_sections import (
    ADVANCE_DIRECTIVES,
    ALERTS,
    CARE_PLANS,
    TRAVELS,
)
from transformations.patient_summary.vital_signs import VITAL_SIGN_SECTION

SECTIONS: tuple[Section, ...] = (
    ALERTS,
    MEDICATIONS,
    ALLERGIES,
    PROCEDURES,
    PROBLEMS,
    PAST_ILLNESSES,
    DEVICES,
    IMMUNIZATIONS,
    RESULTS,
    VITAL_SIGN_SECTION,
    PREGNANCIES,
    HABITS,
    ABILITIES,
    CARE_PLANS,
    ADVANCE_DIRECTIVES,
    TRAVELS,
)
