"""Medicines carried to CDA and read back."""

from __future__ import annotations

import json
from decimal import Decimal

from lxml import etree

from tests.transformations.patient_summary import test_medications as medicines
from tests.transformations.patient_summary.cda_documents import CDA, ReadBack
from tests.transformations.patient_summary.summaries import (
    carry,
)

EDQM = "http://standardterms.edqm.eu"
IHE = "https://profiles.ihe.net/PHARM/MPD/StructureDefinition/ihe-ext-medication"
REASON = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
ACT = "//c:substanceAdministration"
SCHEDULES = [
    {"repeat": {"when": ["ACM"]}},
    {"repeat": {"when": ["ACM", "HS"]}},
    {"repeat": {"frequency": 1, "period": 8, "periodUnit": "h"}},
    {"repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}},
    {"repeat": {"frequency": 5, "period": 1, "periodUnit": "d"}},
    {"repeat": {"frequency": 2, "period": 3, "periodUnit": "d"}},
    {"repeat": {"frequency": 3, "period": 1, "periodUnit": "wk"}},
    {"repeat": {"frequency": 1, "period": 1, "periodUnit": "mo"}},
    {"event": ["2024-01-01T08:00:00+01:00"]},
    {
        "code": {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/v3-TimingEvent",
                    "code": "IC",
                }
            ]
        }
    },
]


def read_back(data: bytes) -> ReadBack:
    """Read with every digit kept."""
    read = ReadBack(data)
    read.bundle = json.loads(read.result.document, parse_float=Decimal)
    return read


def back(*resources, others=()) -> ReadBack:
    return read_back(carry(*resources, others=others).result.document)


def taken(**more):
    """Return what comes of a statement whose medicine is a concept."""
    return back(medicines.given() | more).one("MedicationStatement")


def dosed(**dosage):
    (found,) = taken(dosage=[dosage])["dosage"]
    return found


def changed(path: str, change, **more) -> ReadBack:
    root = etree.fromstring(carry(medicines.given(**more)).result.document)
    (node,) = root.xpath(path, namespaces={"c": CDA})
    change(node)
    return read_back(etree.tostring(root))


def absent(holder, name):
    (extension, *_) = holder[f"_{name}"]["extension"]
    assert extension["url"] == REASON
    return extension["valueCode"]
