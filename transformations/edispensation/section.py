"""The one section of a dispensation.

Spec: eHDSI Dispensation EH.2.2, Supply EH.3.3 (Wave 8).
"""

from __future__ import annotations

from transformations.edispensation.supply import SUPPLY_WRITTEN
from transformations.edispensation.supply_reading import SUPPLY_READ
from transformations.mapping import Forth, Section, Subject
from transformations.terminology import SectionCode

DISPENSE = (Subject("subject"), Forth(*SUPPLY_WRITTEN), SUPPLY_READ)

DISPENSATION = Section(
    code=SectionCode.DISPENSATION,
    display="Medication dispensed.brief Document",
    title="Dispensation",
    prefix="dsp",
    template_ids=("EH.2.2", "CCD.1.8"),
    entries={"MedicationDispense": DISPENSE},
    apart="entry/supply",
    is_read=True,
)
