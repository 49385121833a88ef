"""What the patient and who dispenses are told, as acts that point at the words.

Spec: eHDSI Patient Medication Instructions EH.3.12, Medication FulFillment Instructions
EH.3.13 (Wave 8) / FHIR R4 Dosage, MedicationRequest.note.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.cda.template_ids import expand
from transformations.mapping import Context
from transformations.medication.codes import FULFILMENT
from transformations.medication.dosage_sentences import sentence_of
from transformations.medication.dosage_words import instruct
from transformations.medication.extensions import RENDERED_DOSAGE, extension_of
from transformations.sections.concepts import write_code
from transformations.sections.words import say_annotation


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


def dosage_in_words_to_cda(request: Any, act: CdaNode, cx: Context) -> bool:
    """Write the dosage in words: as the source renders it, else each as one line.

    A dosage that has words of its own is told by them.
    """
    if _write_rendered(request, act, cx):
        return True
    for dosage in request.get("dosageInstruction") or ():
        if not any(isinstance(dosage.get(name), str) for name in _WORDS):
            words = sentence_of(dosage, cx.translate)
            if words:
                instruct(act, cx.narrative.say("Dosage", words))
    return False


_WORDS = ("text", "patientInstruction")


def _write_rendered(request: Any, act: CdaNode, cx: Context) -> bool:
    extension = extension_of(request, RENDERED_DOSAGE)
    words = None if extension is None else extension.get("valueMarkdown")
    if not isinstance(words, str) or not words.strip():
        return False
    cx.derive(extension, "url")
    cx.tell(extension, "valueMarkdown")
    instruct(act, cx.narrative.say("Dosage", words.strip()))
    return True
