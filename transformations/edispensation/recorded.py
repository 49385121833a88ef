"""When a dispensation was recorded, which R5 has an element for.

Spec: HL7 Europe MPD MedicationDispense: extension ``recorded`` 1..1; a dispensation
without ``whenHandedOver`` was handed over when it was recorded.
"""

from __future__ import annotations

from typing import Any

RECORDED = (
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-MedicationDispense.recorded"
)
RENDERED_DOSAGE = (
    "http://hl7.org/fhir/5.0/StructureDefinition/"
    "extension-MedicationDispense.renderedDosageInstruction"
)


def recorded_of(dispense: Any) -> Any:
    """Return the extension that says when; nothing where none does."""
    for extension in dispense.get("extension") or ():
        if extension.get("url") == RECORDED and "valueDateTime" in extension:
            return extension
    return None
