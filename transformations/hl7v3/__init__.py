"""HL7 v3 vocabulary and value forms that CDA and XCPD share."""
