"""Medicines, their packages and how they are taken: the same in every document.

The patient summary lists what is taken, the prescription what is to be dispensed, the
dispensation what was. The medicine and its dosage are written and read here for all.

Spec: eHDSI EH.3.30 to EH.3.32 (Wave 8), ``urn:hl7-org:pharm`` /
FHIR R4 Medication, Dosage.
"""
