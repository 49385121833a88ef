"""Whether another product may be given: only ``N`` forbids.

Spec: eHDSI Substance Administration EH.3.2: observation SUBST, value set
eHDSISubstitutionCode 42.7; without it another product may be given (Wave 8) /
FHIR R4 MedicationRequest.substitution.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.hl7v3.oids import ACT_CLASS
from transformations.mapping import CodeMeaning, Context, Severity
from transformations.medication.orders_reading import substitution_to_fhir
from transformations.sections.codes import FhirCode
from transformations.sections.concepts import (
    Concept,
    find_coding,
    write_code,
)
from transformations.sections.words import say_concept

_SYSTEM = "2.16.840.1.113883.5.1070"
_URI = "http://terminology.hl7.org/CodeSystem/v3-substanceAdminSubstitution"
NONE = CodeMeaning("N", "none", _SYSTEM)
SUBSTITUTIONS: dict[FhirCode, CodeMeaning] = {
    FhirCode(_URI, code.code): code
    for code in (
        NONE,
        CodeMeaning("G", "generic", _SYSTEM),
        CodeMeaning("TE", "therapeutic", _SYSTEM),
    )
}
KIND = Concept(SUBSTITUTIONS, "Substitution allowed")
_SUBST = CodeMeaning("SUBST", "Substitution", ACT_CLASS)


def substitution_to_cda(request: Any, act: CdaNode, cx: Context) -> bool:
    """Write which substitution is allowed; that any is, CDA says by saying nothing."""
    substitution = request.get("substitution")
    if not isinstance(substitution, dict):
        return False
    passed = _write(substitution, act, cx)
    if isinstance(substitution.get("reason"), dict):
        words = say_concept(substitution, "reason", cx)
        cx.narrative.say("Reason of the substitution", words)
    return passed


def _write(substitution: Any, act: CdaNode, cx: Context) -> bool:
    allowed = substitution.get("allowedBoolean")
    if allowed is False:
        cx.derive(substitution, "allowedBoolean")
        write_code(_value(act), NONE)
        cx.narrative.say_ours("Substitution allowed", "no")
        return True
    if allowed is True:
        cx.tell(substitution, "allowedBoolean")
        cx.narrative.say_ours("Substitution allowed", "yes")
        return False
    return _write_kind(substitution, act, cx)


def _write_kind(substitution: Any, act: CdaNode, cx: Context) -> bool:
    key = "allowedCodeableConcept"
    concept = substitution.get(key)
    if not isinstance(concept, dict):
        return False
    if find_coding(concept, SUBSTITUTIONS) is None:
        words = say_concept(substitution, key, cx)
        cx.narrative.say("Substitution allowed", words)
        cx.find(
            Severity.WARNING,
            "substitution-not-coded",
            "CDA has no code for this kind of substitution; only the text says it",
        )
        return False
    value = _value(act)
    KIND.to_cda(substitution, key, value, cx)
    cx.narrative.say_ours("Substitution allowed", KIND.phrase(value))
    return True


def _value(act: CdaNode) -> CdaNode:
    link = act.add("entryRelationship", typeCode="SUBJ", inversionInd="true")
    node = link.add("observation", classCode="OBS", moodCode="EVN")
    write_code(node.add("code"), _SUBST)
    value = node.add("value")
    value.set_type("CE")
    return value


def allowed_to_fhir(act: CdaNode, request: Any, cx: Context) -> bool:
    """Read which substitution is allowed; that CDA says nothing of it allows any."""
    passed = substitution_to_fhir(act, request, cx)
    request.setdefault("substitution", {"allowedBoolean": True})
    return passed
