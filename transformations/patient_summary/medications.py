"""Medication summary: MedicationStatement and MedicationRequest.

Spec: eHDSI Medication Summary EH.2.3, Medication Item EH.3.4 (Wave 8) /
FHIR R4 MedicationStatement, MedicationRequest / IPS 2.0.1, EPS 1.0.0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transformations.cda.structure import CdaNode
from transformations.cda.template_ids import expand
from transformations.mapping import (
    TS,
    Alt,
    Context,
    EntryId,
    Follow,
    Forth,
    Group,
    Ignore,
    Link,
    Pair,
    PeriodCodec,
    Section,
    Severity,
    Subject,
)
from transformations.mapping.absence import absent_flavor
from transformations.medication.dosage import write_dosages
from transformations.medication.dosage_words import say_dosages
from transformations.medication.medicines import (
    MATERIAL,
    MEDICATION,
    PRODUCT,
    concept_to_cda,
    medicine_in_words,
    name_of,
    named_to_cda,
)
from transformations.medication.treatment import (
    fill_treatment,
    request_times_to_cda,
    treatment_of,
)
from transformations.patient_summary.absent import (
    absence_entry,
    absence_in,
    say_absence,
    write_absence_code,
)
from transformations.patient_summary.codes import MEDICATION_STATUSES
from transformations.patient_summary.medications_reading import (
    MEDICATION_READ,
    read_absent_medication,
)
from transformations.sections.reasons import REASONS
from transformations.sections.statements import NOTES
from transformations.sections.withheld import ENTERED_IN_ERROR, Verdict, Withheld
from transformations.sections.words import Told
from transformations.terminology import Absence, SectionCode

_NEITHER = "; an entry of CDA would say that it is being taken or was taken"
# Statuses that are neither active nor completed: rule, reason and label in words.
_WITHHELD = {
    "not-taken": ("medication-not-taken", "is not taken", "Not taken"),
    "intended": (
        "medication-intended",
        "is intended but not taken yet",
        "Intended, not yet taken",
    ),
    "on-hold": (
        "medication-on-hold",
        "is on hold",
        "On hold, not taken at present",
    ),
    "unknown": (
        "medication-status-unknown",
        "has a status that its source does not know",
        "Not known whether it is taken",
    ),
    "draft": ("medication-draft", "is only drafted", "Draft, not ordered yet"),
    "cancelled": (
        "medication-cancelled",
        "was cancelled before it was taken",
        "Cancelled before it was taken",
    ),
}
_UNREADABLE = (
    "medication-status-unreadable",
    "has a status that cannot be read",
    "Status not understood",
)


def medicine_name(resource: Any, cx: Context) -> str:
    """Return the name of the medicine without booking, for a line about it."""
    reference = resource.get("medicationReference")
    if not isinstance(reference, dict):
        return name_of(resource.get("medicationCodeableConcept"))
    target = reference.get("reference")
    located = (
        cx.document.resolve(target, cx.located) if isinstance(target, str) else None
    )
    if located is None:
        return str(reference.get("display") or "")
    return name_of(located.resource.get("code"))


def judge_status(resource: Any, cx: Context) -> Verdict | None:
    """Withhold what is neither being taken nor was taken.

    The template wants ``statusCode`` active or completed and allows no ``nullFlavor``,
    no suspended, nothing between. So an entry always says one of two things: "the
    patient takes this" or "the patient took this, it is over". Clinically:

    - ``intended``: active would let a reader abroad count on a drug, or on its
      interactions, that the patient does not have in the body yet;
    - ``on-hold`` (an anticoagulant before surgery): active invites to go on giving it,
      completed hides that it is to be resumed and makes room for a second one;
    - ``draft`` and ``cancelled`` requests: neither was ever taken;
    - ``unknown``, a missing status or one nobody defines: either code would be ours,
      not the source's;
    - ``not-taken``: an entry would say the contrary.

    These are told with name, dose and reason in the narrative, with a finding, and the
    coded part does not count them. ``stopped`` is over for good, which is what
    completed means to a reader; that it was stopped, the narrative adds. A statement
    of absence claims no intake, whatever its status.
    """
    status = resource.get("status")
    if status in MEDICATION_STATUSES:
        return None
    if absence_in(resource.get("medicationCodeableConcept"), SectionCode.MEDICATIONS):
        return None
    rule, is_what, label = _WITHHELD.get(status, _UNREADABLE)
    if label == _UNREADABLE[2]:
        cx.tell(resource, "status")
        words = f"{medicine_name(resource, cx)} ({status})"
    else:
        cx.derive(resource, "status")
        words = medicine_name(resource, cx)
    reason = f"the medication {is_what}{_NEITHER}"
    return Verdict(rule, reason, Severity.WARNING, label, words)


def judge_statement(statement: Any, cx: Context) -> Verdict | None:
    """Withhold errors, and what is neither being taken nor was taken."""
    if statement.get("status") == "entered-in-error":
        return ENTERED_IN_ERROR
    return judge_status(statement, cx)


def judge_request(request: Any, cx: Context) -> Verdict | None:
    """Withhold errors, prohibitions, what was only proposed, and what is not taken."""
    if request.get("status") == "entered-in-error":
        return ENTERED_IN_ERROR
    if request.get("doNotPerform") is True:
        cx.derive(request, "doNotPerform")
        return Verdict(
            "medication-prohibited",
            "the request is not to give the medication; an entry would say to give it",
            Severity.WARNING,
            "Not to be given",
            medicine_name(request, cx),
        )
    if request.get("intent") in {"proposal", "option"}:
        cx.derive(request, "intent")
        return Verdict(
            "medication-proposed",
            "the medication was only proposed; an entry would say that it is taken",
            Severity.WARNING,
            "Proposed only",
            medicine_name(request, cx),
        )
    return judge_status(request, cx)


def status_to_cda(resource: Any, act: CdaNode, cx: Context) -> bool:
    """Write active or completed; that it was stopped, the narrative adds."""
    status = cx.take(resource, "status")
    if status == "stopped":
        cx.narrative.say_ours("Status", "Stopped")
    act.add("statusCode", code=MEDICATION_STATUSES[status])
    return False


def statement_dosage_in_words(statement: Any, _section: CdaNode, cx: Context) -> bool:
    """Say how it would be taken, of a statement that is told only."""
    say_dosages(statement.get("dosage"), cx)
    return False


def request_dosage_in_words(request: Any, _section: CdaNode, cx: Context) -> bool:
    """Say how it would be taken, of a request that is told only."""
    say_dosages(request.get("dosageInstruction"), cx)
    return False


def statement_times_to_cda(statement: Any, act: CdaNode, cx: Context) -> bool:
    """Write the two times of a statement: how long it is taken, and how often."""
    is_open = statement.get("status") == "active"
    treatment = treatment_of(act)
    bounded = _write_effective(statement, treatment, cx, is_open=is_open)
    why = "" if bounded else _why_absent(statement, cx)
    unset = None if bounded else treatment
    write_dosages(statement.get("dosage"), act, cx, treatment=unset)
    fill_treatment(treatment, why or "UNK", "NA" if is_open else "UNK")
    return bounded


def not_prohibited_to_cda(request: Any, _node: CdaNode, cx: Context) -> bool:
    """Book that the request does not forbid; one that does is withheld."""
    cx.derive(request, "doNotPerform")
    return False


def intent_to_cda(request: Any, _node: CdaNode, cx: Context) -> bool:
    """Say what kind of request it is, unless the label says it already."""
    if request.get("intent") not in {"proposal", "option", None}:
        cx.narrative.say("Kind of request", f"{cx.tell(request, 'intent')}")
    return False


def _write_effective(
    statement: Any, node: CdaNode, cx: Context, *, is_open: bool
) -> bool:
    if "effectivePeriod" in statement:
        codec = PeriodCodec("UNK", "NA" if is_open else "UNK")
        if codec.to_cda(statement, "effectivePeriod", node, cx):
            cx.narrative.say("Taken", codec.phrase(node))
            return True
        node.children.clear()
        return False
    if TS.to_cda(statement, "effectiveDateTime", node, cx):
        cx.narrative.say("Taken", TS.phrase(node))
        return True
    return False


def _why_absent(statement: Any, cx: Context) -> str:
    """Read why the source does not say when: of the period or of the date."""
    return absent_flavor(statement, "effectivePeriod", cx) or absent_flavor(
        statement, "effectiveDateTime", cx
    )


def write_absent_medication(section: CdaNode, absence: Absence, cx: Context) -> None:
    """Write the entry that says that there are no medicines, or none known of."""
    anchor = say_absence(absence, cx)
    act = section.add("entry").add(
        "substanceAdministration", classCode="SBADM", moodCode="INT"
    )
    act.add("templateId", root=expand("EH.3.4"))
    act.add("templateId", root=expand("CCD.1.24"))
    act.add("id", root=cx.new_id(absence.code))
    write_absence_code(act.add("code"), absence, anchor)
    act.add("text").add("reference", value=f"#{anchor}")
    act.add("statusCode", code="completed")
    treatment = act.add("effectiveTime", nullFlavor="UNK")
    treatment.set_type("IVL_TS")
    act.add("effectiveTime", nullFlavor="NA")
    product = act.add("consumable").add("manufacturedProduct", classCode="MANU")
    product.add("templateId", root=expand("EH.3.31"))
    material = product.add(
        "manufacturedMaterial",
        classCode="MMAT",
        determinerCode="KIND",
        nullFlavor="NA",
    )
    material.add("templateId", root=expand("EH.3.32"))


def unknown_medicine_to_cda(resource: Any, act: CdaNode, cx: Context) -> bool:
    """Write an unknown medicine where the source names none, and report it."""
    if act.first("consumable") is not None:
        return False
    _lose_medicine(resource, cx)
    product = act.add("consumable", typeCode="CSM").add(
        "manufacturedProduct", classCode="MANU"
    )
    product.add("templateId", root=expand("EH.3.31"))
    material = product.add(
        "manufacturedMaterial", classCode="MMAT", determinerCode="KIND"
    )
    material.add("templateId", root=expand("EH.3.32"))
    material.add("code", nullFlavor="UNK")
    cx.narrative.say_ours("Medicine", "unknown")
    cx.find(
        Severity.WARNING, "medication-unknown", "the source does not name the medicine"
    )
    return True


def _lose_medicine(resource: Any, cx: Context) -> None:
    """Book what the source has for a medicine, and what it does not make one."""
    reason = "it names no medicine that could be written"
    cx.lose(resource, "medicationCodeableConcept", reason)
    reference = resource.get("medicationReference")
    name = reference.get("reference") if isinstance(reference, dict) else None
    cx.lose(resource, "medicationReference", reason)
    located = cx.document.resolve(name, cx.located) if isinstance(name, str) else None
    if located is not None and located.type == "Medication":
        cx.lose_resource(located, reason, Severity.WARNING)


THE_MEDICINE = (
    Alt(
        Group(f"{PRODUCT}/{MATERIAL}", Pair("concept <-> material", concept_to_cda)),
        Follow("medicationReference", {"Medication": MEDICATION}, cda=PRODUCT),
        Group(f"{PRODUCT}/{MATERIAL}", Pair("a name only", named_to_cda)),
    ),
    Pair("a medicine that is unknown", unknown_medicine_to_cda),
)


def _act(times: Callable[[Any, CdaNode, Context], bool], *more: Any) -> Forth:
    """Make the act that a statement and a request share; both are read as one."""
    return Forth(
        Group(
            "entry/substanceAdministration{classCode=SBADM,moodCode=INT}<EH.3.4,CCD.1.24>",
            *THE_MEDICINE,
            EntryId(once=True),
            Link(),
            Pair("status <-> status of the act", status_to_cda),
            Pair("treatment period, schedule, dose <-> two times", times),
            REASONS,
            NOTES,
            Told(
                "category" if times is statement_times_to_cda else "category[]",
                "Category",
            ),
            Told("reasonReference[]", "Reason"),
            Ignore("basedOn[]", "orders and plans are not carried"),
            *more,
        )
    )


_REASONS_IN_WORDS = (
    Told("reasonCode[]", "Reason"),
    Told("reasonReference[]", "Reason"),
    Told("note[]", "Note"),
)
MEDICATION_STATEMENT = (
    Subject("subject"),
    Alt(
        Withheld(
            judge_statement,
            Pair("the medicine in words", medicine_in_words),
            Pair("the dosage in words", statement_dosage_in_words),
            Told("effectivePeriod", "Taken"),
            Told("effectiveDateTime", "Taken"),
            Told("statusReason[]", "Reason of the status"),
            Told("dateAsserted", "Stated on"),
            *_REASONS_IN_WORDS,
        ),
        absence_entry(
            SectionCode.MEDICATIONS,
            "medicationCodeableConcept",
            write_absent_medication,
        ),
        _act(
            statement_times_to_cda,
            Told("statusReason[]", "Reason of the status"),
            Told("dateAsserted", "Stated on"),
            Ignore("context", "a summary does not name the encounter"),
            Ignore("informationSource", "who stated it has no place in a summary"),
            Ignore("derivedFrom[]", "what it was derived from is not carried"),
            Ignore("partOf[]", "the larger event has no place in CDA"),
        ),
        MEDICATION_READ,
    ),
)

MEDICATION_REQUEST = (
    Subject("subject"),
    Alt(
        Withheld(
            judge_request,
            Pair("the medicine in words", medicine_in_words),
            Pair("the dosage in words", request_dosage_in_words),
            Pair("kind of request", intent_to_cda),
            Told("statusReason", "Reason of the status"),
            Told("authoredOn", "Requested on"),
            *_REASONS_IN_WORDS,
        ),
        absence_entry(
            SectionCode.MEDICATIONS,
            "medicationCodeableConcept",
            write_absent_medication,
        ),
        _act(
            request_times_to_cda,
            Pair("kind of request", intent_to_cda),
            Pair("no prohibition", not_prohibited_to_cda),
            Told("statusReason", "Reason of the status"),
            Told("priority", "Priority"),
            Told("authoredOn", "Requested on"),
            Told("courseOfTherapyType", "Course of therapy"),
            Told("dispenseRequest.quantity", "Quantity to dispense"),
            Told("dispenseRequest.numberOfRepeatsAllowed", "Repeats allowed"),
            Told("dispenseRequest.validityPeriod", "Valid"),
            Told("dispenseRequest.expectedSupplyDuration", "Supply lasts"),
            Told("substitution.allowedBoolean", "Substitution allowed"),
            Told("substitution.allowedCodeableConcept", "Substitution allowed"),
            Told("substitution.reason", "Reason of the substitution"),
            Told("groupIdentifier.value", "Prescription"),
            Ignore("encounter", "a summary does not name the encounter"),
            Ignore("requester", "who requested it has no place in a summary"),
            Ignore("recorder", "who recorded it has no place in a summary"),
            Ignore("performer", "who is to give it has no place in a summary"),
            Ignore("insurance[]", "insurance is not carried"),
            Ignore("supportingInformation[]", "supporting facts are not carried"),
            Ignore("priorPrescription", "earlier prescriptions are not carried"),
            Ignore("eventHistory[]", "the history of the request is not carried"),
            Ignore(
                "detectedIssue[]", "detected issues are not carried", Severity.WARNING
            ),
        ),
    ),
)

MEDICATIONS = Section(
    code=SectionCode.MEDICATIONS,
    display="History of Medication use Narrative",
    title="Medication summary",
    prefix="med",
    template_ids=("EH.2.3", "CCD.1.8"),
    entries={
        "MedicationStatement": MEDICATION_STATEMENT,
        "MedicationRequest": MEDICATION_REQUEST,
    },
    write_absent=write_absent_medication,
    read_absent=read_absent_medication,
    is_read=True,
)
