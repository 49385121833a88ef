"""Documents for the tests of the whole: other people's, and one of our own."""

from __future__ import annotations

import copy
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from lxml import etree

from tests.capabilities import require_data
from transformations.fhir import FhirDocument, NotFhir, read_fhir_document
from transformations.patient_summary import (
    Custodian,
    DocumentHeader,
    Transformed,
    patient_summary_to_cda,
)
from trust.identifiers import CountryCode, Oid

HEADER = DocumentHeader(
    document_id=Oid("2.25.329800735698586629295641978511506172918"),
    language="en-GB",
    country=CountryCode("LU"),
    custodian=Custodian("Agence de test", Oid("1.3.182.99.1")),
)
CDA = {"c": "urn:hl7-org:v3"}


def everybody() -> list[Path]:
    """Return the EPS bundles and the document Bundles among the IPS examples."""
    folder = require_data("fhir-dev")
    found = sorted(folder.glob("EPS-*.json"))
    for path in sorted((folder / "ips-examples").glob("*.json")):
        try:
            read_fhir_document(path.read_bytes())
        except NotFhir:
            continue
        found.append(path)
    return found


@lru_cache(maxsize=2)
def schema() -> etree.XMLSchema:
    """Return the schema of CDA with the pharmacy extension."""
    return etree.XMLSchema(etree.parse(require_data("schemas") / "CDA_Pharma.xsd"))


def transform(bundle: dict[str, Any]) -> Transformed:
    """Translate a bundle given as JSON, raising on a defect of a table."""
    return transform_document(read_fhir_document(json.dumps(bundle).encode()))


def transform_document(document: FhirDocument) -> Transformed:
    """Translate a document, raising on a defect of a table."""
    return patient_summary_to_cda(document, HEADER, is_strict=True)


def tree(transformed: Transformed) -> etree._Element:
    """Parse what was written."""
    return etree.fromstring(transformed.document)


def one(transformed: Transformed, path: str) -> Any:
    """Return the only thing an XPath finds."""
    found = tree(transformed).xpath(path, namespaces=CDA)
    assert len(found) == 1, (path, found)
    return found[0]


def own_bundle() -> dict[str, Any]:
    """Return a small summary of our own, to be changed by a test."""
    return copy.deepcopy(_OWN)


def _entry(resource: dict[str, Any]) -> dict[str, Any]:
    url = f"https://example.lu/fhir/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": url, "resource": resource}


_OWN: dict[str, Any] = {
    "resourceType": "Bundle",
    "id": "own",
    "type": "document",
    "timestamp": "2024-03-01T10:00:00+01:00",
    "identifier": {"system": "urn:oid:1.3.182.99.2", "value": "doc-1"},
    "entry": [
        _entry(
            {
                "resourceType": "Composition",
                "id": "c",
                "status": "final",
                "language": "fr-LU",
                "type": {"coding": [{"system": "http://loinc.org", "code": "60591-5"}]},
                "identifier": {"system": "urn:oid:1.3.182.99.3", "value": "set-1"},
                "subject": {"reference": "Patient/p"},
                "date": "2024-03-01T09:30:00+01:00",
                "title": "Résumé patient",
                "confidentiality": "R",
                "author": [{"reference": "PractitionerRole/r"}],
                "custodian": {"reference": "Organization/o"},
                "attester": [
                    {
                        "mode": "legal",
                        "time": "2024-03-01T09:45:00+01:00",
                        "party": {"reference": "Practitioner/d"},
                    }
                ],
                "event": [{"period": {"start": "2019", "end": "2024-02-29"}}],
                "section": [
                    {
                        "title": "Problèmes",
                        "code": {
                            "coding": [
                                {"system": "http://loinc.org", "code": "11450-4"}
                            ]
                        },
                        "entry": [{"reference": "Condition/a"}],
                    },
                    {
                        "title": "Appareils",
                        "code": {
                            "coding": [
                                {"system": "http://loinc.org", "code": "46264-8"}
                            ]
                        },
                        "emptyReason": {
                            "coding": [
                                {
                                    "system": "http://terminology.hl7.org/CodeSystem/list-empty-reason",
                                    "code": "nilknown",
                                }
                            ]
                        },
                    },
                ],
            }
        ),
        _entry(
            {
                "resourceType": "Patient",
                "id": "p",
                "identifier": [
                    {"system": "urn:oid:1.3.182.4.4", "value": "1979010112345"}
                ],
                "name": [{"family": "Weber", "given": ["Anne", "Marie"]}],
                "gender": "female",
                "birthDate": "1979-01-01",
                "address": [
                    {
                        "line": ["1, rue du Test"],
                        "city": "Esch",
                        "country": "Luxembourg",
                    }
                ],
                "telecom": [{"system": "phone", "value": "+352 1 23", "use": "mobile"}],
                "communication": [
                    {
                        "language": {
                            "coding": [{"system": "urn:ietf:bcp:47", "code": "lb-LU"}]
                        }
                    }
                ],
                "contact": [
                    {
                        "relationship": [
                            {
                                "coding": [
                                    {
                                        "system": "http://terminology.hl7.org/CodeSystem/v2-0131",
                                        "code": "C",
                                    }
                                ]
                            }
                        ],
                        "name": {"family": "Weber", "given": ["Paul"]},
                        "telecom": [{"system": "phone", "value": "+3524"}],
                    }
                ],
                "generalPractitioner": [{"reference": "Practitioner/d"}],
            }
        ),
        _entry(
            {
                "resourceType": "PractitionerRole",
                "id": "r",
                "practitioner": {"reference": "Practitioner/d"},
                "organization": {"reference": "Organization/o"},
                "code": [
                    {
                        "coding": [
                            {
                                "system": "urn:oid:2.16.840.1.113883.2.9.6.2.7",
                                "code": "221",
                                "display": "Medical doctors",
                            }
                        ]
                    }
                ],
            }
        ),
        _entry(
            {
                "resourceType": "Practitioner",
                "id": "d",
                "identifier": [{"system": "urn:oid:1.3.182.4.1", "value": "900"}],
                "name": [{"family": "Muller", "given": ["Jean"], "prefix": ["Dr"]}],
            }
        ),
        _entry(
            {
                "resourceType": "Organization",
                "id": "o",
                "identifier": [{"system": "urn:oid:1.3.182.4.2", "value": "7"}],
                "name": "Hôpital de test",
                "telecom": [{"system": "email", "value": "info@example.lu"}],
                "address": [{"city": "Esch", "country": "LU"}],
            }
        ),
        _entry(
            {
                "resourceType": "Condition",
                "id": "a",
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
                            "system": "http://hl7.org/fhir/sid/icd-10",
                            "code": "J45",
                            "display": "Asthma",
                        }
                    ]
                },
                "onsetDateTime": "1999-05",
            }
        ),
    ],
}
