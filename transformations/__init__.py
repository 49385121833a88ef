"""What a document says: in FHIR, in CDA, in another language, on a screen."""
