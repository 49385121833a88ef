"""What was handed over: a MedicationDispense as the supply of a dispensation.

Spec: eHDSI Supply EH.3.3 (Wave 8) / HL7 Europe MPD MedicationDispense /
FHIR R4 MedicationDispense.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.edispensation.prescribed import medicine_of, prescriptions_to_cda
from transformations.edispensation.quantities import packages_to_cda
from transformations.edispensation.recorded import RENDERED_DOSAGE, recorded_of
from transformations.header.people import PARTIES
from transformations.hl7v3.oids import ACT_CLASS, ROLE_CODE
from transformations.hl7v3.timestamps import to_ts
from transformations.mapping import (
    IDENTIFIER,
    TS,
    Context,
    EachExt,
    EntryId,
    EntryRefused,
    Follow,
    Group,
    Ignore,
    Link,
    Pair,
    Row,
    Severity,
    Table,
)
from transformations.mapping.place import Term
from transformations.mapping.terms_fixed import Fill
from transformations.medication.dosage_words import say_dosages
from transformations.medication.products import PRODUCT, complete_material
from transformations.sections.statements import NOTES
from transformations.sections.words import Told

_NOT_DISPENSED = (
    "the status does not say that it was handed over; an eDispensation would say so"
)


def status_to_cda(dispense: Any, _section: CdaNode, cx: Context) -> bool:
    """Write only what was handed over: a supply of CDA says that it was."""
    if dispense.get("status") != "completed":
        cx.find(Severity.CRITICAL, "dispensation-not-completed", _NOT_DISPENSED)
        raise EntryRefused(_NOT_DISPENSED)
    cx.derive(dispense, "status")
    return False


_PERFORMER = Table(
    "performer",
    "MedicationDispensePerformer",
    "Performer2",
    Follow("actor", PARTIES),
    Fill("assignedEntity/id", "NI"),
    Fill("assignedEntity/addr", "NI"),
    Fill("assignedEntity/telecom", "NI"),
)


def performer_to_cda(dispense: Any, supply: CdaNode, cx: Context) -> bool:
    """Write who handed it over, and when; CDA has room for one."""
    performers = dispense.get("performer") or []
    performer = supply.add("performer", typeCode="PRF")
    _write_time(dispense, performer, cx)
    first = performers[0] if performers else {}
    _PERFORMER.write(first, performer, cx)
    if not performers:
        cx.find(
            Severity.CRITICAL,
            "performer-missing",
            "the dispensation does not say who handed it over",
        )
    for index in range(1, len(performers)):
        cx.lose(performers, index, "CDA has room for one who hands over")
    if performers:
        cx.lose(first, "function", "CDA tells the profession with the author")
    _drop_foreign_code(performer)
    return False


def _write_time(dispense: Any, performer: CdaNode, cx: Context) -> None:
    time = CdaNode(performer.kind.child("time"))
    if TS.to_cda(dispense, "whenHandedOver", time, cx):
        performer.graft(time)
        cx.narrative.say("Handed over", TS.phrase(time))
        return
    recorded = recorded_of(dispense)
    value = None if recorded is None else to_ts(str(recorded["valueDateTime"]))
    if value is not None:
        performer.add("time", value=value)


def _drop_foreign_code(performer: CdaNode) -> None:
    """Leave a speciality to the author: here the rules want a role code, or none."""
    for entity in performer.elements("assignedEntity"):
        code = entity.first("code")
        if code is not None and code.attributes.get("codeSystem") != ROLE_CODE:
            entity.children.remove(code)


_PLACE: tuple[Term, ...] = (
    Group(
        "participant{typeCode=PRF,contextControlCode=OP}"
        "/participantRole{classCode=LIC}",
        Row("identifier[]", "id", IDENTIFIER),
        Follow(
            "managingOrganization",
            {
                "Organization": (
                    Row("identifier[]", "id", IDENTIFIER),
                    Told("name", "Holder of the licence"),
                    *(
                        Ignore(name, "the place of dispensing tells who holds it")
                        for name in ("address[]", "telecom[]", "active", "type[]")
                    ),
                )
            },
            "scopingEntity{classCode=ORG,determinerCode=INSTANCE}",
        ),
    ),
    Told("name", "Place"),
    Told("description", "Place"),
    Ignore("address", "the address is that of who hands over"),
    Ignore("telecom[]", "the telephone is that of who hands over"),
    Ignore("status", "CDA does not say it of a place"),
    Ignore("mode", "CDA does not say it of a place"),
    Ignore("type[]", "CDA does not say it of a place"),
    Ignore("physicalType", "CDA does not say it of a place"),
)


def substitution_to_cda(dispense: Any, supply: CdaNode, cx: Context) -> bool:
    """Write that another product was given on purpose; silence says that none was."""
    substitution = dispense.get("substitution")
    if not isinstance(substitution, dict):
        return False
    if cx.derive(substitution, "wasSubstituted") is True:
        act = supply.add("entryRelationship", typeCode="COMP").add(
            "act", classCode="ACT", moodCode="EVN"
        )
        act.add(
            "code",
            code="SUBST",
            codeSystem=ACT_CLASS,
            codeSystemName="ActClass",
            displayName="Substitution",
        )
        cx.narrative.say_ours("Substitution", "yes")
    return False


def lot_to_cda(dispense: Any, supply: CdaNode, cx: Context) -> bool:
    """Write lot and expiry of what was handed over beside the words that tell them."""
    reference = dispense.get("medicationReference")
    name = reference.get("reference") if isinstance(reference, dict) else None
    located = cx.document.resolve(name, cx.located) if isinstance(name, str) else None
    batch = {} if located is None else located.resource.get("batch") or {}
    for material in _materials(supply):
        if isinstance(batch.get("lotNumber"), str):
            material.add("lotNumberText", batch["lotNumber"].strip())
        expires = to_ts(str(batch.get("expirationDate", "")))
        if expires is not None:
            material.add("pharm:expirationTime", value=expires)
    return False


def _materials(supply: CdaNode) -> list[CdaNode]:
    return [
        material
        for product in supply.elements("product")
        for made in product.elements("manufacturedProduct")
        for material in made.elements("manufacturedMaterial")
    ]


def recorded_to_cda(dispense: Any, _supply: CdaNode, cx: Context) -> bool:
    """Say when it was recorded, unless that is the time of the document."""
    recorded = recorded_of(dispense)
    if recorded is None:
        return False
    if recorded["valueDateTime"] == cx.document.composition.resource.get("date"):
        cx.settle(recorded, "url")
        cx.derive(recorded, "valueDateTime")
    else:
        cx.derive(recorded, "url")
        cx.narrative.say("Recorded on", str(cx.tell(recorded, "valueDateTime")))
    return False


def dosage_to_cda(dispense: Any, _supply: CdaNode, cx: Context) -> bool:
    """Say how it is to be taken; a supply has no place for a dosage."""
    say_dosages(dispense.get("dosageInstruction"), cx)
    return False


def complete_product(_dispense: Any, supply: CdaNode, cx: Context) -> bool:
    """Complete what was handed over; a supply of nothing is critical."""
    for material in _materials(supply):
        complete_material(material, cx)
    if supply.first("product") is None:
        cx.find(
            Severity.CRITICAL,
            "product-missing",
            "the dispensation does not name the product that was handed over",
        )
    return False


SUPPLY_WRITTEN: tuple[Term, ...] = (
    Pair("status", status_to_cda),
    Group(
        "entry{typeCode=COMP}/supply{classCode=SPLY,moodCode=EVN}"
        "<EH.3.3,IHE.4.7.3,CCD.1.34>",
        *medicine_of(f"product{{typeCode=PRD}}/{PRODUCT}"),
        Pair("what a product always has", complete_product),
        Pair("lot and expiry", lot_to_cda),
        EntryId(once=True),
        Link(),
        Pair("quantity in packages", packages_to_cda),
        Pair("performer, whenHandedOver", performer_to_cda),
        Follow("location", {"Location": _PLACE}),
        Pair("substitution", substitution_to_cda),
        Told("substitution.type", "Kind of substitution"),
        Told("substitution.reason[]", "Reason of the substitution"),
        NOTES,
        Told("type", "Kind of dispensation"),
        Told("category", "Category"),
        Told("daysSupply", "Supply lasts"),
        Told("whenPrepared", "Prepared"),
        Pair("dosage in words", dosage_to_cda),
        EachExt(RENDERED_DOSAGE, ".", Told("valueMarkdown", "Dosage")),
        Pair("recorded", recorded_to_cda),
        Told("statusReasonCodeableConcept", "Reason of the status"),
        Pair("authorizingPrescription -> REFR", prescriptions_to_cda),
    ),
    Ignore("context", "an eDispensation does not name the encounter"),
    Ignore("destination", "where it was sent has no place in CDA"),
    Ignore("receiver[]", "who fetched it has no place in CDA"),
    Ignore("partOf[]", "the larger event has no place in CDA"),
    Ignore("supportingInformation[]", "supporting facts are not carried"),
    Ignore("eventHistory[]", "the history of the dispensation is not carried"),
    Ignore("detectedIssue[]", "detected issues are not carried", Severity.WARNING),
    Ignore(
        "substitution.responsibleParty[]",
        "who answers for a substitution has no place in CDA",
    ),
)
