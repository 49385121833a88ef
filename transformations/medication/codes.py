"""Codes that medicines and their dosage are written with, in every document.

Spec: eHDSI MVC 8.1.0 (EH.42.x value sets) / FHIR R4 Medication, Dosage.
"""

from __future__ import annotations

import re
from typing import Final

from transformations.hl7v3.oids import IHE_ACT_CODE
from transformations.mapping import CodeMeaning
from transformations.sections.codes import ATC, EDQM, EMA_SUBSTANCES

# Which code systems the value set of an element draws on; another goes to translation.
ROUTE_SYSTEMS = (EDQM,)  # 42.12
DOSE_FORM_SYSTEMS = (EDQM,)  # 42.2
SUBSTANCE_SYSTEMS = (ATC, EMA_SUBSTANCES)  # 42.24, 42.61

FULFILMENT = CodeMeaning("FINSTRUCT", "Fulfilment instruction", IHE_ACT_CODE)
PATIENT_INSTRUCTION = CodeMeaning("PINSTRUCT", "Patient instruction", IHE_ACT_CODE)
# A countable unit without a code is written as an annotation of UCUM.
DOSE_UNIT_ANNOTATION = "{{{}}}"

# eHDSITimingEvent 42.41
TIMING_EVENT = "2.16.840.1.113883.5.139"
TIMING_EVENTS = frozenset(
    "AC ACD ACM ACV HS IC ICD ICM ICV PC PCD PCM PCV".split()  # noqa: SIM905
)
# "Between meals" is none of the events FHIR binds ``Timing.repeat.when`` to.
TIMING_EVENTS_BETWEEN = frozenset({"IC", "ICD", "ICM", "ICV"})

# What counts pieces and does not say of what.
UNIT_ITSELF: Final = frozenset({"1", "unit", "units", "piece", "pieces", "stk", "stk."})
# What an annotation of UCUM may hold: printable signs without braces and blanks.
UNIT_ANNOTATION: Final = re.compile(r"[!-z|~]{1,30}")

# EDQM: containers (eHDSIPackage 42.3) by the unit of presentation of that name.
CONTAINERS_OF_UNITS = {
    "15002000": CodeMeaning("30001000", "Ampoule", EDQM),
    "15058000": CodeMeaning("30067000", "Tube", EDQM),
    "15060000": CodeMeaning("30069000", "Vial", EDQM),
}
