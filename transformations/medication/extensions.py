"""The extensions by which MPD says of a medicine and its order what R4 has no room for.

Spec: IHE MPD extensions (``ihe-ext-*``) as HL7 Europe MPD and EU Core Medication use
them; R5 elements brought to R4.
"""

from __future__ import annotations

from typing import Any, Final

_IHE: Final = "https://profiles.ihe.net/PHARM/MPD/StructureDefinition"
_R5: Final = "http://hl7.org/fhir/5.0/StructureDefinition"

CLASSIFICATION: Final = f"{_IHE}/ihe-ext-medication-classification"
PRODUCT_NAME: Final = f"{_IHE}/ihe-ext-medication-productname"
SIZE_OF_ITEM: Final = f"{_IHE}/ihe-ext-medication-sizeofitem"
UNIT_OF_PRESENTATION: Final = f"{_IHE}/ihe-ext-medication-unitofpresentation"
DEVICE: Final = f"{_IHE}/ihe-ext-medication-device"
CHARACTERISTIC: Final = f"{_IHE}/ihe-ext-medication-characteristic"
STRENGTH_SUBSTANCE: Final = f"{_IHE}/ihe-ext-medication-strengthsubstance"
STRENGTH_TYPE: Final = f"{_IHE}/ihe-ext-medication-strengthtype"
PRESCRIBED_QUANTITY: Final = f"{_IHE}/ihe-ext-medicationrequest-prescribedQuantity"
OFF_LABEL: Final = f"{_IHE}/ihe-ext-offLabel"

EFFECTIVE_DOSE_PERIOD: Final = f"{_R5}/extension-MedicationRequest.effectiveDosePeriod"
RENDERED_DOSAGE: Final = f"{_R5}/extension-MedicationRequest.renderedDosageInstruction"


def extension_of(holder: Any, url: str) -> Any:
    """Return the extension of one url; nothing where there is none, or several."""
    extensions = holder.get("extension")
    found = [
        one
        for one in (extensions if isinstance(extensions, list) else ())
        if isinstance(one, dict) and one.get("url") == url
    ]
    return found[0] if len(found) == 1 else None
