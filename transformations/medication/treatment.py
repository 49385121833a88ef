"""How long a medicine is taken: the first ``effectiveTime`` of what is ordered.

Spec: eHDSI Medication Item EH.3.4, Substance Administration EH.3.2 (Wave 8) /
FHIR R5 MedicationRequest.effectiveDosePeriod as an extension of R4.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.hl7v3.timestamps import from_ts
from transformations.mapping import Context, PeriodCodec
from transformations.medication.dosage import write_dosages
from transformations.medication.extensions import EFFECTIVE_DOSE_PERIOD


def request_times_to_cda(request: Any, act: CdaNode, cx: Context) -> bool:
    """Write the two times of a request: how long it is to be taken, and how often."""
    is_open = request.get("status") == "active"
    treatment = treatment_of(act)
    bounded = _write_dose_period(request, treatment, cx)
    unset = None if bounded else treatment
    write_dosages(
        request.get("dosageInstruction"),
        act,
        cx,
        treatment=unset,
        anchor=_anchor(request, treatment),
    )
    fill_treatment(treatment, "UNK", "NA" if is_open else "UNK")
    return bounded


def _anchor(request: Any, treatment: CdaNode) -> str:
    """Return when the treatment begins, else when it was ordered."""
    low = treatment.first("low")
    begins = from_ts("" if low is None else low.attributes.get("value", ""))
    dosages = request.get("dosageInstruction") or [{}]
    repeat = (dosages[0].get("timing") or {}).get("repeat") or {}
    period = repeat.get("boundsPeriod") or {}
    return str(begins or period.get("start") or request.get("authoredOn") or "")


def treatment_of(act: CdaNode) -> CdaNode:
    """Begin the treatment period of an act, still empty."""
    node = act.add("effectiveTime")
    node.set_type("IVL_TS")
    return node


def _write_dose_period(request: Any, node: CdaNode, cx: Context) -> bool:
    for extension in request.get("extension") or ():
        if extension.get("url") == EFFECTIVE_DOSE_PERIOD:
            cx.derive(extension, "url")
            codec = PeriodCodec("UNK", "NA")
            if codec.to_cda(extension, "valuePeriod", node, cx):
                cx.narrative.say("To be taken", codec.phrase(node))
                return True
    return False


def fill_treatment(treatment: CdaNode, low: str, high: str) -> None:
    """Write an unknown treatment period in the form that all judges accept."""
    if not treatment.children and "value" not in treatment.attributes:
        treatment.add("low", nullFlavor=low)
        treatment.add("high", nullFlavor=high)
