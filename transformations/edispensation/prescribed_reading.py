"""What was prescribed, as a dispensation repeats it: a MedicationRequest.

Spec: eHDSI Supply EH.3.3 (Wave 8), ``entryRelationship[@typeCode='REFR']`` /
HL7 Europe MPD MedicationRequest.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode, class_of
from transformations.header.people_reading import read_author
from transformations.hl7v3.oids import ACT_CLASS, ACT_CODE
from transformations.mapping import (
    CE,
    IDENTIFIER,
    PQ,
    TS,
    Back,
    Const,
    Context,
    IgnoreCda,
    Link,
    Otherwise,
    Row,
    Table,
)
from transformations.mapping.cda_path import parse_cda_path
from transformations.mapping.codecs.coded import read_names
from transformations.medication.dosage_reading import dosage_to_fhir, treatment_to_fhir
from transformations.medication.medicines_reading import MEDICINE_READ

PRESCRIBED_QUANTITY = (
    "https://profiles.ihe.net/PHARM/MPD/StructureDefinition/"
    "ihe-ext-medicationrequest-prescribedQuantity"
)
EFFECTIVE_DOSE_PERIOD = (
    "http://hl7.org/fhir/5.0/StructureDefinition/"
    "extension-MedicationRequest.effectiveDosePeriod"
)
SUBSTITUTION = "2.16.840.1.113883.5.1070"
_KIND = class_of("SubstanceAdministration")
_PRESCRIBED = parse_cda_path(
    "entryRelationship[typeCode=REFR]"
    "/substanceAdministration{classCode=SBADM,moodCode=INT}",
    class_of("Supply"),
)
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
        if quantity is None or not PQ.to_fhir(quantity, extension, "valueQuantity", cx):
            continue
        cx.book_chain(chain, _AMOUNT.steps)
        for independent in supply.elements("independentInd"):
            cx.settle(independent, ".")
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


_REQUEST = Table(
    "prescription",
    "MedicationRequest",
    "SubstanceAdministration",
    Back("statusCode -> status", status_to_fhir),
    MEDICINE_READ,
    Row("identifier[]", "id", IDENTIFIER),
    Link(),
    Const("code", code="DRUG", codeSystem=ACT_CODE),
    Back(
        "times, dose, route, instructions -> dosageInstruction",
        dosage_of_request_to_fhir,
    ),
    Back("packages -> prescribedQuantity", amount_to_fhir),
    Back("SUBST -> substitution", substitution_to_fhir),
    Back("author -> requester and authoredOn", requester_to_fhir),
    IgnoreCda("repeatNumber", "how often it may be dispensed is for its own country"),
    Otherwise("status", "unknown"),
)


def prescribed_to_fhir(supply: CdaNode, dispense: Any, cx: Context) -> bool:
    """Read the prescription that a supply refers to, with what was prescribed."""
    found = []
    for chain in _PRESCRIBED.find_chains(supply):
        request: dict[str, Any] = {
            "resourceType": "MedicationRequest",
            "intent": "order",
            "subject": {"reference": cx.patient},
        }
        if _REQUEST.read(chain[-1], request, cx):
            cx.book_chain(chain, _PRESCRIBED.steps)
            found.append({"reference": cx.make_resource(request)})
    if found:
        dispense["authorizingPrescription"] = found
    return bool(found)


PRESCRIBED_READ = Back("REFR -> authorizingPrescription", prescribed_to_fhir)
