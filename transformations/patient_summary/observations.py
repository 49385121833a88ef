"""Observations of any kind, in the form of a result: an organizer with its components.

This is also how an Observation is written that the template of its section does not
foresee (a body weight among the vital signs): the official rules leave sections open,
and a coded fact under its own code is better than words.

Spec: eHDSI Result Organizer EH.3.42, Result Observation EH.3.43 (Wave 8) /
FHIR R4 Observation, DiagnosticReport / IPS 2.0.1, EPS 1.0.0 results.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from transformations.cda.structure import CdaNode
from transformations.cda.template_ids import expand
from transformations.mapping import (
    IDENTIFIER,
    Alt,
    Const,
    Context,
    Each,
    EntryId,
    Follow,
    Forth,
    Group,
    Ignore,
    Link,
    Pair,
    Row,
    Severity,
    Subject,
    Table,
)
from transformations.mapping.place import Term
from transformations.patient_summary.observations_reading import OBSERVATION_READ
from transformations.patient_summary.observed_values import (
    RANGES,
    has_value,
    time_to_cda,
    value_to_cda,
)
from transformations.sections.concepts import CODE_OF_ANY_SYSTEM
from transformations.sections.statements import BODY_SITE, notes
from transformations.sections.withheld import ENTERED_IN_ERROR, Verdict, Withheld
from transformations.sections.words import Told, say_element
from transformations.terminology import oid_of

_FINAL = frozenset({"final", "amended", "corrected"})
_SAID_IN_WORDS = {"amended": "Amended", "corrected": "Corrected"}
_OBSERVATION = "observation{classCode=OBS,moodCode=EVN}"
_ORGANIZER = "organizer{classCode=CLUSTER,moodCode=EVN}"


def is_coded(holder: Any) -> bool:
    """Whether the code can be written: CDA demands one of a system it can name."""
    concept = holder.get("code")
    codings = concept.get("coding") if isinstance(concept, dict) else None
    return any(
        isinstance(coding.get("code"), str)
        and isinstance(coding.get("system"), str)
        and oid_of(coding["system"]) is not None
        and len(coding["code"].split()) == 1
        for coding in codings or ()
    )


def judge_observation(observation: Any, cx: Context) -> Verdict | None:
    """Withhold what is not final, not the patient's, or has no code.

    ``statusCode`` is fixed to completed: a preliminary result, one that was cancelled
    and one of unknown status would be read as final. ``focus`` names whom it is really
    about (a foetus, a donor): a blood group written without it would be the patient's.
    """
    status = observation.get("status")
    if status == "entered-in-error":
        return ENTERED_IN_ERROR
    if status not in _FINAL:
        cx.tell(observation, "status")
        return Verdict(
            "observation-not-final",
            "the observation is not final; an entry of CDA would say that it is",
            Severity.WARNING,
            "Not final",
            f"{status or 'status unknown'}",
        )
    if observation.get("focus"):
        return Verdict(
            "observation-of-another",
            "the observation is about another than the patient",
            Severity.WARNING,
            "About another than the patient",
        )
    if not is_coded(observation):
        return Verdict(
            "observation-without-code",
            "the observation has no code that CDA could write",
            Severity.WARNING,
            "Without a code",
        )
    return None


def status_in_words(observation: Any, _node: CdaNode, cx: Context) -> bool:
    """Say that a final observation was changed since; its code is fixed."""
    words = _SAID_IN_WORDS.get(cx.derive(observation, "status"))
    if words is not None:
        cx.narrative.say_ours("Status", words)
    return False


def interpretation_to_cda(holder: Any, node: CdaNode, cx: Context) -> bool:
    """Write the first interpretation as a code and say all of them."""
    items = holder.get("interpretation") or []
    for index in range(len(items)):
        code = CdaNode(node.kind.child("interpretationCode"))
        if not CODE_OF_ANY_SYSTEM.to_cda(items, index, code, cx):
            continue
        cx.narrative.say("Interpretation", CODE_OF_ANY_SYSTEM.phrase(code))
        if node.first("interpretationCode") is None:
            node.graft(code)
    return False


def organizer_code_to_cda(_resource: Any, organizer: CdaNode, _cx: Context) -> bool:
    """Repeat the code of the first component as that of the organizer.

    The template wants one; the row of the component books it.
    """
    first = next(_parts(organizer), None)
    code = None if first is None else first.first("code")
    if organizer.first("code") is None and code is not None:
        names = ("code", "codeSystem", "codeSystemName", "displayName")
        found = {n: code.attributes[n] for n in names if n in code.attributes}
        organizer.add("code", **found)
    return False


def _parts(organizer: CdaNode) -> Iterator[CdaNode]:
    for component in organizer.elements("component"):
        yield from component.elements("observation")


def own_value_to_cda(observation: Any, organizer: CdaNode, cx: Context) -> bool:
    """Write the Observation's own value as a component.

    A panel that has parts and no value of its own is only the organizer.
    """
    has_parts = observation.get("component") or observation.get("hasMember")
    if has_parts and not has_value(observation) and organizer.first("code") is None:
        return _PANEL.write(observation, organizer, cx)
    return _OWN.write(observation, organizer, cx)


def components_to_cda(observation: Any, organizer: CdaNode, cx: Context) -> bool:
    """Write the parts of an Observation, each with its own code and value."""
    passed = False
    for index, part in enumerate(observation.get("component") or []):
        if not is_coded(part):
            cx.narrative.say_ours("", "A part without a code")
            _PART_IN_WORDS.write(part, organizer, cx)
            continue
        node = organizer.add("component").add(
            "observation", classCode="OBS", moodCode="EVN"
        )
        for template_id in ("EH.3.43", "IHE.4.13"):
            node.add("templateId", root=expand(template_id))
        node.add("id", root=cx.new_id(f"component {index}"))
        passed |= _PART.write(part, node, cx)
    return passed


def times_to_cda(observation: Any, organizer: CdaNode, cx: Context) -> bool:
    """Write when it was observed, at every part that has no time yet."""
    bare = [p for p in _parts(organizer) if p.first("effectiveTime") is None]
    if not bare:
        if organizer.first("effectiveTime") is None:
            time_to_cda(observation, organizer, cx)
        return False
    time_to_cda(observation, bare[0], cx)
    written = bare[0].first("effectiveTime")
    for part in bare[1:]:
        if written is not None:
            copy = part.add("effectiveTime", **written.attributes)
            for bound in written.elements():
                name = bound.tag.rpartition("}")[2]
                copy.add(name, **bound.attributes)
    return False


def members_to_cda(panel: Any, organizer: CdaNode, cx: Context) -> bool:
    """Write the members of a panel as its components, each once in the document."""
    passed = False
    for name in ("hasMember", "result"):
        for reference in panel.get(name) or []:
            if isinstance(reference, dict):
                passed |= _write_member(reference, organizer, cx)
    return passed


def _write_member(reference: Any, organizer: CdaNode, cx: Context) -> bool:
    name = reference.get("reference")
    located = cx.document.resolve(name, cx.located) if isinstance(name, str) else None
    if located is None or located.type != "Observation":
        for words in say_element({"x": reference}, "x", "Reference", cx):
            cx.narrative.say("Part", words)
        cx.find(Severity.WARNING, "member-not-carried", "a part of a panel is missing")
        return False
    if id(located.resource) in cx.carried:
        cx.derive(reference, "reference")
        cx.settle(reference, "display")
        return False
    cx.carried.add(id(located.resource))
    cx.narrative.begin_line()
    return _MEMBER.write(reference, organizer, cx)


def organizer_id_to_cda(_resource: Any, organizer: CdaNode, cx: Context) -> bool:
    """Write an id of the organizer where the source gave it none."""
    if organizer.first("id") is None:
        organizer.add("id", root=cx.new_id("organizer"))
    return False


_VALUES_IN_WORDS: tuple[Term, ...] = (
    Told("valueQuantity", "Value"),
    Told("valueCodeableConcept", "Value"),
    Told("valueString", "Value"),
    Told("valueInteger", "Value"),
    Told("valueBoolean", "Value"),
    Told("valueRange", "Value"),
    Told("valueRatio", "Value"),
    Told("valueDateTime", "Value"),
    Told("valuePeriod", "Value"),
    Told("valueTime", "Value"),
    Told("dataAbsentReason", "No value because"),
    Told("interpretation[]", "Interpretation"),
)
IN_WORDS: tuple[Term, ...] = (
    Told("code", "Observation"),
    *_VALUES_IN_WORDS,
    Each(
        "component[]",
        ".",
        Told("code", "Part"),
        *_VALUES_IN_WORDS,
    ),
    Told("effectiveDateTime", "Date"),
    Told("effectivePeriod", "Date"),
    Told("effectiveInstant", "Date"),
    Told("bodySite", "Body site"),
    Told("focus[]", "About"),
    Told("note[]", "Note"),
)
_PART_IN_WORDS = Table(
    "part of an observation in words",
    "ObservationComponent",
    "Organizer",
    Told("code", "Part"),
    *_VALUES_IN_WORDS,
    Ignore("referenceRange[]", "the part is told in words", Severity.WARNING),
)
_VALUED: tuple[Term, ...] = (
    Row("code", "code", CODE_OF_ANY_SYSTEM, say="Observation"),
    Link(),
    Const("statusCode", code="completed"),
    Pair("value", value_to_cda),
    Pair("interpretation", interpretation_to_cda),
    RANGES,
)
_PART = Table("part of an observation", "ObservationComponent", "Observation", *_VALUED)
_OWN = Table(
    "observation",
    "Observation",
    "Organizer",
    Group(
        f"component/{_OBSERVATION}<EH.3.43,IHE.4.13>",
        EntryId(),
        *_VALUED,
        Row("bodySite", "targetSiteCode", BODY_SITE, say="Body site"),
        notes("COMP", "CCD.1.40,IHE.4.2"),
    ),
)
_PANEL = Table(
    "panel",
    "Observation",
    "Organizer",
    Row("code", "code", CODE_OF_ANY_SYSTEM, say="Observation"),
    Row("identifier[]", "id", IDENTIFIER, once=True),
    Told("interpretation[]", "Interpretation"),
    Told("bodySite", "Body site"),
    Told("note[]", "Note"),
    Ignore("referenceRange[]", "a panel has no range of its own", Severity.WARNING),
)

BESIDE: tuple[Term, ...] = (
    Told("method", "Method"),
    Told("specimen", "Specimen"),
    Told("device", "Measured with"),
    Told("performer[]", "Performed by"),
    Told("issued", "Issued"),
    Told("valueSampledData.data", "Value"),
    Ignore("category[]", "the section says what kind it is"),
    Ignore("encounter", "a summary does not name the encounter"),
    Ignore("basedOn[]", "orders and plans are not carried"),
    Ignore("partOf[]", "the larger event has no place in CDA"),
    Ignore("derivedFrom[]", "what it was derived from is not carried"),
    Ignore("effectiveTiming", "CDA has no schedule here", Severity.WARNING),
)
_CORE: tuple[Term, ...] = (
    Pair("code and value <-> component", own_value_to_cda),
    Pair("component <-> component", components_to_cda),
    Pair("status in words", status_in_words),
    Pair("effective <-> effectiveTime", times_to_cda),
    *BESIDE,
    Pair("hasMember <-> component", members_to_cda),
)
_MEMBER = Table(
    "member of a panel",
    "Reference",
    "Organizer",
    Follow(
        ".",
        {
            "Observation": (
                Subject("subject"),
                Alt(Withheld(judge_observation, *IN_WORDS), Group(".", *_CORE)),
            )
        },
    ),
)
ORGANIZED: tuple[Term, ...] = (
    *_CORE,
    Pair("code of the organizer", organizer_code_to_cda),
    Pair("id of the organizer", organizer_id_to_cda),
)
_RESULT = Group(
    f"entry/{_ORGANIZER}<EH.3.42>",
    *ORGANIZED,
    Const("statusCode", code="completed"),
)


def judge_empty(_resource: Any, _cx: Context) -> Verdict:
    """Withhold what no other form could carry, so that it is told at least."""
    return Verdict(
        "nothing-coded",
        "nothing of it could be written in code",
        Severity.WARNING,
        "Not coded",
    )


def observation(*forms: Term, panel: Term | None = None) -> tuple[Term, ...]:
    """Make the terms of an Observation: the forms of its section, else a result.

    Parameters
    ----------
    panel
        Reads an organizer of several as one Observation; without it, that is left to
        another resource.
    """
    return (
        Subject("subject"),
        Alt(
            Withheld(judge_observation, *IN_WORDS),
            *forms,
            Forth(_RESULT),
            OBSERVATION_READ,
            *(() if panel is None else (panel,)),
            Withheld(judge_empty, *IN_WORDS),
        ),
    )


OBSERVATION = observation()
