"""A summary that uses most of what the five sections carry, for proofs over leaves."""

from tests.transformations.patient_summary.summaries import (
    ICD,
    PATIENT,
    SCT,
    concept,
    status,
)

IPS = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
ATC = "http://www.whocc.no/atc"
EDQM = "http://standardterms.edqm.eu"
UCUM = "http://unitsofmeasure.org"


def quantity(v, c):
    return {"value": v, "system": UCUM, "code": c}


def about():
    return {"subject": {"reference": PATIENT}}


def taken(**m):
    return {
        "resourceType": "MedicationStatement",
        "id": "m",
        "status": "active",
        **about(),
        **m,
    }


HIGH_PRESSURE = concept(
    "I10", ICD, "Essential (primary) hypertension", "High blood pressure"
)
BOTH = concept("38341003", SCT, "Hypertension")
BOTH["coding"].append({"system": ICD, "code": "I10", "display": "Hypertension"})
RESOURCES = [
    {
        "resourceType": "Condition",
        "id": "c1",
        **about(),
        "code": HIGH_PRESSURE,
        "clinicalStatus": status("condition-clinical", "remission"),
        "verificationStatus": status("condition-ver-status", "confirmed"),
        "severity": concept("24484000", SCT, "Severe"),
        "onsetDateTime": "2015",
        "abatementDateTime": "2016-10",
        "recordedDate": "2015-02-03T10:00:00Z",
        "bodySite": [concept("368208006", SCT, "Left arm")],
        "note": [{"text": "Note"}],
        "category": [concept("75326-9", "http://loinc.org", "Problem")],
    },
    {
        "resourceType": "Condition",
        "id": "c2",
        **about(),
        "code": BOTH,
        "verificationStatus": status("condition-ver-status", "refuted"),
        "onsetDateTime": "2020-01-02",
        "abatementDateTime": "2020-01-02",
    },
    {
        "resourceType": "Condition",
        "id": "c3",
        **about(),
        "code": {"text": "Only text"},
        "clinicalStatus": status("condition-clinical", "resolved"),
        "onsetDateTime": "2015-03-03",
    },
    {
        "resourceType": "Condition",
        "id": "c4",
        **about(),
        "code": concept("I11", ICD, "X"),
        "_onsetDateTime": {
            "extension": [
                {
                    "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
                    "valueCode": "asked-unknown",
                }
            ]
        },
    },
    {
        "resourceType": "AllergyIntolerance",
        "id": "a1",
        "patient": {"reference": PATIENT},
        "code": concept("J01CA04", ATC, "amoxicillin"),
        "type": "allergy",
        "category": ["medication"],
        "criticality": "high",
        "clinicalStatus": status("allergyintolerance-clinical", "active"),
        "verificationStatus": status("allergyintolerance-verification", "confirmed"),
        "onsetDateTime": "2010-01",
        "recordedDate": "2011-01-01",
        "reaction": [
            {
                "manifestation": [
                    concept("126485001", SCT, "Urticaria"),
                    {"text": "odd"},
                ],
                "severity": "severe",
                "onset": "2010-01-02",
            },
            {"manifestation": [concept("1", SCT, "not in set")], "description": "d"},
        ],
        "note": [{"text": "n"}],
    },
    {
        "resourceType": "AllergyIntolerance",
        "id": "a2",
        "patient": {"reference": PATIENT},
        "code": {"text": "Unknown berry"},
        "clinicalStatus": status("allergyintolerance-clinical", "resolved"),
        "onsetDateTime": "2010-01-01",
    },
    {
        "resourceType": "AllergyIntolerance",
        "id": "a3",
        "patient": {"reference": PATIENT},
        "code": concept("no-known-food-allergies", IPS, "x"),
    },
    {
        "resourceType": "AllergyIntolerance",
        "id": "a4",
        "patient": {"reference": PATIENT},
        "code": concept("1", "urn:oid:2.999.7", "local code"),
    },
    taken(
        medicationCodeableConcept=concept("J01CA04", ATC, "amoxicillin"),
        effectivePeriod={"start": "2020-01-01"},
        dosage=[
            {
                "text": "t",
                "timing": {"repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": quantity(500, "mg")}],
                "route": concept("20053000", EDQM, "Oral use"),
            }
        ],
        reasonCode=[concept("I10", ICD, "H"), concept("38341003", SCT, "H")],
        note=[{"text": "x"}],
    ),
    taken(
        id="m2",
        medicationReference={"reference": "#x"},
        contained=[
            {
                "resourceType": "Medication",
                "id": "x",
                "code": concept("319996000", SCT, "Simvastatin 10 mg", "Simva"),
                "form": concept("10219000", EDQM, "Tablet"),
                "amount": {
                    "numerator": {
                        "value": 5,
                        "unit": "Blister",
                        "system": EDQM,
                        "code": "30007000",
                    },
                    "denominator": {
                        "value": 1,
                        "unit": "Box",
                        "system": EDQM,
                        "code": "30009000",
                    },
                },
                "ingredient": [
                    {
                        "itemCodeableConcept": concept("C10AA01", ATC, "simvastatin"),
                        "strength": {
                            "numerator": quantity(10, "mg"),
                            "denominator": quantity(1, "1"),
                        },
                    },
                    {"itemCodeableConcept": {"text": "Herb"}},
                ],
                "extension": [
                    {
                        "url": "https://profiles.ihe.net/PHARM/MPD/StructureDefinition/ihe-ext-medication-classification",
                        "valueCodeableConcept": concept("C10AA01", ATC, "simvastatin"),
                    },
                    {
                        "url": "https://profiles.ihe.net/PHARM/MPD/StructureDefinition/ihe-ext-medication-classification",
                        "valueCodeableConcept": concept("X1", "urn:oid:2.999.4", "k"),
                    },
                    {
                        "url": "https://profiles.ihe.net/PHARM/MPD/StructureDefinition/ihe-ext-medication-sizeofitem",
                        "valueQuantity": quantity(20, "1"),
                    },
                    {
                        "url": "https://profiles.ihe.net/PHARM/MPD/StructureDefinition/ihe-ext-medication-unitofpresentation",
                        "valueCodeableConcept": concept("30007000", EDQM, "Blister"),
                    },
                ],
            }
        ],
        effectiveDateTime="2020-01-01",
        dosage=[
            {
                "timing": {"repeat": {"when": ["HS"]}},
                "doseAndRate": [{"doseQuantity": quantity(1, "mg")}],
                "route": concept("26643006", SCT, "Oral route"),
            }
        ],
    ),
    taken(
        id="m3",
        status="completed",
        medicationCodeableConcept={"text": "Aspirin"},
        dosage=[{"asNeededBoolean": True, "text": "as needed"}],
    ),
    taken(
        id="m4",
        medicationCodeableConcept={"text": "Two events"},
        dosage=[
            {
                "timing": {"repeat": {"when": ["ACM", "HS"]}},
                "doseAndRate": [
                    {"doseRange": {"low": quantity(1, "mg"), "high": quantity(2, "mg")}}
                ],
            }
        ],
    ),
    taken(
        id="m5",
        medicationCodeableConcept={"text": "Once"},
        dosage=[{"timing": {"event": ["2024-01-01T08:00:00+01:00"]}}],
    ),
    taken(
        id="m6",
        medicationCodeableConcept={"text": "Five"},
        effectivePeriod={"start": "2024-01-01", "end": "2024-01-01"},
        dosage=[
            {"timing": {"repeat": {"frequency": 5, "period": 1, "periodUnit": "d"}}}
        ],
    ),
    taken(id="m7"),
    taken(
        id="m8",
        medicationReference={"reference": "urn:uuid:77", "display": "Named"},
        _effectiveDateTime={
            "extension": [
                {
                    "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
                    "valueCode": "asked-unknown",
                }
            ]
        },
    ),
    {
        "resourceType": "MedicationRequest",
        "id": "r1",
        "status": "active",
        "intent": "order",
        **about(),
        "medicationCodeableConcept": concept("J01CA04", ATC, "amoxicillin"),
        "dosageInstruction": [{"text": "t"}],
    },
    {
        "resourceType": "Procedure",
        "id": "p1",
        "status": "completed",
        **about(),
        "code": concept("80146002", SCT, "Appendectomy"),
        "performedDateTime": "2020",
        "bodySite": [concept("368208006", SCT, "Left arm")],
        "reasonCode": [concept("K35", ICD, "App")],
        "note": [{"text": "n"}],
    },
    {
        "resourceType": "Procedure",
        "id": "p2",
        "status": "not-done",
        **about(),
        "code": {"text": "text only"},
        "performedPeriod": {"start": "2020-01-01", "end": "2020-01-02"},
    },
    {
        "resourceType": "Procedure",
        "id": "p3",
        "status": "unknown",
        **about(),
        "code": concept("1", "urn:oid:2.999.7", "loc"),
    },
    {
        "resourceType": "DeviceUseStatement",
        "id": "u1",
        "status": "active",
        **about(),
        "device": {"reference": "#d"},
        "contained": [
            {
                "resourceType": "Device",
                "id": "d",
                "type": concept("14106009", SCT, "Pacemaker"),
                "udiCarrier": [{"carrierHRF": "(01)123"}],
                "modelNumber": "M",
                "serialNumber": "S",
            }
        ],
        "timingDateTime": "2014-01-17",
    },
    {
        "resourceType": "DeviceUseStatement",
        "id": "u2",
        "status": "completed",
        **about(),
        "device": {"reference": "#d"},
        "contained": [
            {"resourceType": "Device", "id": "d", "type": {"text": "Only text"}}
        ],
    },
    {
        "resourceType": "DeviceUseStatement",
        "id": "u3",
        "status": "completed",
        **about(),
        "device": {"reference": "#d"},
        "contained": [{"resourceType": "Device", "id": "d"}],
        "timingPeriod": {"start": "2014-01-17", "end": "2014-01-17"},
    },
]
