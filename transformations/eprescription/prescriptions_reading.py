"""A prescription read from CDA: its one item is a MedicationRequest.

Spec: eHDSI Prescription EH.2.1, Substance Administration EH.3.2 (all waves) /
FHIR R4 MedicationRequest / HL7 Europe MPD MedicationRequest-eu-mpd.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.mapping import Back, Context


def item_to_fhir(section: CdaNode, request: Any, cx: Context) -> bool:
    """Read the item of a prescription."""
    del section, request, cx
    return False


PRESCRIPTION_READ = Back("substanceAdministration -> request", item_to_fhir)
