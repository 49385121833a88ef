"""A supply of CDA as a MedicationDispense.

Spec: eHDSI Supply EH.3.3 (Wave 8), IHE PCC 1.3.6.1.4.1.19376.1.5.3.1.4.7.3 /
HL7 Europe MPD MedicationDispense / FHIR R4 MedicationDispense.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode, class_of
from transformations.edispensation.prescribed_reading import PRESCRIBED_READ
from transformations.header.people_reading import read_party
from transformations.hl7v3.oids import ACT_CLASS
from transformations.mapping import (
    IDENTIFIER,
    PQ,
    TS,
    Back,
    Context,
    IgnoreCda,
    Link,
    Otherwise,
    Row,
    Severity,
    Table,
)
from transformations.mapping.cda_path import parse_cda_path
from transformations.mapping.codecs.coded import read_names
from transformations.medication.medicines_reading import DISPENSED_READ
from transformations.sections.statements import NOTES

_SUPPLY = class_of("Supply")
_ENTRY = parse_cda_path(
    "entry/supply{classCode=SPLY,moodCode=EVN}", class_of("Section")
)
_SUBSTITUTED = parse_cda_path(
    "entryRelationship[typeCode=COMP]/act{classCode=ACT,moodCode=EVN}/code[code=SUBST]",
    _SUPPLY,
)
_LICENCE = parse_cda_path(
    "participant{typeCode=PRF,contextControlCode=OP}/participantRole[classCode=LIC]",
    _SUPPLY,
)
_PLACE = Table(
    "place of dispensing",
    "Location",
    "ParticipantRole",
    Row("identifier[]", "id", IDENTIFIER),
    IgnoreCda("code", "what kind of role a place has is not carried"),
    IgnoreCda("addr", "the address is that of who handed over"),
    IgnoreCda("telecom", "the telephone is that of who handed over"),
)
_HOLDER = Table(
    "holder of the licence",
    "Organization",
    "Entity",
    Row("identifier[]", "id", IDENTIFIER),
    IgnoreCda("code", "what kind of thing an organization is is not carried"),
    IgnoreCda("desc", "the organization is described where it represents somebody"),
)


def performer_to_fhir(supply: CdaNode, dispense: Any, cx: Context) -> bool:
    """Read who handed it over, and when."""
    performers = []
    for performer in supply.elements("performer"):
        reference = read_party(performer, cx)
        if reference:
            performers.append({"actor": {"reference": reference}})
        for time in performer.elements("time"):
            _handed_over_to_fhir(time, dispense, cx)
    if performers:
        dispense["performer"] = performers
    return bool(performers)


def _handed_over_to_fhir(time: CdaNode, dispense: Any, cx: Context) -> None:
    """Read a moment; of an interval its end, because then it was handed over."""
    key = "whenHandedOver"
    for place in (time, *time.elements("high"), *time.elements("low")):
        if key not in dispense and TS.to_fhir(place, dispense, key, cx):
            continue
        if "value" in place.attributes:
            cx.lose(place, "@value", "FHIR has one time of handing over")


def place_to_fhir(supply: CdaNode, dispense: Any, cx: Context) -> bool:
    """Read under whose licence it was handed over: the place, and its organization."""
    for chain in _LICENCE.find_chains(supply):
        location: dict[str, Any] = {"resourceType": "Location"}
        passed = _PLACE.read(chain[-1], location, cx)
        for scope in chain[-1].elements("scopingEntity"):
            holder: dict[str, Any] = {"resourceType": "Organization"}
            if _HOLDER.read(scope, holder, cx):
                reference = {"reference": cx.make_resource(holder)}
                location["managingOrganization"] = reference
                passed = True
        if passed and "location" not in dispense:
            cx.book_chain(chain, _LICENCE.steps)
            dispense["location"] = {"reference": cx.make_resource(location)}
    return "location" in dispense


def substituted_to_fhir(supply: CdaNode, dispense: Any, cx: Context) -> bool:
    """Read whether another product was given on purpose; silence says no."""
    was_substituted = False
    for chain in _SUBSTITUTED.find_chains(supply):
        act, code = chain[-2:]
        if code.attributes.get("codeSystem", ACT_CLASS) != ACT_CLASS:
            continue
        read_names(code, cx)
        cx.book_chain(chain, _SUBSTITUTED.steps)
        for status in act.elements("statusCode"):
            cx.settle(status, ".")
        was_substituted = True
    dispense["substitution"] = {"wasSubstituted": was_substituted}
    return False


_DISPENSE = Table(
    "supply",
    "MedicationDispense",
    "Supply",
    DISPENSED_READ,
    Row("identifier[]", "id", IDENTIFIER),
    Link(),
    Row("quantity", "quantity", PQ),
    Back("performer -> performer and whenHandedOver", performer_to_fhir),
    Back("participant -> location", place_to_fhir),
    PRESCRIBED_READ,
    Back("act SUBST -> substitution", substituted_to_fhir),
    NOTES,
    IgnoreCda("statusCode", "what was handed over is completed"),
    IgnoreCda("independentInd", "that it belongs to a prescription is told by it"),
    IgnoreCda(
        "effectiveTime",
        "when it was supplied besides being handed over has no place in FHIR",
        Severity.WARNING,
    ),
    IgnoreCda("author", "who wrote it is told by the document", Severity.WARNING),
    Otherwise("status", "completed"),
)


def supply_to_fhir(section: CdaNode, dispense: Any, cx: Context) -> bool:
    """Read the supply of an entry."""
    return _DISPENSE.read_at(_ENTRY, section, dispense, cx)


SUPPLY_READ = Back("supply -> dispense", supply_to_fhir)
