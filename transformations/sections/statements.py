"""Patterns that several sections share, each a small builder of terms.

Spec: eHDSI templates EH.3.8 (severity), EH.3.9, EH.3.10, EH.3.33, EH.3.34, EH.3.35,
EH.3.49 (statements about a problem or an allergy), EH.3.11 (comment).
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.cda.template_ids import expand
from transformations.header.people_reading import read_author, read_party
from transformations.mapping import (
    TS,
    Back,
    CodeMeaning,
    Const,
    Context,
    Each,
    Group,
    IgnoreCda,
    Link,
    Pair,
    Row,
    Table,
)
from transformations.mapping.absence import data_absent
from transformations.mapping.codec import Codec
from transformations.mapping.place import Term
from transformations.mapping.steps_fixed import add_words
from transformations.sections.codes import BODY_SITE_SYSTEMS, COMMENT, CONCERN
from transformations.sections.concepts import OpenConcept, write_code
from transformations.sections.words import say_annotation

_OBSERVATION = "observation{classCode=OBS,moodCode=EVN}"
SUBJECT_OF = "entryRelationship{typeCode=SUBJ,inversionInd=true}"
REFERS_TO = "entryRelationship{typeCode=REFR,inversionInd=false}"

BODY_SITE = OpenConcept("CD", BODY_SITE_SYSTEMS)


def fixed_code(code: CodeMeaning) -> Const:
    """Write the code that a template fixes."""
    return Const(
        "code", code=code.code, codeSystem=code.system, displayName=code.display
    )


def statement(
    fhir: str,
    relationship: str,
    template_ids: str,
    code: CodeMeaning,
    codec: Codec,
    *,
    say: str,
    value: str = "CE",
) -> Group:
    """Make a nested observation that says one thing about its parent.

    Parameters
    ----------
    fhir
        The element that says it in FHIR.
    relationship
        Path of the entryRelationship.
    template_ids
        Short template ids, separated by commas.
    code, codec, value
        The observation's fixed code, and how its value is written and typed.
    say
        Label in the narrative.
    """
    return Group(
        f"{relationship}/{_OBSERVATION}<{template_ids}>",
        fixed_code(code),
        Link(),
        Const("statusCode", code="completed"),
        Row(fhir, f"value{{xsi:type={value}}}", codec, say=say),
    )


def _note_to_cda(note: Any, act: CdaNode, cx: Context) -> bool:
    words = say_annotation({"note": note}, "note", cx)
    if not words:
        return False
    anchor = cx.narrative.say("Note", words)
    act.add("text").add("reference", value=f"#{anchor}")
    return True


def words_of_act(act: CdaNode, cx: Context) -> str:
    """Read the words of an act: its own, or those of the narrative it points at."""
    words = ""
    for text in act.elements("text"):
        words = (cx.text(text) or "").strip()
        for pointer in text.elements("reference"):
            words = words or cx.words_at(pointer.attributes.get("value", ""))
            cx.derive(pointer, "@value")
    return words


def _note_to_fhir(act: CdaNode, note: Any, cx: Context) -> bool:
    words = words_of_act(act, cx)
    if words:
        note["text"] = words
    return bool(words)


def text_to_fhir(act: CdaNode, resource: Any, cx: Context) -> bool:
    """Book a frame's pointer into the narrative; words of its own become the text."""
    for text in act.elements("text"):
        for pointer in text.elements("reference"):
            cx.settle(pointer, "@value")
        words = cx.text(text)
        if words is not None:
            add_words(resource, words)
    return False


FRAME_TEXT = Back("text of the frame", text_to_fhir)


def recorder_to_fhir(act: CdaNode, resource: Any, cx: Context) -> bool:
    """Read who wrote an entry and when: the last author, the earliest time."""
    times: dict[Any, Any] = {}
    for author in act.elements("author"):
        reference = read_author(author, cx)
        if reference:
            resource["recorder"] = {"reference": reference}
        for number, time in enumerate(author.elements("time"), len(times)):
            TS.to_fhir(time, times, number, cx)
    if times:
        resource["recordedDate"] = min(times.values())
    return bool(times) or "recorder" in resource


def recorder_only_to_fhir(act: CdaNode, resource: Any, cx: Context) -> bool:
    """Read who wrote an entry, for a resource that has no element for when."""
    for author in act.elements("author"):
        reference = read_author(author, cx)
        if reference:
            resource["recorder"] = {"reference": reference}
        for time in author.elements("time"):
            cx.lose(time, ".", "when it was recorded has no place in this resource")
    return "recorder" in resource


def performers_to_fhir(act: CdaNode, resource: Any, cx: Context) -> bool:
    """Read who did it."""
    performers = []
    for performer in act.elements("performer"):
        reference = read_party(performer, cx)
        if reference:
            performers.append({"actor": {"reference": reference}})
        for time in performer.elements("time"):
            cx.lose(time, ".", "when somebody took part has no place in FHIR")
    if performers:
        resource["performer"] = performers
    return bool(performers)


