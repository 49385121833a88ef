"""A prescription read from CDA: its one item is a MedicationRequest.

What the document says of the prescription as a whole (its id, who wrote it, when) is
told to the item once all of it was read.

Spec: eHDSI Prescription EH.2.1, Substance Administration EH.3.2 (all waves) /
FHIR R4 MedicationRequest / HL7 Europe MPD MedicationRequest-eu-mpd.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode, class_of
from transformations.eprescription.substitution import allowed_to_fhir
from transformations.hl7v3.numbers import from_real
from transformations.hl7v3.oids import ACT_CODE
from transformations.hl7v3.timestamps import from_ts
from transformations.mapping import (
    IDENTIFIER,
    Back,
    Const,
    Context,
    IgnoreCda,
    Link,
    Otherwise,
    Row,
    Severity,
    Table,
)
from transformations.mapping.absence import data_absent
from transformations.mapping.cda_context import CdaContext
from transformations.mapping.cda_path import parse_cda_path
from transformations.mapping.ledger import Site
from transformations.medication.instructions_reading import fulfilments_to_fhir
from transformations.medication.medicines_reading import MEDICINE_READ
from transformations.medication.orders_reading import (
    amount_to_fhir,
    dosage_of_request_to_fhir,
    requester_to_fhir,
    status_to_fhir,
)
from transformations.sections.reasons import REASONS
from transformations.sections.statements import NOTES
from transformations.terminology import SectionCode

_PROFILE = "http://hl7.eu/fhir/mpd/StructureDefinition/MedicationRequest-eu-mpd"
_DEMANDED = frozenset({"authoredOn", "requester", "subject"})
_ITEM = parse_cda_path(
    "entry{typeCode=COMP}/substanceAdministration[moodCode=INT]{classCode=SBADM}",
    class_of("Section"),
)
_SUPPLY = parse_cda_path(
    "entryRelationship[typeCode=COMP]/supply", class_of("SubstanceAdministration")
)


def repeats_to_fhir(act: CdaNode, request: Any, cx: Context) -> bool:
    """Read how often it may be dispensed again: once less than altogether."""
    for holder in (act, *(chain[-1] for chain in _SUPPLY.find_chains(act))):
        for node in holder.elements("repeatNumber"):
            times = from_real(node.attributes.get("value", ""))
            if isinstance(times, int) and times > 0:
                cx.derive(node, "@value")
                dispense = request.setdefault("dispenseRequest", {})
                dispense["numberOfRepeatsAllowed"] = times - 1
                return True
    return False


def patient_to_fhir(_act: CdaNode, request: Any, cx: Context) -> bool:
    """Refer to the patient of the document."""
    if cx.patient is not None:
        request["subject"] = {"reference": cx.patient}
    return False


ITEM_READ = Table(
    "prescription",
    "MedicationRequest",
    "SubstanceAdministration",
    Back("patient of the document -> subject", patient_to_fhir),
    Back("statusCode -> status", status_to_fhir),
    MEDICINE_READ,
    Row("identifier[]", "id", IDENTIFIER),
    Link(),
    Const("code", code="DRUG", codeSystem=ACT_CODE),
    Back("times, dose, route -> dosageInstruction", dosage_of_request_to_fhir),
    Back("supply -> prescribedQuantity", amount_to_fhir),
    Back("repeatNumber -> numberOfRepeatsAllowed", repeats_to_fhir),
    Back("SUBST -> substitution", allowed_to_fhir),
    REASONS,
    NOTES,
    Back("instructions to who dispenses -> note", fulfilments_to_fhir),
    Back("author -> requester and authoredOn", requester_to_fhir),
    IgnoreCda("performer", "who is to give it is not carried", Severity.WARNING),
    IgnoreCda("participant", "who else takes part is not carried", Severity.WARNING),
    IgnoreCda("informant", "who informed the prescriber is not carried"),
    IgnoreCda(
        "entryRelationship[typeCode=REFR]",
        "what a prescription refers to beside is for its own country",
        Severity.WARNING,
    ),
    IgnoreCda(
        "entryRelationship[typeCode=SPRT]",
        "what supports a prescription is for its own country",
        Severity.WARNING,
    ),
    IgnoreCda(
        "precondition",
        "on what condition it is taken has no place here; the text says it",
        Severity.CRITICAL,
    ),
    Otherwise("status", "unknown"),
    Otherwise("intent", "order"),
)


def item_to_fhir(section: CdaNode, request: Any, cx: Context) -> bool:
    """Read the item of a prescription."""
    return ITEM_READ.read_at(_ITEM, section, request, cx)


PRESCRIPTION_READ = Back("substanceAdministration -> request", item_to_fhir)


def complete_requests(
    document: CdaNode, composition: dict[str, Any], cx: CdaContext
) -> None:
    """Tell each item what the document says of all of them."""
    group = _group(document, cx)
    requester = next(
        (one for one in composition.get("author", ()) if "reference" in one), None
    )
    written = _written(document) or composition.get("date")
    for _, resource in cx.made:
        if resource["resourceType"] == "MedicationRequest":
            if group is not None and group not in resource.get("identifier", ()):
                resource["groupIdentifier"] = group
            if requester is not None:
                resource.setdefault("requester", dict(requester))
            _date(resource, written)
            if resource.keys() >= _DEMANDED:
                resource["meta"] = {"profile": [_PROFILE]}


def _group(document: CdaNode, cx: CdaContext) -> dict[str, Any] | None:
    """Read the id of the prescription, which stands at its section."""
    cx.site = Site("prescription: id", "MedicationRequest.groupIdentifier")
    found: dict[str, Any] = {}
    for section in _sections(document):
        for node in section.elements("id"):
            if "groupIdentifier" not in found:
                IDENTIFIER.to_fhir(node, found, "groupIdentifier", cx)
    return found.get("groupIdentifier")


def _sections(document: CdaNode) -> list[CdaNode]:
    return [
        section
        for component in document.elements("component")
        for body in component.elements("structuredBody")
        for part in body.elements("component")
        for section in part.elements("section")
        if _code_of(section) == SectionCode.PRESCRIPTIONS.value
    ]


def _code_of(section: CdaNode) -> str:
    code = section.first("code")
    return "" if code is None else code.attributes.get("code", "")


def _written(document: CdaNode) -> str | None:
    """Return when the first author wrote; the header booked it."""
    for author in document.elements("author"):
        for time in author.elements("time"):
            read = from_ts(time.attributes.get("value", ""))
            if read is not None:
                return read
    return None


def _date(request: dict[str, Any], written: str | None) -> None:
    if "authoredOn" in request:
        return
    if written is None:
        request["_authoredOn"] = data_absent("unknown")
    else:
        request["authoredOn"] = written
