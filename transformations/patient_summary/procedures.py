"""Procedures: Procedure in both worlds.

Spec: eHDSI List of Surgeries EH.2.11, Procedure EH.3.26 (Wave 8) / FHIR R4 Procedure /
IPS 2.0.1 Procedure-uv-ips / EPS 1.0.0 procedure.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.cda.template_ids import expand
from transformations.mapping import (
    TS,
    Alt,
    Context,
    EntryId,
    Group,
    Ignore,
    Link,
    Otherwise,
    Pair,
    PeriodCodec,
    Row,
    Section,
    Severity,
    Subject,
)
from transformations.mapping.absence import data_absent
from transformations.patient_summary.absent import (
    absence_entry,
    say_absence,
    write_absence_code,
)
from transformations.patient_summary.codes import PROCEDURE_STATUSES, PROCEDURE_SYSTEMS
from transformations.sections.absent_reading import read_absence_at
from transformations.sections.concepts import OpenConcept
from transformations.sections.reasons import REASONS
from transformations.sections.statements import (
    BODY_SITE,
    NOTES,
    PERFORMERS,
    RECORDER_ONLY,
)
from transformations.sections.withheld import by_status, withheld
from transformations.sections.words import Told
from transformations.terminology import Absence, SectionCode

DEED = OpenConcept("CE", PROCEDURE_SYSTEMS)
# A status that CDA does not distinguish is said in words as well.
_SAID_IN_WORDS = {
    "not-done": "Not done",
    "on-hold": "On hold",
    "preparation": "In preparation",
}


def status_to_cda(procedure: Any, act: CdaNode, cx: Context) -> bool:
    """Write the status; what was not done is cancelled, and the narrative says so."""
    status = procedure.get("status")
    code = PROCEDURE_STATUSES.get(status)
    if code is None:
        cx.tell(procedure, "status")
        cx.narrative.say("Status", str(status or "unknown"))
        act.add("statusCode", nullFlavor="UNK")
        return False
    cx.take(procedure, "status")
    words = _SAID_IN_WORDS.get(status)
    if words is not None:
        cx.narrative.say_ours("Status", words)
    act.add("statusCode", code=code)
    return False


def status_to_fhir(act: CdaNode, procedure: Any, cx: Context) -> bool:
    """Read the status of the act; what is negated was not done."""
    node = act.first("statusCode")
    status = None if node is None else _STATUSES_OF_ACT.get(node.attributes.get("code"))
    if act.attributes.get("negationInd") == "true":
        cx.derive(act, "@negationInd")
        procedure["status"] = "not-done"
        return True
    if node is None or status is None:
        procedure["status"] = "unknown"
        for unknown in act.elements("statusCode"):
            cx.settle(unknown, "@nullFlavor")
        return False
    cx.derive(node, "@code")
    procedure["status"] = status
    return False


_STATUSES_OF_ACT: dict[str | None, str] = {
    "completed": "completed",
    "active": "in-progress",
    "cancelled": "not-done",
    "aborted": "stopped",
}


def time_unknown_to_cda(_procedure: Any, act: CdaNode, _cx: Context) -> bool:
    """Write that the time is unknown; the template wants one always."""
    if act.first("effectiveTime") is None:
        act.add("effectiveTime", nullFlavor="UNK")
    return False


def write_absent_procedure(section: CdaNode, absence: Absence, cx: Context) -> None:
    """Write the entry that says that there are no procedures, or none known of."""
    anchor = say_absence(absence, cx)
    act = section.add("entry").add("procedure", classCode="PROC", moodCode="EVN")
    act.add("templateId", root=expand("EH.3.26"))
    act.add("id", root=cx.new_id(absence.code))
    write_absence_code(act.add("code"), absence, anchor)
    act.add("text").add("reference", value=f"#{anchor}")
    act.add("statusCode", code="completed")
    act.add("effectiveTime", nullFlavor="NA")


PROCEDURE_ACT = Group(
    "entry/procedure{classCode=PROC,moodCode=EVN}<EH.3.26>",
    Row("code", "code", DEED, say="Procedure", absent="UNK"),
    EntryId(),
    Link(),
    Pair("status <-> status of the act", status_to_cda, status_to_fhir),
    Alt(
        Row("performedDateTime", "effectiveTime", TS, say="Date"),
        Row("performedPeriod", "effectiveTime", PeriodCodec(), say="Date"),
    ),
    Pair("when is unknown", time_unknown_to_cda),
    Otherwise("code", data_absent("unknown")),
    Otherwise("performedDateTime", data_absent("unknown"), unless=("performedPeriod",)),
    Row("bodySite[]", "targetSiteCode", BODY_SITE, say="Body site"),
    REASONS,
    NOTES,
    RECORDER_ONLY,
    PERFORMERS,
    Told("performedString", "Date"),
    Told("performedAge", "At the age of"),
    Told("performedRange", "At the age of"),
    Told("outcome", "Outcome"),
    Told("complication[]", "Complication"),
    Told("followUp[]", "Follow-up"),
    Told("statusReason", "Reason of the status"),
    Told("category", "Category"),
    Told("usedCode[]", "Used"),
    Told("reasonReference[]", "Reason"),
    Told("complicationDetail[]", "Complication"),
    Told("location", "Place"),
    Ignore("performer[]", "who performed it is not carried"),
    Ignore("encounter", "a summary does not name the encounter"),
    Ignore("recorder", "who recorded a procedure has no place in a summary"),
    Ignore("asserter", "who asserted a procedure has no place in a summary"),
    Ignore("basedOn[]", "orders and plans are not carried"),
    Ignore("partOf[]", "the larger procedure has no place in CDA"),
    Ignore("report[]", "reports are not carried"),
    Ignore("focalDevice[]", "the device has no place here", Severity.WARNING),
    Ignore("usedReference[]", "what was used is not carried", Severity.WARNING),
    Ignore("instantiatesCanonical[]", "protocols are not carried"),
    Ignore("instantiatesUri[]", "protocols are not carried"),
)

PROCEDURE = (
    Subject("subject"),
    Alt(
        withheld(by_status("entered-in-error")),
        absence_entry(SectionCode.PROCEDURES, "code", write_absent_procedure),
        PROCEDURE_ACT,
    ),
)

PROCEDURES = Section(
    code=SectionCode.PROCEDURES,
    display="History of Procedures Document",
    title="Surgical and other procedures",
    prefix="prc",
    template_ids=("EH.2.11",),
    entries={"Procedure": PROCEDURE},
    write_absent=write_absent_procedure,
    read_absent=read_absence_at(
        SectionCode.PROCEDURES, "entry/procedure/code", by_flavor=True
    ),
    is_read=True,
)
