"""Object identifiers that the transactions themselves carry.

Spec: IHE ITI TF-2 §3.55.4 / IHE ITI TF-3 §4.2.3 / eHDSI XCPD and XCA profiles.
"""

from __future__ import annotations

from typing import Final

from trust.identifiers import Oid

# IHE ITI TF-3 §5.4.3 (XDW): open and closed. Seen: OpenNCP, dispensable or not.
XDW_EVENT: Final = Oid("1.3.6.1.4.1.19376.1.2.3")
HL7_INTERACTION: Final = Oid("2.16.840.1.113883.1.6")
HL7_ACT_CODE: Final = Oid("2.16.840.1.113883.5.4")
HL7_CONFIDENTIALITY: Final = Oid("2.16.840.1.113883.5.25")
HL7_QUERY_MATCH: Final = Oid("2.16.840.1.113883.1.11.19914")
LOINC: Final = Oid("2.16.840.1.113883.6.1")
# Seen: OpenNCP ClassificationBuilder; not the arc of ISO 3166-1 (1.0.3166.1.2.2).
COUNTRY_CODES: Final = Oid("1.0.3166.1")
IHE_HEALTH_DATA_LOCATOR: Final = Oid("1.3.6.1.4.1.19376.1.2.27.2")
IHE_DETECTED_ISSUE: Final = Oid("1.3.6.1.4.1.19376.1.2.27.3")
EHDSI_DETECTED_ISSUE: Final = Oid("1.3.6.1.4.1.12559.11.10.1.3.2.2.1")
# ICD-10 as eHDSI assigned it. Seen: OpenNCP, reasons of hospitalisation.
EHDSI_ILLNESS: Final = Oid("1.3.6.1.4.1.12559.11.10.1.3.1.44.2")
