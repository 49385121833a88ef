"""What the patient and who dispenses are told, as acts that point at the words.

Spec: eHDSI Patient Medication Instructions EH.3.12, Medication FulFillment Instructions
EH.3.13 (Wave 8) / FHIR R4 Dosage, MedicationRequest.note.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.cda.template_ids import expand
from transformations.hl7v3.oids import IHE_ACT_CODE
from transformations.mapping import CodeMeaning, Context
from transformations.medication.dosage_words import instruct
from transformations.medication.extensions import RENDERED_DOSAGE, extension_of
from transformations.sections.concepts import write_code
from transformations.sections.words import say_annotation

FULFILMENT = CodeMeaning("FINSTRUCT", "Fulfilment instruction", IHE_ACT_CODE)


def notes_to_cda(request: Any, act: CdaNode, cx: Context) -> bool:
    """Write each note as an instruction to who dispenses."""
    notes = request.get("note") or []
    for index in range(len(notes)):
        words = say_annotation(notes, index, cx)
        if words:
            _fulfil(act, cx.narrative.say("Note to who dispenses", words))
    return bool(notes)


def _fulfil(act: CdaNode, anchor: str) -> None:
    link = act.add("entryRelationship", typeCode="SUBJ", inversionInd="true")
    node = link.add("act", classCode="ACT", moodCode="INT")
    node.add("templateId", root=expand("EH.3.13"))
    node.add("templateId", root=expand("CCD.1.43"))
    write_code(node.add("code"), FULFILMENT)
    node.add("text").add("reference", value=f"#{anchor}")
    node.add("statusCode", code="completed")


def rendered_dosage_to_cda(request: Any, act: CdaNode, cx: Context) -> bool:
    """Write the whole dosage in words, where the source gives it as one text."""
    extension = extension_of(request, RENDERED_DOSAGE)
    words = None if extension is None else extension.get("valueMarkdown")
    if not isinstance(words, str) or not words.strip():
        return False
    cx.settle(extension, "url")
    cx.tell(extension, "valueMarkdown")
    instruct(act, cx.narrative.say("Dosage", words.strip()))
    return True
