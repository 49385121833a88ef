"""Allergies and intolerances: AllergyIntolerance and the allergy concern of CDA.

Spec: eHDSI Allergies EH.2.12, concern EH.3.16, observation EH.3.17, reaction EH.3.44
(Wave 8) / FHIR R4 AllergyIntolerance / IPS 2.0.1, EPS 1.0.0 allergyIntolerance.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode, class_of
from transformations.cda.template_ids import expand
from transformations.hl7v3.oids import SNOMED_CT
from transformations.mapping import (
    TS,
    Alt,
    Back,
    Const,
    Context,
    Each,
    EachExt,
    EntryId,
    Forth,
    Group,
    Ignore,
    IgnoreCda,
    Link,
    Pair,
    Row,
    Section,
    Severity,
    StatusCodec,
    Subject,
    Table,
)
from transformations.mapping.absence import data_absent
from transformations.mapping.cda_path import parse_cda_path
from transformations.mapping.codecs.coded import read_names
from transformations.patient_summary.absent import (
    absence_entry,
    write_absent_concern,
)
from transformations.patient_summary.codes import (
    ADVERSE_EVENT_TYPES,
    ALLERGEN_SYSTEMS,
    ALLERGIC_DISPOSITION,
    ALLERGY_CERTAINTIES,
    ALLERGY_STATUSES,
    CERTAINTY_OBSERVATION,
    CRITICALITIES,
    CRITICALITY_OBSERVATION,
    FINDING_REPORTED,
    PROPENSITY,
    REACTION_GRADES,
    REACTION_SEVERITIES,
    REACTION_SYSTEMS,
    SEVERITY_OBSERVATION,
    STATUS_OBSERVATION,
    type_of_reaction,
)
from transformations.sections.absent_reading import read_absence_at
from transformations.sections.codes import ALLERGY_CLINICAL, ALLERGY_VERIFICATION
from transformations.sections.concepts import (
    Concept,
    OpenConcept,
    fhir_codes,
    write_code,
)
from transformations.sections.statements import (
    CONCERN_HAS_NO_ID,
    CONCERN_TIME,
    FRAME_TEXT,
    NOTES,
    ONE_MOMENT,
    RECORDER,
    REFERS_TO,
    SUBJECT_OF,
    add_statement,
    concern,
    fixed_code,
    read_concern_status,
    read_negation,
    statement,
    statement_frame,
)
from transformations.sections.withheld import ENTERED_IN_ERROR, Verdict, withheld
from transformations.sections.words import Told
from transformations.terminology import Absence, SectionCode

_ENTRY_OBSERVATION = "entry/act/entryRelationship[typeCode=SUBJ]/observation"
ABATEMENT = "http://hl7.org/fhir/StructureDefinition/allergyintolerance-abatement"
AGENT = OpenConcept("CE", ALLERGEN_SYSTEMS)
MANIFESTATION = OpenConcept("CD", REACTION_SYSTEMS)


def judge_allergy(allergy: Any, _cx: Context) -> Verdict | None:
    """Withhold what was entered in error."""
    codes = fhir_codes(allergy.get("verificationStatus"), ALLERGY_VERIFICATION)
    return ENTERED_IN_ERROR if "entered-in-error" in codes else None


def _is_over(allergy: Any) -> bool | None:
    codes = fhir_codes(allergy.get("clinicalStatus"), ALLERGY_CLINICAL)
    return codes[0] != "active" if codes else None


def concern_status_to_cda(allergy: Any, act: CdaNode, _cx: Context) -> bool:
    """Write whether the concern is active or completed, as its allergy is."""
    is_over = _is_over(allergy)
    if is_over is not None:
        act.add("statusCode", code="completed" if is_over else "active")
    return False


def concern_status_to_fhir(act: CdaNode, allergy: Any, cx: Context) -> bool:
    """Read the concern's status where the allergy has none of its own."""
    return read_concern_status(act, allergy, ALLERGY_CLINICAL, cx)


def type_to_cda(allergy: Any, observation: CdaNode, cx: Context) -> bool:
    """Write what kind of reaction it is; without a type, a propensity says least."""
    kind = ADVERSE_EVENT_TYPES.get(allergy.get("type"))
    if kind is None:
        cx.lose(allergy, "type", "the value set of this element has no such code")
    else:
        cx.take(allergy, "type")
        cx.narrative.say_ours("Kind", kind.display)
    write_code(observation.add("code"), kind or PROPENSITY)
    return kind is not None


