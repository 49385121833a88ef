"""Products that a national server keeps as MedicationKnowledge instead of Medication.

Spec: HL7 FHIR R4 MedicationKnowledge (elements; search by code, doseform,
classification).
"""

from __future__ import annotations

from typing import Any

from ncp.national.fhir_json import Resource, as_list
from transformations.medication.extensions import CLASSIFICATION


def as_medication(knowledge: Resource) -> Resource:
    """Return what a MedicationKnowledge says of a product as a Medication says it."""
    packaging = _dict(knowledge.get("packaging"))
    made: Resource = {
        "resourceType": "Medication",
        "code": knowledge.get("code"),
        "status": knowledge.get("status"),
        "form": knowledge.get("doseForm"),
        "ingredient": knowledge.get("ingredient"),
        "manufacturer": knowledge.get("manufacturer"),
        "amount": {
            "numerator": packaging.get("quantity") or knowledge.get("amount"),
            "denominator": _package(packaging.get("type")),
        },
        "extension": [
            {"url": CLASSIFICATION, "valueCodeableConcept": concept}
            for each in as_list(knowledge.get("medicineClassification"))
            for concept in as_list(_dict(each).get("classification"))
        ],
    }
    return {name: value for name, value in made.items() if value is not None}


def _package(kind: object) -> Resource:
    """Return one package of a kind, as the denominator of an amount."""
    coding = _dict(next(iter(as_list(_dict(kind).get("coding"))), None))
    told = {"unit": coding.get("display"), "system": coding.get("system")}
    return {"value": 1, **told, "code": coding.get("code")}


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
