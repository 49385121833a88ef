"""The prescription section and its one item: a MedicationRequest as an order.

Spec: eHDSI Prescription EH.2.1, Substance Administration EH.3.2 (Wave 8) /
FHIR R4 MedicationRequest / HL7 Europe MPD MedicationRequest-eu-mpd.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.eprescription.conditions import reasons_referred_to_cda
from transformations.eprescription.instructions import (
    dosage_in_words_to_cda,
    notes_to_cda,
)
from transformations.eprescription.items import DISPENSABLE_INTENTS
from transformations.eprescription.prescriptions_reading import PRESCRIPTION_READ
from transformations.eprescription.substitution import substitution_to_cda
from transformations.eprescription.supply import supply_to_cda
from transformations.hl7v3.identifiers import to_ii
from transformations.mapping import (
    IDENTIFIER,
    Alt,
    Context,
    EntryId,
    Follow,
    Forth,
    Group,
    Ignore,
    Link,
    Pair,
    Row,
    Section,
    Severity,
    Table,
)
from transformations.medication.extensions import OFF_LABEL
from transformations.medication.products import (
    PRODUCT,
    PRODUCT_OF_CONCEPT,
    PRODUCT_OF_MEDICATION,
    PRODUCT_OF_NAME,
    complete_material,
    material_of,
)
from transformations.medication.treatment import request_times_to_cda
from transformations.sections.reasons import REASONS
from transformations.sections.words import Told
from transformations.terminology import SectionCode

_CONSUMABLE = f"consumable{{typeCode=CSM}}/{PRODUCT}"
_STATUSES = {"active": "active", "completed": "completed"}
_NOT_OF_AN_ORDER = "a prescription of CDA has no place for it"


def status_to_cda(request: Any, act: CdaNode, cx: Context) -> bool:
    """Write active, or completed; what is neither may not be dispensed."""
    status = request.get("status")
    code = _STATUSES.get(status)
    if code is None:
        cx.narrative.say("Status", f"{cx.tell(request, 'status')}")
        _refuse("its status is neither active nor completed", cx)
    else:
        cx.take(request, "status")
    is_order = _is_order(request, cx)
    act.add("statusCode", code=code if code and is_order else "completed")
    return False


def _is_order(request: Any, cx: Context) -> bool:
    """Whether it orders something; what only proposes, or forbids, is reported."""
    is_order = True
    if request.get("intent") in DISPENSABLE_INTENTS:
        cx.derive(request, "intent")
    else:
        cx.narrative.say("Kind of request", f"{cx.tell(request, 'intent')}")
        _refuse("it is no order", cx)
        is_order = False
    if request.get("doNotPerform") is True:
        cx.derive(request, "doNotPerform")
        cx.narrative.say_ours("", "Not to be given")
        _refuse("it orders that the medicine be not given", cx)
        return False
    cx.derive(request, "doNotPerform")
    return is_order


def _refuse(why: str, cx: Context) -> None:
    sentence = f"the prescription may not be dispensed: {why}"
    cx.find(Severity.CRITICAL, "prescription-not-dispensable", sentence)


def unknown_medicine_to_cda(request: Any, act: CdaNode, cx: Context) -> bool:
    """Write an unknown medicine where the source names none, and report it."""
    if act.first("consumable") is None:
        reason = "it names no medicine that could be written"
        cx.lose(request, "medicationCodeableConcept", reason, Severity.CRITICAL)
        cx.lose(request, "medicationReference", reason, Severity.CRITICAL)
        _EMPTY.write(request, act, cx)
    return False


def complete_product(_request: Any, act: CdaNode, cx: Context) -> bool:
    """Write as unknown what a product must have, and report what it must not lack."""
    material = material_of(act)
    if material is not None:
        complete_material(material, cx)
    return False


def check_identifier(request: Any, _act: CdaNode, cx: Context) -> bool:
    """Report an order by whose identifier nobody abroad could name it."""
    named = (
        to_ii(one.get("system"), one["value"].strip())
        for one in request.get("identifier") or ()
        if isinstance(one.get("value"), str) and one["value"].strip()
    )
    if not any(named):
        cx.find(
            Severity.WARNING,
            "prescription-id-made",
            "the order has no identifier that CDA can name; its id is made of the "
            "resource's own",
        )
    return False


def prescription_id_to_cda(request: Any, section: CdaNode, cx: Context) -> bool:
    """Write the id of the prescription: that of its group, else the item's own."""
    if _GROUP.write(request, section, cx) and section.first("id") is not None:
        return False
    entry = section.first("entry")
    act = None if entry is None else entry.first("substanceAdministration")
    item = None if act is None else act.first("id")
    if item is not None:
        section.add("id", **item.attributes)
    return False