def type_to_fhir(observation: CdaNode, allergy: Any, cx: Context) -> bool:
    """Read the kind of reaction as type and category; older codes say both."""
    code = observation.first("code")
    known = None if code is None else type_of_reaction(code.attributes)
    if code is None or known is None:
        return False
    if not known:
        # That it is a reaction, every allergy says.
        cx.settle(code, ".")
        return False
    read_names(code, cx)
    allergy.update(known)
    return True


def reaction_to_cda(reaction: Any, observation: CdaNode, cx: Context) -> bool:
    """Write one manifestation observation for each manifestation of a reaction.

    Onset and severity belong to the reaction, so each of them carries both.
    """
    manifestations = reaction.get("manifestation") or []
    for index in range(len(manifestations)):
        node = _manifestation(observation)
        value = node.add("value")
        value.set_type("CD")
        if MANIFESTATION.to_cda(manifestations, index, value, cx):
            anchor = cx.narrative.say("Reaction", MANIFESTATION.phrase(value))
            MANIFESTATION.link(value, anchor)
        else:
            value.attributes["nullFlavor"] = "UNK"
        _finish_reaction(reaction, node, cx)
    if not manifestations:
        _finish_reaction(reaction, _manifestation(observation), cx)
    return True


def _manifestation(observation: CdaNode) -> CdaNode:
    link = observation.add("entryRelationship", typeCode="MFST", inversionInd="false")
    node = link.add("observation", classCode="OBS", moodCode="EVN")
    node.add("templateId", root=expand("EH.3.44"))
    write_code(node.add("code"), FINDING_REPORTED)
    node.add("statusCode", code="completed")
    return node


def _finish_reaction(reaction: Any, node: CdaNode, cx: Context) -> None:
    anchor = cx.narrative.anchor
    node.add("text").add("reference", value=f"#{anchor}")
    low = node.add("effectiveTime").add("low")
    if TS.to_cda(reaction, "onset", low, cx):
        cx.narrative.say("Reaction since", TS.phrase(low))
    else:
        low.attributes["nullFlavor"] = "UNK"
    severity = REACTION_SEVERITIES.get(reaction.get("severity"))
    if severity is None:
        cx.lose(reaction, "severity", "the value set has no such severity")
        return
    cx.take(reaction, "severity")
    anchor = cx.narrative.say_ours("Severity", severity.display)
    add_statement(node, "SUBJ", ("EH.3.8",), SEVERITY_OBSERVATION, severity, anchor)


def reactions_to_fhir(observation: CdaNode, allergy: Any, cx: Context) -> bool:
    """Read each manifestation as a reaction of its own."""
    reactions = []
    for chain in MANIFESTATIONS.find_chains(observation):
        reaction: dict[str, Any] = {}
        if REACTION_OF_CDA.read(chain[-1], reaction, cx):
            cx.book_chain(chain, MANIFESTATIONS.steps)
            # FHIR demands a manifestation of every reaction.
            reaction.setdefault("manifestation", [data_absent("unknown")])
            reactions.append(reaction)
    _read_severity_of_all(observation, allergy, reactions, cx)
    if reactions:
        allergy["reaction"] = reactions
    return bool(reactions)


def severity_to_fhir(observation: CdaNode, reaction: Any, cx: Context) -> bool:
    """Read the severity; a grade between two is told as the worse, and in words."""
    for chain in SEVERITIES.find_chains(observation):
        attributes = chain[-1].attributes
        grade = REACTION_GRADES.get(attributes.get("code", ""))
        if grade is None or attributes.get("codeSystem") != SNOMED_CT:
            continue
        cx.book_chain(chain, SEVERITIES.steps)
        SEVERITY_FRAME.read(chain[-2], reaction, cx)
        read_names(chain[-1], cx)
        reaction["severity"], words = grade
        if words:
            reaction["note"] = [{"text": words}]
        return True
    return False


