"""Tests of prescriptions, FHIR to CDA and back."""
