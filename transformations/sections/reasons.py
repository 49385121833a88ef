"""Why something is taken or was done, as a reason observation beside it.

Spec: eHDSI Medication Reason Observation EH.3.41 with IHE.4.13 (Wave 8) /
FHIR R4 MedicationStatement.reasonCode, Procedure.reasonCode.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode, class_of
from transformations.cda.template_ids import expand
from transformations.mapping import (
    Back,
    Const,
    Context,
    IgnoreCda,
    Pair,
    Row,
    Table,
)
from transformations.mapping.cda_path import parse_cda_path
from transformations.mapping.ledger import Key
from transformations.sections.codes import CLINICAL_FINDING, DISORDER_SYSTEMS
from transformations.sections.concepts import OpenConcept, write_code
from transformations.sections.statements import words_of_act

REASON = OpenConcept("CE", DISORDER_SYSTEMS)


def reasons_to_cda(resource: Any, act: CdaNode, cx: Context) -> bool:
    """Write one reason observation for each coded reason."""
    reasons = resource.get("reasonCode") or []
    passed = False
    for index in range(len(reasons)):
        if write_reason(reasons, index, act, cx, purpose=f"reason {index}"):
            passed = True
    return passed


def write_reason(
    holder: Any, key: Key, act: CdaNode, cx: Context, *, purpose: str
) -> bool:
    """Write one reason from a CodeableConcept; ``purpose`` tells its id apart."""
    link = act.add("entryRelationship", typeCode="RSON", inversionInd="false")
    node = link.add("observation", classCode="OBS", moodCode="EVN")
    value = node.add("value")
    value.set_type("CE")
    if not REASON.to_cda(holder, key, value, cx):
        act.children.remove(link)
        return False
    anchor = cx.narrative.say("Reason", REASON.phrase(value))
    REASON.link(value, anchor)
    node.add("templateId", root=expand("EH.3.41"))
    node.add("templateId", root=expand("IHE.4.13"))
    node.add("id", root=cx.new_id(purpose))
    write_code(node.add("code"), CLINICAL_FINDING)
    node.add("text").add("reference", value=f"#{anchor}")
    node.add("statusCode", code="completed")
    node.add("effectiveTime", nullFlavor="UNK")
    return True


def reasons_to_fhir(act: CdaNode, resource: Any, cx: Context) -> bool:
    """Read the value of each reason observation."""
    reasons = []
    for chain in _REASON_OF_CDA.find_chains(act):
        found: dict[str, Any] = {}
        if _READ_REASON.read(chain[-1], found, cx):
            cx.book_chain(chain, _REASON_OF_CDA.steps)
            reasons += found["reasonCode"]
    if reasons:
        resource["reasonCode"] = reasons
    return bool(reasons)


def words_to_fhir(observation: CdaNode, resource: Any, cx: Context) -> bool:
    """Read the words an observation points at, unless its value has words already."""
    reasons = resource.get("reasonCode", [{}])
    has_words = "text" in reasons[0] or any(
        "display" in coding for coding in reasons[0].get("coding", ())
    )
    if has_words:
        for text in observation.elements("text"):
            cx.settle(text, ".")
        return False
    words = words_of_act(observation, cx)
    if not words:
        return False
    resource["reasonCode"] = [{**reasons[0], "text": words}]
    return True


_REASON_OF_CDA = parse_cda_path(
    "entryRelationship[typeCode=RSON]/observation{classCode=OBS,moodCode=EVN}",
    class_of("SubstanceAdministration"),
)
_READ_REASON = Table(
    "reason",
    "Procedure",
    "Observation",
    Row("reasonCode[]", "value", REASON),
    Back("words of a reason that has none", words_to_fhir),
    Const("statusCode", code="completed"),
    IgnoreCda("id", "a reason of FHIR has no identifier"),
    IgnoreCda("code", "what kind of statement a reason is"),
    IgnoreCda("effectiveTime", "since when there was a reason has no place in FHIR"),
)
REASONS = Pair("reasonCode <-> reason observation", reasons_to_cda, reasons_to_fhir)