def _read_severity_of_all(
    observation: CdaNode, allergy: Any, reactions: list[dict[str, Any]], cx: Context
) -> None:
    """Read a severity of the allergy itself: of each reaction without its own."""
    found: dict[str, Any] = {}
    if not severity_to_fhir(observation, found, cx):
        return
    note = found.pop("note", [])
    for reaction in reactions:
        if "severity" not in reaction:
            reaction.update(found)
    if not reactions:
        note = note or [{"text": f"Severity: {found['severity']}"}]
    if note:
        allergy.setdefault("note", []).extend(note)


def negation_to_fhir(observation: CdaNode, allergy: Any, cx: Context) -> bool:
    """Read a negated allergy as a refuted one."""
    return read_negation(observation, allergy, ALLERGY_VERIFICATION, cx)


def agent_to_fhir(observation: CdaNode, allergy: Any, cx: Context) -> bool:
    """Read the agent's name, or an agent that an older document has as the value."""
    passed = False
    for node in AGENT_NAME.find_all(observation):
        name = (cx.text(node) or "").strip()
        if name and "text" not in allergy.get("code", {}):
            allergy.setdefault("code", {})["text"] = name
            passed = True
    if "code" not in allergy:
        value = observation.first("value")
        if value is not None and AGENT.to_fhir(value, allergy, "code", cx):
            passed = True
        else:
            allergy["code"] = data_absent("unknown")
            sentence = "the allergy names no substance that could be read"
            cx.find(Severity.WARNING, "allergy-without-agent", sentence)
    return passed


def moment_to_fhir(interval: CdaNode, allergy: Any, cx: Context) -> bool:
    """Read a time that is one moment as the onset: it does not say that it ended."""
    if "onsetDateTime" in allergy:
        return False
    return TS.to_fhir(interval, allergy, "onsetDateTime", cx)


def end_to_fhir(interval: CdaNode, allergy: Any, cx: Context) -> bool:
    """Read the end; that it is not known since when, the status says."""
    passed = False
    for end in interval.elements("high"):
        extension: dict[str, Any] = {"url": ABATEMENT}
        if TS.to_fhir(end, extension, "valueDateTime", cx):
            allergy.setdefault("extension", []).append(extension)
            passed = True
    return passed


def end_without_date_to_cda(allergy: Any, interval: CdaNode, _cx: Context) -> bool:
    """Write an unknown end where an allergy is over and nobody says since when."""
    if _is_over(allergy) and interval.first("high") is None and interval.children:
        interval.add("high", nullFlavor="UNK")
    return False


def agent_to_cda(allergy: Any, observation: CdaNode, cx: Context) -> bool:
    """Report an allergy that names no agent: a reader cannot act on it."""
    if observation.first("participant") is None:
        sentence = "the allergy names no substance that could be written"
        cx.find(Severity.WARNING, "allergy-without-agent", sentence)
    del allergy
    return False


def write_absent_allergy(section: CdaNode, absence: Absence, cx: Context) -> None:
    """Write the entry that says that there are no allergies, or none known of."""
    write_absent_concern(
        section, absence, cx, ("EH.3.16",), "EH.3.17", ALLERGIC_DISPOSITION
    )


TIMES = Group(
    "effectiveTime",
    Alt(
        Row("onsetDateTime", "low", TS, say="Since"),
        Row("onsetPeriod.start", "low", TS, say="Since"),
    ),
    Forth(EachExt(ABATEMENT, ".", Row("valueDateTime", "high", TS, say="Until"))),
    Back("end -> abatement", end_to_fhir),
    Pair("over, but since when is unknown", end_without_date_to_cda),
    ONE_MOMENT,
    Back("one moment -> onset", moment_to_fhir),
)

_OBSERVATION = class_of("Observation")
AGENT_NAME = parse_cda_path(
    "participant/participantRole/playingEntity/name", _OBSERVATION
)
MANIFESTATIONS = parse_cda_path(
    "entryRelationship[typeCode=MFST]/observation{classCode=OBS,moodCode=EVN}",
    _OBSERVATION,
)
SEVERITIES = parse_cda_path("entryRelationship/observation<EH.3.8>/value", _OBSERVATION)
SEVERITY_FRAME = statement_frame(SEVERITY_OBSERVATION)
REACTION_OF_CDA = Table(
    "reaction",
    "AllergyIntoleranceReaction",
    "Observation",
    fixed_code(FINDING_REPORTED),
    Link(),
    Const("statusCode", code="completed"),
    Row("manifestation[]", "value", MANIFESTATION),
    Row("onset", "effectiveTime/low", TS, absent="UNK"),
    IgnoreCda("effectiveTime/high", "a reaction of FHIR has an onset only"),
    Back("severity", severity_to_fhir),
    IgnoreCda("id", "a reaction of FHIR has no identifier"),
    IgnoreCda("code", "what kind of statement a reaction is"),
)

