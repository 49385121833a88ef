"""Vital signs: blood pressure in its own template, all others as results.

The value set of the template knows two codes, systolic and diastolic, in mm[Hg]. A
weight written there would break the rules, left out it would be missed for a dose: it
stands in the same section as a result under its own code.

Spec: eHDSI Vital Signs EH.2.6, organizer EH.3.21, observation EH.3.22 (Wave 8) /
FHIR R4 vital signs profile / IPS 2.0.1, EPS 1.0.0.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode, class_of
from transformations.cda.template_ids import expand
from transformations.mapping import (
    PQ,
    TS,
    Back,
    Const,
    Context,
    EntryId,
    Forth,
    Group,
    IgnoreCda,
    Link,
    Pair,
    Row,
    Section,
    Table,
)
from transformations.mapping.cda_path import parse_cda_path
from transformations.patient_summary.codes import (
    BLOOD_PRESSURE_PANELS,
    BLOOD_PRESSURES,
    VITAL_SIGNS,
)
from transformations.patient_summary.observations import (
    BESIDE,
    interpretation_to_cda,
    observation,
    status_in_words,
)
from transformations.patient_summary.observations_reading import (
    INTERPRETATION_READ,
    NOT_READ,
    PANEL_READ,
    PERFORMERS_READ,
    RANGES_READ,
    STATUS_READ,
    TIME_READ,
)
from transformations.patient_summary.observed_values import RANGES
from transformations.sections.codes import LOINC_URI, UCUM_URI
from transformations.sections.concepts import Concept, find_coding, tell_concept
from transformations.sections.statements import fixed_code
from transformations.sections.withheld import Guarded
from transformations.sections.words import Told
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
    for index, coding in enumerate(concept["coding"]):
        # One says it; what repeats it says no more.
        is_repeated = coding in concept["coding"][:index]
        for name in ("system", "code"):
            (cx.settle if is_repeated else cx.derive)(coding, name)
        for name in ("display", "_display", "version", "userSelected"):
            cx.settle(coding, name)
    tell_concept(concept, "Observation", cx)


def pressures_to_fhir(organizer: CdaNode, resource: Any, cx: Context) -> bool:
    """Read one pressure as an Observation, two as the parts of a panel."""
    chains = _PRESSURES.find_chains(organizer)
    if len(chains) == 1:
        passed = _PRESSURE_ALONE.read(chains[0][-1], resource, cx)
    else:
        parts: list[dict[str, Any]] = [{} for _ in chains]
        for chain, part in zip(chains, parts, strict=True):
            _PRESSURE.read(chain[-1], part, cx)
        resource.update(code=_PANEL_CODE, component=parts)
        passed = True
    for chain in chains:
        cx.book_chain(chain, _PRESSURES.steps)
        for time in chain[-1].elements("effectiveTime"):
            # That it is the moment of the whole decides that they are one panel.
            cx.derive(time, "@value")
    return passed


def has_pressures_only(organizer: CdaNode) -> bool:
    """Whether an organizer holds what the template foresees, all at one moment."""
    parts = _PRESSURES.find_all(organizer)
    components = list(organizer.elements("component"))
    codes = [_code_of(part) for part in parts]
    moments = {_moment_of(node) for node in (organizer, *parts)} - {None}
    return (
        0 < len(parts) == len(components)
        and len(codes) == len(set(codes))
        and set(codes) <= _PRESSURE_CODES
        and len(moments) == 1
    )


def _code_of(part: CdaNode) -> tuple[str, str]:
    code = part.first("code")
    attributes = {} if code is None else code.attributes
    return attributes.get("code", ""), attributes.get("codeSystem", "")


def _moment_of(node: CdaNode) -> str | None:
    time = node.first("effectiveTime")
    return None if time is None else time.attributes.get("value")


def blood_pressure_to_fhir(section: CdaNode, resource: Any, cx: Context) -> bool:
    """Read an organizer of blood pressures."""
    for chain in _ORGANIZERS.find_chains(section):
        organizer = chain[-1]
        if has_pressures_only(organizer) and _ORGANIZER_OF_CDA.read(
            organizer, resource, cx
        ):
            cx.book_chain(chain, _ORGANIZERS.steps)
            return True
    return False


_PRESSURE_CODES = {(code.code, code.system) for code in BLOOD_PRESSURES.values()}
_PANEL_CODE = {
    "coding": [
        {
            "system": LOINC_URI,
            "code": "85354-9",
            "display": "Blood pressure panel with all children optional",
        }
    ]
}
_PRESSURES = parse_cda_path("component/observation", class_of("Organizer"))
_ORGANIZERS = parse_cda_path("entry/organizer<EH.3.21>", class_of("Section"))
_TERMS = (
    Row("code", "code", Concept(BLOOD_PRESSURES, "Observation"), say="Observation"),
    Link(),
    Const("statusCode", code="completed"),
    Row("valueQuantity", "value{xsi:type=PQ}", PQ, say="Value"),
    Pair("interpretation", interpretation_to_cda),
    INTERPRETATION_READ,
    RANGES,
    RANGES_READ,
    IgnoreCda("id", "a part of an Observation has no identifier"),
)
_PRESSURE = Table("blood pressure", "ObservationComponent", "Observation", *_TERMS)
_PRESSURE_ALONE = Table("blood pressure", "Observation", "Observation", *_TERMS)

_ORGANIZER_OF_CDA = Table(
    "blood pressure",
    "Observation",
    "Organizer",
    EntryId(),
    fixed_code(VITAL_SIGNS),
    Back("components -> pressures", pressures_to_fhir),
    STATUS_READ,
    TIME_READ,
    PERFORMERS_READ,
    *NOT_READ,
)
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

BLOOD_PRESSURE_READ = Back("organizer -> blood pressure", blood_pressure_to_fhir)

VITAL_SIGN_SECTION = Section(
    code=SectionCode.VITAL_SIGNS,
    display="Vital signs",
    title="Vital signs",
    prefix="vit",
    template_ids=("EH.2.6",),
    entries={
        "Observation": observation(
            Forth(BLOOD_PRESSURE), BLOOD_PRESSURE_READ, panel=PANEL_READ
        )
    },
    is_read=True,
)
