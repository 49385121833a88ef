"""A toy section and a bundle for it: enough to show every word of a table."""

from __future__ import annotations

import json
from typing import Any

from transformations.fhir import FhirDocument, read_fhir_document
from transformations.mapping import (
    CD,
    CE,
    TS,
    Alt,
    CodeMeaning,
    Const,
    Context,
    EntryId,
    Group,
    Ignore,
    Link,
    Policy,
    Row,
    Section,
    StatusCodec,
    Subject,
)
from transformations.terminology import SectionCode

CLINICAL = StatusCodec(
    {"active": CodeMeaning("55561003", "Active", "2.16.840.1.113883.6.96")},
    uri="http://terminology.hl7.org/CodeSystem/condition-clinical",
)

CONDITION = (
    Subject("subject"),
    Group(
        "entry/act{classCode=ACT,moodCode=EVN}<EH.3.15,CCD.1.27>",
        EntryId(purpose="concern"),
        Const("code", code="CONC", codeSystem="2.16.840.1.113883.5.6"),
        Group(
            "entryRelationship[typeCode=SUBJ]{inversionInd=false}"
            "/observation{classCode=OBS,moodCode=EVN}<EH.3.7>",
            EntryId(),
            Row("code", "value", CD, say="Problem"),
            Link(),
            Const("statusCode", code="completed"),
            Alt(
                Row("onsetDateTime", "effectiveTime/low", TS, say="Since"),
                Row("onsetPeriod.start", "effectiveTime/low", TS, say="Since"),
            ),
            Row(
                "clinicalStatus",
                "entryRelationship[typeCode=REFR]"
                "/observation{classCode=OBS,moodCode=EVN}<EH.3.9>/value{xsi:type=CE}",
                CLINICAL,
                say="Status",
            ),
            Row("bodySite[]", "targetSiteCode", CE, say="Site"),
        ),
    ),
    Ignore("encounter", "a summary does not name the encounter"),
)

PROBLEMS = Section(
    code=SectionCode.PROBLEMS,
    display="Problem list - Reported",
    title="Current problems",
    prefix="prb",
    template_ids=("EH.2.9", "CCD.1.11"),
    entries={"Condition": CONDITION},
)

ASTHMA: dict[str, Any] = {
    "resourceType": "Condition",
    "id": "asthma",
    "subject": {"reference": "Patient/p"},
    "clinicalStatus": {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
                "code": "active",
            }
        ]
    },
    "code": {
        "coding": [
            {
                "system": "http://snomed.info/sct",
                "code": "195967001",
                "display": "Asthma",
            }
        ],
        "text": "Bronchial asthma",
    },
    "onsetDateTime": "1999-05",
}


def bundle_with(*resources: dict[str, Any]) -> FhirDocument:
    """Put resources into a document Bundle with a Composition and a Patient."""
    composition = {
        "resourceType": "Composition",
        "section": [
            {
                "code": {"coding": [{"system": "http://loinc.org", "code": "11450-4"}]},
                "entry": [
                    {"reference": f"{one['resourceType']}/{one['id']}"}
                    for one in resources
                ],
            }
        ],
        "subject": {"reference": "Patient/p"},
    }
    patient = {"resourceType": "Patient", "id": "p"}
    everything = [composition, patient, *resources]
    bundle = {
        "resourceType": "Bundle",
        "type": "document",
        "entry": [
            {
                "fullUrl": "https://example.org/"
                f"{one['resourceType']}/{one.get('id', 'c')}",
                "resource": one,
            }
            for one in everything
        ],
    }
    return read_fhir_document(json.dumps(bundle).encode())


def strict(document: FhirDocument) -> Context:
    """Make a context that raises on a defect of a table."""
    return Context(document, Policy(is_strict=True))
