"""The sections of documents, with codes and our own labels.

Spec: LOINC codes of IPS 2.0.1, eHDSI Patient Summary (EH.1.3), ePrescription (EH.1.1)
and eDispensation (EH.1.2), Wave 8.
"""

from __future__ import annotations

from enum import StrEnum


class SectionCode(StrEnum):
    """LOINC codes of the sections of the documents we write."""

    MEDICATIONS = "10160-0"
    ALLERGIES = "48765-2"
    PROCEDURES = "47519-4"
    PROBLEMS = "11450-4"
    DEVICES = "46264-8"
    PAST_ILLNESS = "11348-0"
    IMMUNIZATIONS = "11369-6"
    CARE_PLAN = "18776-5"
    FUNCTIONAL_STATUS = "47420-5"
    SOCIAL_HISTORY = "29762-2"
    PREGNANCY = "10162-6"
    VITAL_SIGNS = "8716-3"
    RESULTS = "30954-2"
    ADVANCE_DIRECTIVES = "42348-3"
    TRAVEL_HISTORY = "10182-4"
    ALERTS = "104605-1"
    PATIENT_STORY = "81338-6"
    PATIENT_HISTORY = "11329-0"
    DISPENSATION = "60590-7"
    PRESCRIPTIONS = "57828-6"


REQUIRED_SECTIONS = (
    SectionCode.MEDICATIONS,
    SectionCode.ALLERGIES,
    SectionCode.PROCEDURES,
    SectionCode.PROBLEMS,
    SectionCode.DEVICES,
)

SECTION_LABELS: dict[SectionCode, str] = {
    SectionCode.MEDICATIONS: "Medication summary",
    SectionCode.ALLERGIES: "Allergies and intolerances",
    SectionCode.PROCEDURES: "Surgical and other procedures",
    SectionCode.PROBLEMS: "Current problems",
    SectionCode.DEVICES: "Medical devices and implants",
    SectionCode.PAST_ILLNESS: "Past illnesses",
    SectionCode.IMMUNIZATIONS: "Vaccinations",
    SectionCode.CARE_PLAN: "Care plan",
    SectionCode.FUNCTIONAL_STATUS: "Functional status",
    SectionCode.SOCIAL_HISTORY: "Social history",
    SectionCode.PREGNANCY: "Pregnancies",
    SectionCode.VITAL_SIGNS: "Vital signs",
    SectionCode.RESULTS: "Results",
    SectionCode.ADVANCE_DIRECTIVES: "Advance directives",
    SectionCode.TRAVEL_HISTORY: "Travel history",
    SectionCode.ALERTS: "Alerts",
    SectionCode.PATIENT_STORY: "Patient's story",
    SectionCode.PATIENT_HISTORY: "Patient history",
    SectionCode.DISPENSATION: "Dispensation",
    SectionCode.PRESCRIPTIONS: "Prescriptions",
}
