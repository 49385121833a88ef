"""What was ordered, read from CDA: the parts of a MedicationRequest.

A prescription says it, and a dispensation repeats it.

Spec: eHDSI Substance Administration EH.3.2, Supply EH.3.3 (Wave 8) /
HL7 Europe MPD MedicationRequest.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode, class_of
from transformations.header.people_reading import read_author
from transformations.hl7v3.oids import ACT_CLASS
from transformations.mapping import CE, PQ, TS, Context
from transformations.mapping.cda_path import parse_cda_path
from transformations.mapping.codecs.coded import read_names
from transformations.medication.dosage_reading import dosage_to_fhir, treatment_to_fhir
from transformations.medication.extensions import (
    EFFECTIVE_DOSE_PERIOD,
    PRESCRIBED_QUANTITY,
)

_KIND = class_of("SubstanceAdministration")
_AMOUNT = parse_cda_path(
    "entryRelationship[typeCode=COMP]/supply{classCode=SPLY,moodCode=RQO}", _KIND
)
_FLAG = parse_cda_path("entryRelationship/observation/code[code=SUBST]", _KIND)
_STATUSES = {"active": "active", "completed": "completed"}


def status_to_fhir(act: CdaNode, request: Any, cx: Context) -> bool:
    """Read whether the prescription may still be dispensed, where that is said."""
    node = act.first("statusCode")
    status = None if node is None else _STATUSES.get(node.attributes.get("code", ""))
    if node is not None and status is not None:
        cx.derive(node, "@code")
        request["status"] = status
    return False


def dosage_of_request_to_fhir(act: CdaNode, request: Any, cx: Context) -> bool:
    """Read when and how it is to be taken."""
    taken: dict[str, Any] = {"status": "active"}
    passed = treatment_to_fhir(act, taken, cx)
    period = taken.get("effectivePeriod")
    if "_effectiveDateTime" in taken:
        period = {"_start": taken["_effectiveDateTime"]}
    if "effectiveDateTime" in taken:
        period = {"start": taken["effectiveDateTime"]}
    if period:
        extension = {"url": EFFECTIVE_DOSE_PERIOD, "valuePeriod": period}
        request.setdefault("extension", []).append(extension)
    if dosage_to_fhir(act, taken, cx):
        request["dosageInstruction"] = taken["dosage"]
        passed = True
    return passed


def amount_to_fhir(act: CdaNode, request: Any, cx: Context) -> bool:
    """Read how many packages were prescribed."""
    for chain in _AMOUNT.find_chains(act):
        supply = chain[-1]
        extension: dict[str, Any] = {"url": PRESCRIBED_QUANTITY}
        quantity = supply.first("quantity")
        for independent in supply.elements("independentInd"):
            cx.settle(independent, ".")
        if quantity is None or not PQ.to_fhir(quantity, extension, "valueQuantity", cx):
            continue
        cx.book_chain(chain, _AMOUNT.steps)
        request["dispenseRequest"] = {"extension": [extension]}
        return True
    return False


def substitution_to_fhir(act: CdaNode, request: Any, cx: Context) -> bool:
    """Read whether another product was allowed; only none forbids it."""
    for chain in _FLAG.find_chains(act):
        observation, code = chain[-2:]
        value = observation.first("value")
        if code.attributes.get("codeSystem", ACT_CLASS) != ACT_CLASS:
            continue
        if value is None:
            cx.lose(observation, ".", "a flag of substitution that has no value")
            continue
        substitution: dict[str, Any] = {}
        if value.attributes.get("code") == "N":
            read_names(value, cx)
            substitution["allowedBoolean"] = False
        elif not CE.to_fhir(value, substitution, "allowedCodeableConcept", cx):
            continue
        read_names(code, cx)
        cx.book_chain(chain, _FLAG.steps)
        for status in observation.elements("statusCode"):
            cx.settle(status, ".")
        request["substitution"] = substitution
        return True
    return False


def requester_to_fhir(act: CdaNode, request: Any, cx: Context) -> bool:
    """Read who prescribed it, and when."""
    for author in act.elements("author"):
        for time in author.elements("time"):
            if "authoredOn" not in request:
                TS.to_fhir(time, request, "authoredOn", cx)
        reference = read_author(author, cx)
        if reference and "requester" not in request:
            request["requester"] = {"reference": reference}
    return "requester" in request
