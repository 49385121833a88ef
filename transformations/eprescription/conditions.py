"""Why it is prescribed, where the order refers to what the patient has.

Spec: eHDSI Medication Reason Observation EH.3.41 (Wave 8) /
FHIR R4 MedicationRequest.reasonReference.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.fhir import Located
from transformations.mapping import Context, Severity
from transformations.sections.reasons import write_reason
from transformations.sections.words import say_element

_ONLY_ITS_CODE = "a reason of CDA is its code"


def reasons_referred_to_cda(request: Any, act: CdaNode, cx: Context) -> bool:
    """Write the code of each Condition as a reason; tell the name of anything else."""
    passed = False
    for index, reference in enumerate(request.get("reasonReference") or ()):
        located = _condition(reference, cx)
        if located is None:
            for words in say_element({"one": reference}, "one", "Reference", cx):
                cx.narrative.say("Reason", words)
        else:
            passed = _write_condition(located, reference, index, act, cx) or passed
    return passed


def _condition(reference: Any, cx: Context) -> Located | None:
    name = reference.get("reference")
    located = cx.document.resolve(name, cx.located) if isinstance(name, str) else None
    is_usable = (
        located is not None
        and located.type == "Condition"
        and isinstance(located.resource.get("code"), dict)
        and "modifierExtension" not in located.resource
    )
    return located if is_usable else None


def _write_condition(
    located: Located, reference: Any, index: int, act: CdaNode, cx: Context
) -> bool:
    cx.follow(reference)
    before = cx.enter(located)
    cx.settle_resource(located)
    purpose = f"reason referred to {index}"
    passed = write_reason(located.resource, "code", act, cx, purpose=purpose)
    cx.lose_rest(located.resource, _ONLY_ITS_CODE, Severity.INFORMATION)
    cx.leave(before)
    return passed