REACTION = Each(
    "reaction[]",
    ".",
    Pair("manifestation, onset, severity <-> reaction", reaction_to_cda),
    Told("description", "Reaction described as"),
    Told("substance", "Reaction to"),
    Told("exposureRoute", "Exposure by"),
    Told("note[]", "Note on the reaction"),
)

ALLERGY = Group(
    "entryRelationship{typeCode=SUBJ,inversionInd=false}"
    "/observation{classCode=OBS,moodCode=EVN}<EH.3.17>",
    Row(
        "code",
        "participant{typeCode=CSM}/participantRole{classCode=MANU}"
        "/playingEntity{classCode=MMAT}/code",
        AGENT,
        say="Allergy or intolerance to",
    ),
    Pair("an allergy to what?", agent_to_cda, agent_to_fhir),
    EntryId(),
    Pair("type <-> kind of reaction", type_to_cda, type_to_fhir),
    Told("category[]", "Category"),
    Link(),
    Const("statusCode", code="completed"),
    TIMES,
    REACTION,
    Back("manifestations -> reactions", reactions_to_fhir),
    statement(
        "criticality",
        SUBJECT_OF,
        "EH.3.33",
        CRITICALITY_OBSERVATION,
        StatusCodec(CRITICALITIES),
        say="Criticality",
    ),
    statement(
        "verificationStatus",
        SUBJECT_OF,
        "EH.3.35",
        CERTAINTY_OBSERVATION,
        Concept(ALLERGY_CERTAINTIES, "Certainty", Severity.CRITICAL),
        say="Certainty",
    ),
    statement(
        "clinicalStatus",
        REFERS_TO,
        "EH.3.34",
        STATUS_OBSERVATION,
        Concept(ALLERGY_STATUSES, "Status"),
        say="Status",
    ),
    NOTES,
    Back("negationInd -> refuted", negation_to_fhir),
    Told("onsetAge", "Since the age of"),
    Told("onsetRange", "Since the age of"),
    Told("onsetString", "Since"),
    Told("onsetPeriod.end", "Since, at the latest"),
    Told("lastOccurrence", "Last reaction"),
)

NOT_CARRIED = (
    Ignore("encounter", "a summary does not name the encounter"),
    Ignore("recorder", "who recorded an allergy has no place in a summary"),
    Ignore("asserter", "who asserted an allergy has no place in a summary"),
)

ALLERGY_INTOLERANCE = (
    Subject("patient"),
    Alt(
        withheld(judge_allergy),
        absence_entry(SectionCode.ALLERGIES, "code", write_absent_allergy),
        Group(
            "entry/act{classCode=ACT,moodCode=EVN}<EH.3.16>",
            *concern(
                Pair("clinicalStatus -> status of the concern", concern_status_to_cda)
            ),
            ALLERGY,
            Forth(Row("recordedDate", "effectiveTime/low", TS, say="Recorded")),
            RECORDER,
            FRAME_TEXT,
            Back("status of the concern -> clinicalStatus", concern_status_to_fhir),
            IgnoreCda("id", CONCERN_HAS_NO_ID),
            IgnoreCda("effectiveTime", CONCERN_TIME),
            *NOT_CARRIED,
        ),
    ),
)

ALLERGIES = Section(
    code=SectionCode.ALLERGIES,
    display="Allergies and adverse reactions Document",
    title="Allergies and intolerances",
    prefix="alg",
    template_ids=("EH.2.12",),
    entries={"AllergyIntolerance": ALLERGY_INTOLERANCE},
    write_absent=write_absent_allergy,
    read_absent=read_absence_at(
        SectionCode.ALLERGIES,
        f"{_ENTRY_OBSERVATION}/value",
        f"{_ENTRY_OBSERVATION}/participant/participantRole/playingEntity/code",
    ),
    apart=f"{_ENTRY_OBSERVATION}<EH.3.17>",
    is_read=True,
)