def off_label_in_words(request: Any, _section: CdaNode, cx: Context) -> bool:
    """Say that it is knowingly prescribed for what it is not approved for."""
    for extension in request.get("extension") or ():
        if extension.get("url") == OFF_LABEL and extension.get("valueBoolean") is True:
            cx.derive(extension, "url")
            cx.tell(extension, "valueBoolean")
            cx.narrative.say_ours("", "Used for what it is not approved for")
    return False


_EMPTY = Table(
    "medicine",
    "MedicationRequest",
    "SubstanceAdministration",
    Group(
        f"{_CONSUMABLE}/manufacturedMaterial{{classCode=MMAT,determinerCode=KIND}}"
        "<EH.3.30>",
        always=True,
    ),
)
_GROUP = Table(
    "prescription",
    "MedicationRequest",
    "Section",
    Row("groupIdentifier", "id", IDENTIFIER),
)

THE_MEDICINE = (
    Alt(
        Group(_CONSUMABLE, *PRODUCT_OF_CONCEPT),
        Follow(
            "medicationReference", {"Medication": PRODUCT_OF_MEDICATION}, _CONSUMABLE
        ),
        Group(_CONSUMABLE, *PRODUCT_OF_NAME),
    ),
    Pair("a medicine that is unknown", unknown_medicine_to_cda),
)

PRESCRIPTION = (
    Forth(
        Group(
            "entry{typeCode=COMP}"
            "/substanceAdministration{classCode=SBADM,moodCode=INT}<EH.3.2,CCD.1.24>",
            *THE_MEDICINE,
            EntryId(once=True),
            Pair("an identifier of the order", check_identifier),
            Link(),
            Pair("status, intent <-> status of the act", status_to_cda),
            Pair("treatment period, schedule, dose <-> times", request_times_to_cda),
            Pair("dosage -> words for the patient", dosage_in_words_to_cda),
            REASONS,
            Pair("reasonReference -> reason observation", reasons_referred_to_cda),
            Pair("quantity <-> supply", supply_to_cda),
            Pair("what a product always has", complete_product),
            Pair("substitution <-> observation SUBST", substitution_to_cda),
            Pair("note <-> instruction to who dispenses", notes_to_cda),
            always=True,
        ),
        Pair("groupIdentifier <-> id of the section", prescription_id_to_cda),
        Pair("off-label use in words", off_label_in_words),
        Told("statusReason", "Reason of the status"),
        Told("category[]", "Category"),
        Told("priority", "Priority"),
        Told("courseOfTherapyType", "Course of therapy"),
        Told("dispenseRequest.validityPeriod", "Valid"),
        Told("dispenseRequest.numberOfRepeatsAllowed", "Repeats allowed"),
        Told("dispenseRequest.dispenseInterval", "Interval of dispensing"),
        Told("dispenseRequest.expectedSupplyDuration", "Supply lasts"),
        Told("dispenseRequest.initialFill.quantity", "First dispensing"),
        Told("dispenseRequest.initialFill.duration", "First supply lasts"),
        Told("dispenseRequest.performer", "To be dispensed by"),
        Ignore("reportedBoolean", _NOT_OF_AN_ORDER),
        Ignore("reportedReference", _NOT_OF_AN_ORDER),
        Ignore("encounter", _NOT_OF_AN_ORDER),
        Ignore("recorder", _NOT_OF_AN_ORDER),
        Ignore("performer", _NOT_OF_AN_ORDER),
        Ignore("performerType", _NOT_OF_AN_ORDER),
        Ignore("insurance[]", _NOT_OF_AN_ORDER),
        Ignore("basedOn[]", _NOT_OF_AN_ORDER),
        Ignore("instantiatesCanonical[]", _NOT_OF_AN_ORDER),
        Ignore("instantiatesUri[]", _NOT_OF_AN_ORDER),
        Ignore("supportingInformation[]", _NOT_OF_AN_ORDER, Severity.WARNING),
        Ignore("priorPrescription", _NOT_OF_AN_ORDER),
        Ignore("eventHistory[]", _NOT_OF_AN_ORDER),
        Ignore("detectedIssue[]", _NOT_OF_AN_ORDER, Severity.WARNING),
    ),
    PRESCRIPTION_READ,
)

PRESCRIPTIONS = Section(
    code=SectionCode.PRESCRIPTIONS,
    display="Prescription list",
    title="Prescriptions",
    prefix="rx",
    template_ids=("EH.2.1",),
    entries={"MedicationRequest": PRESCRIPTION},
    is_read=True,
)
ITEM = Table("prescription", "MedicationRequest", "Section", *PRESCRIPTION)
