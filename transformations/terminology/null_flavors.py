"""Why a value is missing: FHIR's data-absent-reason as a CDA nullFlavor.

Spec: FHIR R4 CodeSystem data-absent-reason / HL7 v3 NullFlavor / eHDSI 42.37.
"""

from __future__ import annotations

DATA_ABSENT_REASON_URL = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
DATA_ABSENT_REASON_SYSTEM = "http://terminology.hl7.org/CodeSystem/data-absent-reason"

# eHDSI expects UNK where C-CDA would write NI. Seen: eHDSI Wave 8 rules.
_NULL_FLAVOR_OF = {
    "unknown": "UNK",
    "asked-unknown": "ASKU",
    "temp-unknown": "NAV",
    "not-asked": "NASK",
    "asked-declined": "ASKU",
    "masked": "MSK",
    "not-applicable": "NA",
    "unsupported": "NI",
    "as-text": "OTH",
    "error": "NAV",
    "not-a-number": "OTH",
    "negative-infinity": "NINF",
    "positive-infinity": "PINF",
    "not-performed": "NASK",
    "not-permitted": "OTH",
}
_REASON_OF = {
    "NI": "unknown",
    "UNK": "unknown",
    "ASKU": "asked-unknown",
    "NAV": "temp-unknown",
    "NASK": "not-asked",
    "NAVU": "unknown",
    "MSK": "masked",
    "NA": "not-applicable",
    "OTH": "unsupported",
    "UNC": "as-text",
    "DER": "unsupported",
    "QS": "unsupported",
    "TRC": "unsupported",
    "NINF": "negative-infinity",
    "PINF": "positive-infinity",
    "NP": "unknown",
    "INV": "error",
}


def null_flavor_of(reason: str) -> str:
    """Return the nullFlavor of a data-absent-reason; an unknown reason is ``UNK``."""
    return _NULL_FLAVOR_OF.get(reason, "UNK")


def is_null_flavor(code: str) -> bool:
    """Whether HL7 v3 knows this nullFlavor."""
    return code in _REASON_OF


def absent_reason_of(null_flavor: str) -> str:
    """Return the data-absent-reason of a nullFlavor; an unknown one is ``unknown``."""
    return _REASON_OF.get(null_flavor, "unknown")
