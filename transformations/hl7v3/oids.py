"""OIDs of HL7 v3 code systems and namespaces that CDA and XCPD share.

Spec: HL7 v3 code system registrations (arc 2.16.840.1.113883.5) / HL7 OID registry.
"""

from __future__ import annotations

ADMINISTRATIVE_GENDER = "2.16.840.1.113883.5.1"
ACT_CLASS = "2.16.840.1.113883.5.6"
ACT_CODE = "2.16.840.1.113883.5.4"
CONFIDENTIALITY = "2.16.840.1.113883.5.25"
PARTICIPATION_FUNCTION = "2.16.840.1.113883.5.88"
ROLE_CLASS = "2.16.840.1.113883.5.110"
ROLE_CODE = "2.16.840.1.113883.5.111"
# Acts of IHE Patient Care Coordination.
IHE_ACT_CODE = "1.3.6.1.4.1.19376.1.5.3.2"
# So the immunization template has it, and many documents elsewhere.
MISPRINTED_IHE_ACT_CODE = "1.3.5.1.4.1.19376.1.5.3.2"
LOINC = "2.16.840.1.113883.6.1"
SNOMED_CT = "2.16.840.1.113883.6.96"
# An identifier that is a URI: the root says so, the extension is the URI.
URI = "2.16.840.1.113883.4.873"
