"""A summary that uses most of what the optional sections carry, for proofs."""

from tests.transformations.patient_summary.observed import (
    LOINC,
    loinc,
    observed,
    quantity,
)
from tests.transformations.patient_summary.summaries import (
    ICD,
    PATIENT,
    SCT,
    concept,
    url,
)

_SUBJECT = {"subject": {"reference": PATIENT}}
_HIGH = concept(
    "H", "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "High"
)
# Sections by code; the numbers in references follow from the order.
SECTIONS = {
    "11369-6": [
        {
            "resourceType": "Immunization",
            "id": "i1",
            "status": "completed",
            "patient": {"reference": PATIENT},
            "vaccineCode": concept("863911006", SCT, "Tetanus vaccine", "Tetanus"),
            "occurrenceDateTime": "2021-09-05",
            "lotNumber": "A1",
            "expirationDate": "2022-01-01",
            "manufacturer": {"display": "Maker"},
            "route": concept("78421000", SCT, "Intramuscular route"),
            "site": concept("368208006", SCT, "Left arm"),
            "doseQuantity": quantity(1, "mL"),
            "protocolApplied": [
                {
                    "targetDisease": [concept("A35", ICD, "Tetanus")],
                    "doseNumberPositiveInt": 2,
                    "series": "Basic",
                }
            ],
            "performer": [{"actor": {"display": "Dr Klein"}}],
            "note": [{"text": "note"}],
        },
        {
            "resourceType": "Immunization",
            "id": "i2",
            "status": "not-done",
            "patient": {"reference": PATIENT},
            "vaccineCode": concept("863911006", SCT, "Tetanus vaccine", "Tetanus"),
            "statusReason": {"text": "refused"},
        },
    ],
    "30954-2": [
        observed(
            "4548-4",
            id="r1",
            valueQuantity=quantity(6, "%"),
            interpretation=[_HIGH],
            bodySite=concept("368208006", SCT, "Left arm"),
            referenceRange=[{"low": quantity(4, "%"), "high": quantity(5, "%")}],
            note=[{"text": "note"}],
            performer=[{"display": "Lab"}],
        ),
        observed("1-8", id="r2", valueQuantity=quantity(5, "ng/L", comparator="<")),
        observed("2-6", id="r3", valueString="cloudy", status="preliminary"),
        observed(
            "882-1",
            id="r4",
            valueCodeableConcept=concept("278147001", SCT, "O positive"),
        ),
        observed(
            "24331-1",
            id="r5",
            component=[{"code": loinc("2093-3"), "valueQuantity": quantity(5, "g")}],
        ),
        observed(
            "3-4",
            id="r6",
            valueInteger=3,
            referenceRange=[{"text": "low", "appliesTo": [{"text": "men"}]}],
        ),
        observed(
            "5-9", id="r7", dataAbsentReason=concept("x", "urn:oid:2.999.3", "broken")
        ),
    ],
    "8716-3": [
        observed(
            "85354-9",
            id="v1",
            component=[
                {"code": loinc("8480-6"), "valueQuantity": quantity(127, "mm[Hg]")},
                {"code": loinc("8462-4"), "valueQuantity": quantity(93, "mm[Hg]")},
            ],
        ),
        observed("29463-7", id="v2", valueQuantity=quantity(66, "kg")),
    ],
    "10162-6": [
        observed(
            "82810-3",
            id="p1",
            valueCodeableConcept=concept("LA15173-0", LOINC, "Pregnant"),
        ),
        observed("11778-8", id="p2", valueDateTime="2024-12-01"),
        observed("11614-5", id="p3", valueQuantity=quantity(1, "1")),
        observed("93857-1", id="p4", valueDateTime="2019-03"),
    ],
    "29762-2": [
        observed(
            "72166-2", id="s1", valueCodeableConcept=concept("77176002", SCT, "Smoker")
        ),
    ],
    "47420-5": [observed("75246-9", id="f1", valueString="walks")],
    "18776-5": [
        {
            "resourceType": "CarePlan",
            "id": "c1",
            **_SUBJECT,
            "status": "active",
            "intent": "plan",
            "category": [concept("734163000", SCT, "Care plan")],
            "period": {"start": "2010-02-14"},
            "activity": [
                {
                    "detail": {
                        "status": "scheduled",
                        "code": concept("229065009", SCT, "Exercise"),
                        "description": "daily",
                        "reasonCode": [{"text": "knee"}],
                    }
                }
            ],
            "goal": [{"reference": "#g"}],
            "contained": [
                {
                    "resourceType": "Goal",
                    "id": "g",
                    **_SUBJECT,
                    "lifecycleStatus": "active",
                    "description": {"text": "walk"},
                    "target": [{"detailQuantity": quantity(5, "km")}],
                }
            ],
        },
    ],
    "42348-3": [
        {
            "resourceType": "Consent",
            "id": "d1",
            "status": "active",
            "patient": {"reference": PATIENT},
            "scope": {"text": "directive"},
            "category": [{"text": "no resuscitation"}],
            "dateTime": "2023-04-01",
            "provision": {"type": "deny"},
        },
    ],
    "104605-1": [
        {
            "resourceType": "Flag",
            "id": "a1",
            **_SUBJECT,
            "status": "active",
            "code": concept("1", SCT, "Difficult airway"),
            "period": {"start": "2020"},
        },
    ],
    "10160-0": [
        {
            "resourceType": "MedicationStatement",
            "id": "m1",
            **_SUBJECT,
            "status": "on-hold",
            "medicationCodeableConcept": {"text": "Aspirin"},
            "dosage": [{"text": "one", "route": {"text": "oral"}}],
        },
    ],
    "11450-4": [
        {
            "resourceType": "Condition",
            "id": "k1",
            **_SUBJECT,
            "code": concept("I10", ICD, "Hypertension"),
            "clinicalStatus": {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
                        "code": "resolved",
                    }
                ]
            },
        },
    ],
}
RESOURCES = [one for listed in SECTIONS.values() for one in listed]


def sections():
    """Return the sections that list the resources, numbered from 3 on."""
    found, number = [], 3
    for code, listed in SECTIONS.items():
        entries = [{"reference": url(number + index)} for index in range(len(listed))]
        number += len(listed)
        found.append({"code": concept(code, LOINC), "entry": entries})
    return found
