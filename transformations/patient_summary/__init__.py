"""The patient summary: FHIR (IPS, EPS) to eHDSI CDA level 3."""
