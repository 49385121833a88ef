"""Statements that there is nothing, or nothing known, inside a section.

Spec: eHDSI value sets 42.47 to 42.51 and the place of each code (Wave 8 templates) /
IPS 1.1 and 2.0.1, EPS: a resource whose code is an absence statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from transformations.cda.structure import CdaNode
from transformations.cda.template_ids import expand
from transformations.mapping import CodeMeaning, Context, Pair, Severity
from transformations.mapping.section import AbsentWriter
from transformations.sections.codes import CONCERN
from transformations.sections.concepts import (
    lose_codings,
    take_coding,
    tell_concept,
    write_code,
)
from transformations.terminology import (
    ABSENT_UNKNOWN_OID,
    Absence,
    AbsenceKind,
    SectionCode,
    absence_of_code,
    system_name,
)

# Booked already, or demanded by FHIR of a resource that states an absence.
_BOOKED = frozenset({"resourceType", "id", "meta", "text", "subject", "patient"})
_DEMANDED = frozenset({"clinicalStatus", "verificationStatus", "status"})


def absence_in(concept: Any, section: SectionCode) -> tuple[int, Absence] | None:
    """Find the coding that states an absence; nothing is booked."""
    codings = concept.get("coding") if isinstance(concept, dict) else None
    for index, coding in enumerate(codings or ()):
        system, code = coding.get("system"), coding.get("code")
        if isinstance(system, str) and isinstance(code, str):
            absence = absence_of_code(section, system, code)
            if absence is not None:
                return index, absence
    return None


def say_absence(absence: Absence, cx: Context) -> str:
    """Say an absence; returns the ID of the words it rests on.

    Where the source says something in words only, that is its own words.
    """
    anchor = cx.narrative.say_ours("", absence.display)
    if absence.kind is AbsenceKind.IN_WORDS_ONLY:
        return cx.narrative.quoted or anchor
    return anchor


def write_absence_code(node: CdaNode, absence: Absence, anchor: str) -> None:
    """Write an absence statement as a code, or that there are words without code."""
    if absence.kind is AbsenceKind.IN_WORDS_ONLY:
        node.attributes["nullFlavor"] = "OTH"
        node.add("originalText").add("reference", value=f"#{anchor}")
        return
    node.attributes["code"] = absence.code
    node.attributes["codeSystem"] = ABSENT_UNKNOWN_OID
    node.attributes["codeSystemName"] = system_name(ABSENT_UNKNOWN_OID) or ""
    node.attributes["displayName"] = absence.display


def absence_entry(section: SectionCode, element: str, write: AbsentWriter) -> Pair:
    """Make the term for a resource that says that there is nothing.

    Parameters
    ----------
    section
        Whose vocabulary it is.
    element
        The coded element that says it.
    write
        Writes the entry.
    """

    def to_cda(resource: Any, node: CdaNode, cx: Context) -> bool:
        """Write the entry that says so instead; the rest of the resource goes."""
        found = absence_in(resource.get(element), section)
        if found is None:
            return False
        index, absence = found
        concept = resource[element]
        take_coding(concept["coding"][index], cx)
        lose_codings(concept, cx, "another coding says it already", skip=(index,))
        write(node, absence, cx)
        tell_concept(concept, "", cx, unless=absence.display)
        _settle_rest(resource, element, cx)
        return True

    return Pair(f"{element} that states an absence", to_cda)


def _settle_rest(resource: dict[str, Any], element: str, cx: Context) -> None:
    for key in resource:
        if key in _DEMANDED:
            cx.settle(resource, key)
        elif key not in _BOOKED and key != element:
            cx.lose(
                resource,
                key,
                "a statement of absence has no place for it",
                Severity.INFORMATION,
            )


def write_absent_concern(
    section: CdaNode,
    absence: Absence,
    cx: Context,
    concern_templates: Sequence[str],
    observation_template: str,
    kind: CodeMeaning,
) -> None:
    """Write a concern whose only observation is that there is nothing of the kind.

    Parameters
    ----------
    kind
        The code of the observation, as a present allergy or problem would have it.
    """
    anchor = say_absence(absence, cx)
    act = section.add("entry").add("act", classCode="ACT", moodCode="EVN")
    for template in concern_templates:
        act.add("templateId", root=expand(template))
    act.add("id", root=cx.new_id(f"{absence.code} concern"))
    write_code(act.add("code"), CONCERN)
    act.add("statusCode", code="active")
    link = act.add("entryRelationship", typeCode="SUBJ", inversionInd="false")
    observation = link.add("observation", classCode="OBS", moodCode="EVN")
    observation.add("templateId", root=expand(observation_template))
    observation.add("id", root=cx.new_id(absence.code))
    write_code(observation.add("code"), kind)
    observation.add("text").add("reference", value=f"#{anchor}")
    observation.add("statusCode", code="completed")
    value = observation.add("value")
    value.set_type("CD")
    write_absence_code(value, absence, anchor)
