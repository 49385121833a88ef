"""Codes and code systems the national adapters read and write."""

from __future__ import annotations

from typing import Final

from ncp.national.ports import DocumentKind

# HL7 FHIR R4 §3.1.0.1.8, the media type of JSON.
FHIR_JSON: Final = "application/fhir+json"

# HL7 FHIR R4 §4.3, code systems by URL.
LOINC: Final = "http://loinc.org"
IDENTIFIER_TYPE: Final = "http://terminology.hl7.org/CodeSystem/v2-0203"
CONSENT_SCOPE: Final = "http://terminology.hl7.org/CodeSystem/consentscope"
CONSENT_ACTION: Final = "http://terminology.hl7.org/CodeSystem/consentaction"
ACT_REASON: Final = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
ACT_CODE: Final = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
COUNTRY: Final = "urn:iso:std:iso:3166"

# IHE ITI TF-2 3.55.5.1: the code system of the transactions themselves.
IHE_TRANSACTION: Final = "urn:ihe:event-type-code"
PATIENT_DISCOVERY: Final = "ITI-55"

# LOINC, "Patient summary Document"; IPS 2.0 Composition.type.
PATIENT_SUMMARY: Final = "60591-5"

# LOINC, "Medication dispensed.brief Document".
MEDICATION_DISPENSED: Final = "60593-1"

# LOINC, "Prescription for medication".
PRESCRIPTION: Final = "57833-6"

# eHDSI value sets 42.52 to 42.55. The last is no code of LOINC; the field writes it so,
# and a country has to mark its images by something.
LOINC_OF_KIND: Final = {
    DocumentKind.PATIENT_SUMMARY: PATIENT_SUMMARY,
    DocumentKind.PRESCRIPTION: PRESCRIPTION,
    DocumentKind.LABORATORY_REPORT: "11502-2",
    DocumentKind.DISCHARGE_REPORT: "34105-7",
    DocumentKind.IMAGING_REPORT: "18748-4",
    DocumentKind.IMAGE: "x-clinical-image",
}

# Kinds that a server may hold as DiagnosticReport too.
REPORTED_KINDS: Final = frozenset(
    {DocumentKind.LABORATORY_REPORT, DocumentKind.IMAGING_REPORT}
)

ICD_10: Final = "http://hl7.org/fhir/sid/icd-10"
CONFIDENTIALITY: Final = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"

# v3-ActReason, as it answers the purposes of use of the assertions.
REASON_OF_PURPOSE: Final = {"TREATMENT": "TREAT", "EMERGENCY": "ETREAT"}