RECORDER_ONLY = Back("author -> recorder", recorder_only_to_fhir)
PERFORMERS = Back("performer -> performer", performers_to_fhir)
RECORDER = Back("author -> recorder and recordedDate", recorder_to_fhir)
CONCERN_TIME = "when a concern was tracked, which is not when it was recorded"


def notes(type_code: str, template_ids: str) -> Term:
    """Make the term that writes notes as comments of the entry."""
    inverted = "true" if type_code == "SUBJ" else "false"
    return Each(
        "note[]",
        f"entryRelationship{{typeCode={type_code},inversionInd={inverted}}}"
        f"/act{{classCode=ACT,moodCode=EVN}}<{template_ids}>",
        fixed_code(COMMENT),
        Const("statusCode", code="completed"),
        Pair("note <-> comment", _note_to_cda, _note_to_fhir),
        IgnoreCda("id", "a note of FHIR has no identifier"),
    )


NOTES = notes("SUBJ", "EH.3.11,CCD.1.40")


def add_statement(
    parent: CdaNode,
    relationship: str,
    template_ids: tuple[str, ...],
    code: CodeMeaning,
    value: CodeMeaning,
    anchor: str,
) -> None:
    """Write a nested observation by hand, where a row cannot say what decides it."""
    inversion = "true" if relationship == "SUBJ" else "false"
    link = parent.add(
        "entryRelationship", typeCode=relationship, inversionInd=inversion
    )
    node = link.add("observation", classCode="OBS", moodCode="EVN")
    for template_id in template_ids:
        node.add("templateId", root=expand(template_id))
    write_code(node.add("code"), code)
    node.add("text").add("reference", value=f"#{anchor}")
    node.add("statusCode", code="completed")
    written = node.add("value")
    written.set_type("CD" if code.code == "SEV" else "CE")
    write_code(written, value)


CONCERN_HAS_NO_ID = "FHIR has the statement only, not the concern that tracks it"


def _concern_id(_fhir: Any, act: CdaNode, cx: Context) -> bool:
    act.add("id", root=cx.new_id("concern"))
    return False


def concern(status: Pair) -> tuple[Term, ...]:
    """Make the frame of a concern: the act that tracks a problem or an allergy."""
    return (
        Pair("id of the concern", _concern_id),
        fixed_code(CONCERN),
        status,
    )


def statement_frame(code: CodeMeaning) -> Table:
    """Make the table that reads what a nested observation fixes; it is no fact."""
    return Table(
        "statement",
        "Condition",
        "Observation",
        fixed_code(code),
        Link(),
        Const("statusCode", code="completed"),
        IgnoreCda("id", "a statement of FHIR is an element, without identifier"),
        IgnoreCda("effectiveTime", "since when it is so has no place in FHIR"),
    )


def read_concern_status(act: CdaNode, resource: Any, system: str, cx: Context) -> bool:
    """Read the status of a concern where its observation has none.

    A completed concern is no longer tracked; that it is cured it does not say. FHIR
    demands a status, so an unknown one is told as such.
    """
    status = act.first("statusCode")
    code = "" if status is None else status.attributes.get("code", "")
    clinical = _CLINICAL_OF_CONCERN.get(code)
    if "clinicalStatus" in resource:
        if status is not None and clinical is not None:
            cx.settle(status, "@code")
        return False
    if clinical is None or status is None:
        resource["clinicalStatus"] = data_absent("unknown")
        return False
    cx.derive(status, "@code")
    resource["clinicalStatus"] = {"coding": [{"system": system, "code": clinical}]}
    return True


def read_negation(
    observation: CdaNode, resource: Any, system: str, cx: Context
) -> bool:
    """Read what is negated as refuted, whatever else is said of its certainty."""
    if observation.attributes.get("negationInd") not in {"true", "1"}:
        return False
    cx.derive(observation, "@negationInd")
    resource["verificationStatus"] = {"coding": [{"system": system, "code": "refuted"}]}
    return True


_CLINICAL_OF_CONCERN = {
    "active": "active",
    "completed": "inactive",
    "aborted": "inactive",
    "suspended": "inactive",
}


def one_moment(_fhir: Any, interval: CdaNode, _cx: Context) -> bool:
    """Write an interval that begins and ends on one date as that date.

    The rules refuse equal bounds.
    """
    low, high = interval.first("low"), interval.first("high")
    if low is None or high is None:
        return False
    value = low.attributes.get("value")
    if value is not None and value == high.attributes.get("value"):
        interval.clear()
        interval.attributes["value"] = value
    return False


ONE_MOMENT = Pair("one date is no interval", one_moment)
