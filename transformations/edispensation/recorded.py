"""When a dispensation was recorded, which R5 has an element for.

Spec: HL7 Europe MPD MedicationDispense: extension ``recorded`` 1..1; a dispensation
without ``whenHandedOver`` was handed over when it was recorded.
"""

from __future__ import annotations

from typing import Any

from transformations.medication.extensions import extension_of

RECORDED = (
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-MedicationDispense.recorded"
)
RENDERED_DOSAGE = (
    "http://hl7.org/fhir/5.0/StructureDefinition/"
    "extension-MedicationDispense.renderedDosageInstruction"
)


def recorded_of(dispense: Any) -> Any:
    """Return the extension that says when; nothing where none does."""
    found = extension_of(dispense, RECORDED)
    return found if found is not None and "valueDateTime" in found else None
