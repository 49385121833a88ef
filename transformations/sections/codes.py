"""Codes that sections of every document write, with the value set beside them.

Spec: eHDSI MVC 8.1.0 (EH.42.x value sets) / FHIR R4 code systems of the same elements.
"""

from __future__ import annotations

from typing import NamedTuple

from transformations.hl7v3.oids import ACT_CLASS, LOINC, SNOMED_CT
from transformations.mapping import CodeMeaning

ICD_10 = "1.3.6.1.4.1.12559.11.10.1.3.1.44.2"
ORPHANET = "1.3.6.1.4.1.12559.11.10.1.3.1.44.5"
EMDN = "1.3.6.1.4.1.12559.11.10.1.3.1.44.6"
ATC = "2.16.840.1.113883.6.73"
EDQM = "0.4.0.127.0.16.1.1.2.1"
EMA_SUBSTANCES = "2.16.840.1.113883.3.6905.2"
ABSENT_UNKNOWN = "2.16.840.1.113883.5.1150.1"

# Which code systems the value set of an element draws on; another goes to translation.
DISORDER_SYSTEMS = (ICD_10, ORPHANET, ABSENT_UNKNOWN)  # 42.5, 42.63, 42.50
BODY_SITE_SYSTEMS = (SNOMED_CT,)  # 42.65

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
CONDITION_CLINICAL = f"{TERMINOLOGY}/condition-clinical"
ALLERGY_CLINICAL = f"{TERMINOLOGY}/allergyintolerance-clinical"
ALLERGY_VERIFICATION = f"{TERMINOLOGY}/allergyintolerance-verification"
SNOMED_CT_URI = "http://snomed.info/sct"
LOINC_URI = "http://loinc.org"
UCUM_URI = "http://unitsofmeasure.org"


class FhirCode(NamedTuple):
    """A code as FHIR writes it: the system's URI and the code."""

    system: str
    code: str


def sct(code: str, display: str) -> CodeMeaning:
    """Return a code of SNOMED CT."""
    return CodeMeaning(code, display, SNOMED_CT)


# codes the templates fix
CLINICAL_FINDING = sct("404684003", "Clinical finding")
CONCERN = CodeMeaning("CONC", "Concern", ACT_CLASS)
COMMENT = CodeMeaning("48767-8", "Annotation comment", LOINC)
