"""What was prescribed, as a dispensation repeats it: a MedicationRequest.

Spec: eHDSI Supply EH.3.3 (Wave 8), ``entryRelationship[@typeCode='REFR']`` /
HL7 Europe MPD MedicationRequest.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode, class_of
from transformations.hl7v3.oids import ACT_CODE
from transformations.mapping import (
    IDENTIFIER,
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
from transformations.medication.medicines_reading import MEDICINE_READ
from transformations.medication.orders_reading import (
    amount_to_fhir,
    dosage_of_request_to_fhir,
    requester_to_fhir,
    status_to_fhir,
    substitution_to_fhir,
)

_PRESCRIBED = parse_cda_path(
    "entryRelationship[typeCode=REFR]"
    "/substanceAdministration{classCode=SBADM,moodCode=INT}",
    class_of("Supply"),
)
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
