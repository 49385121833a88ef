"""Small summaries for tests: a few resources become a CDA and its account."""

import uuid

import simplejson
from lxml import etree

from transformations.fhir import leaves, read_fhir_document
from transformations.header import Custodian, DocumentHeader
from transformations.mapping import Fate
from transformations.patient_summary.document import patient_summary_to_cda
from trust.identifiers import CountryCode, Oid

NS = {"c": "urn:hl7-org:v3", "p": "urn:hl7-org:pharm"}
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
SCT = "http://snomed.info/sct"
ICD = "http://hl7.org/fhir/sid/icd-10"
PATIENT = "urn:uuid:00000000-0000-4000-8000-000000000001"
HEADER = DocumentHeader(
    document_id=Oid("2.25.1"),
    language="en-GB",
    country=CountryCode("LU"),
    custodian=Custodian("Agency", Oid("1.3.182.1")),
)
AUTHOR = {"resourceType": "Organization", "id": "o", "name": "Hospital"}
_SECTION_OF = {
    "Condition": "11450-4",
    "AllergyIntolerance": "48765-2",
    "MedicationStatement": "10160-0",
    "MedicationRequest": "10160-0",
    "Procedure": "47519-4",
    "DeviceUseStatement": "46264-8",
    "Immunization": "11369-6",
    "DiagnosticReport": "30954-2",
    "CarePlan": "18776-5",
    "ImmunizationRecommendation": "18776-5",
    "Goal": "18776-5",
    "Consent": "42348-3",
    "Flag": "104605-1",
}


def concept(code=None, system=SCT, display="A thing", text=None):
    value = {}
    if code:
        value["coding"] = [{"system": system, "code": code, "display": display}]
    if text:
        value["text"] = text
    return value


def status(system, code):
    base = "http://terminology.hl7.org/CodeSystem"
    return {"coding": [{"system": f"{base}/{system}", "code": code}]}


def url(number):
    return f"urn:uuid:{uuid.UUID(int=number)}"


class Carried:
    """What came of a summary: the CDA, and every leaf with its fate."""

    def __init__(self, bundle):
        self.source = read_fhir_document(
            simplejson.dumps(bundle, use_decimal=True).encode()
        )
        self.result = patient_summary_to_cda(self.source, HEADER, is_strict=True)
        self.cda = etree.fromstring(self.result.document)
        self.entries = {entry.path: entry for entry in self.result.ledger.entries()}
        self._check_conservation()

    def _check_conservation(self):
        counted = sorted(leaf.path for leaf in leaves(self.source))
        booked = sorted(e.path for e in self.result.ledger.entries())
        assert booked == counted
        unmapped = self.result.ledger.unmapped()
        assert not unmapped, unmapped

    def find(self, path):
        return self.cda.xpath(path, namespaces=NS)

    def one(self, path):
        found = self.find(path)
        assert len(found) == 1, f"{path}: {len(found)} found"
        return found[0]

    def mark(self, path):
        """Return the mark of a leaf of the first listed resource."""
        return self.entries[f"Bundle.entry[2].resource.{path}"].mark

    def fate(self, path):
        return self.mark(path).fate

    def lost(self, path):
        mark = self.mark(path)
        assert mark.fate is Fate.LOST, mark
        return mark.severity.value

    def rules(self):
        return {finding.rule for finding in self.result.findings}

    def said(self, code):
        """Return what the narrative of a section says."""
        return " ".join(
            self.one(f"//c:section[c:code/@code='{code}']/c:text").itertext()
        )


def carry(*resources, others=(), sections=(), within=""):
    """Translate a summary that lists these resources in their sections.

    ``others`` stand in the document without being listed; ``within`` is the code of
    the section that lists all resources.
    """
    entries = [*resources, *others]
    listed = {}
    for number, resource in enumerate(resources, 3):
        code = within or _SECTION_OF[resource["resourceType"]]
        listed.setdefault(code, []).append({"reference": url(number)})
    composition = {
        "resourceType": "Composition",
        "status": "final",
        "type": concept("60591-5", "http://loinc.org"),
        "subject": {"reference": PATIENT},
        "date": "2024-05-06T07:08:09+02:00",
        "author": [{"reference": url(2)}],
        "title": "Summary",
        "section": [
            *(
                {"code": concept(code, "http://loinc.org"), "entry": references}
                for code, references in listed.items()
            ),
            *sections,
        ],
    }
    patient = {
        "resourceType": "Patient",
        "id": "p",
        "identifier": [{"system": "urn:oid:1.3.182.4.4", "value": "1893120105732"}],
        "name": [{"family": "Weber", "given": ["Anne"]}],
        "gender": "female",
        "birthDate": "1893-12-01",
    }
    return Carried(
        {
            "resourceType": "Bundle",
            "type": "document",
            "timestamp": "2024-05-06T07:08:09+02:00",
            "identifier": {"system": "urn:oid:2.999", "value": "1"},
            "entry": [
                {"fullUrl": url(99), "resource": composition},
                {"fullUrl": PATIENT, "resource": patient},
                *(
                    {"fullUrl": url(number), "resource": resource}
                    for number, resource in enumerate(entries, 3)
                ),
                {"fullUrl": url(2), "resource": AUTHOR},
            ],
        }
    )
