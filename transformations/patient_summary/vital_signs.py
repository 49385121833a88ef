"""Vital signs: blood pressure in its own template, all others as results.

The value set of the template knows two codes, systolic and diastolic, in mm[Hg]. A
weight written there would break the rules, left out it would be missed for a dose: it
stands in the same section as a result under its own code.

Spec: eHDSI Vital Signs EH.2.6, organizer EH.3.21, observation EH.3.22 (Wave 8) /
FHIR R4 vital signs profile / IPS 2.0.1, EPS 1.0.0.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.cda.template_ids import expand
from transformations.mapping import (
    PQ,
    TS,
    Const,
    Context,
    EntryId,
    Group,
    Link,
    Pair,
    Row,
    Section,
    Table,
)
from transformations.patient_summary.codes import (
    BLOOD_PRESSURE_PANELS,
    BLOOD_PRESSURES,
    UCUM_URI,
    VITAL_SIGNS,
)
from transformations.patient_summary.concepts import Concept, find_coding, tell_concept
from transformations.patient_summary.observations import (
    BESIDE,
    interpretation_to_cda,
    observation,
    status_in_words,
)
from transformations.patient_summary.observed_values import RANGES
from transformations.patient_summary.statements import fixed_code
from transformations.patient_summary.withheld import Guarded
from transformations.patient_summary.words import Told
from transformations.terminology import SectionCode

_PART_TEMPLATES = ("EH.3.22", "EH.3.20", "IHE.4.13", "IHE.4.13.2", "CCD.1.31")
_MOMENTS = ("effectiveDateTime", "effectiveInstant")


def is_blood_pressure(resource: Any) -> bool:
    """Whether the template can say all of it: one or two pressures at one moment."""
    is_timed = any(name in resource for name in _MOMENTS)
    if not is_timed or "hasMember" in resource:
        return False
    parts = resource.get("component")
    if parts is None:
        return _is_pressure(resource)
    return (
        find_coding(resource.get("code"), BLOOD_PRESSURE_PANELS) is not None
        and not any(name.startswith("value") for name in resource)
        and all(_is_pressure(part) for part in parts)
    )


def _is_pressure(holder: Any) -> bool:
    quantity = holder.get("valueQuantity")
    return (
        find_coding(holder.get("code"), BLOOD_PRESSURES) is not None
        and isinstance(quantity, dict)
        and quantity.get("code") == "mm[Hg]"
        and quantity.get("system") == UCUM_URI
        and "value" in quantity
        and "comparator" not in quantity
    )


def pressures_to_cda(resource: Any, organizer: CdaNode, cx: Context) -> bool:
    """Write one component for each pressure, at the moment of the whole."""
    moment = organizer.add("effectiveTime")
    for name in _MOMENTS:
        if TS.to_cda(resource, name, moment, cx):
            cx.narrative.say("Date", TS.phrase(moment))
            break
    parts = resource.get("component")
    if parts is None:
        _write_part(resource, _PRESSURE_ALONE, "pressure", moment, organizer, cx)
        return True
    _book_panel(resource, cx)
    for index, part in enumerate(parts):
        _write_part(part, _PRESSURE, f"component {index}", moment, organizer, cx)
    return True


def _write_part(
    part: Any,
    table: Table,
    purpose: str,
    moment: CdaNode,
    organizer: CdaNode,
    cx: Context,
) -> None:
    node = organizer.add("component").add(
        "observation", classCode="OBS", moodCode="EVN"
    )
    for template_id in _PART_TEMPLATES:
        node.add("templateId", root=expand(template_id))
    node.add("id", root=cx.new_id(purpose))
    node.add("effectiveTime", **moment.attributes)
    table.write(part, node, cx)


def _book_panel(resource: Any, cx: Context) -> None:
    """Book the panel's own code: that it is one, the organizer says."""
    concept = resource["code"]
    for coding in concept["coding"]:
        cx.derive(coding, "system")
        cx.derive(coding, "code")
        for name in ("display", "_display", "version", "userSelected"):
            cx.settle(coding, name)
    tell_concept(concept, "Observation", cx)


_TERMS = (
    Row("code", "code", Concept(BLOOD_PRESSURES, "Observation"), say="Observation"),
    Link(),
    Const("statusCode", code="completed"),
    Row("valueQuantity", "value{xsi:type=PQ}", PQ, say="Value"),
    Pair("interpretation", interpretation_to_cda),
    RANGES,
)
_PRESSURE = Table("blood pressure", "ObservationComponent", "Observation", *_TERMS)
_PRESSURE_ALONE = Table("blood pressure", "Observation", "Observation", *_TERMS)

BLOOD_PRESSURE = Guarded(
    is_blood_pressure,
    Group(
        "entry/organizer{classCode=CLUSTER,moodCode=EVN}"
        "<EH.3.21,IHE.4.13.1,CCD.1.32,CCD.1.35>",
        EntryId(once=True),
        fixed_code(VITAL_SIGNS),
        Const("statusCode", code="completed"),
        Pair("pressures <-> components", pressures_to_cda),
        Pair("status in words", status_in_words),
        Told("bodySite", "Body site"),
        Told("note[]", "Note"),
        *BESIDE,
    ),
)

VITAL_SIGN_SECTION = Section(
    code=SectionCode.VITAL_SIGNS,
    display="Vital signs",
    title="Vital signs",
    prefix="vit",
    template_ids=("EH.2.6",),
    entries={"Observation": observation(BLOOD_PRESSURE)},
)
