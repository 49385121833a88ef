"""Code systems, absence statements and section codes, as data."""

from transformations.terminology.absence import (
    ABSENT_UNKNOWN_OID,
    ABSENT_UNKNOWN_URI,
    Absence,
    AbsenceKind,
    absence_of_code,
    absence_of_empty_reason,
    absence_statement,
)
from transformations.terminology.null_flavors import (
    DATA_ABSENT_REASON_SYSTEM,
    DATA_ABSENT_REASON_URL,
    absent_reason_of,
    null_flavor_of,
)
from transformations.terminology.sections import (
    REQUIRED_SECTIONS,
    SECTION_LABELS,
    SectionCode,
)
from transformations.terminology.systems import (
    canonical_oid,
    oid_of,
    system_name,
    uri_of,
)

__all__ = [
    "ABSENT_UNKNOWN_OID",
    "ABSENT_UNKNOWN_URI",
    "DATA_ABSENT_REASON_SYSTEM",
    "DATA_ABSENT_REASON_URL",
    "REQUIRED_SECTIONS",
    "SECTION_LABELS",
    "Absence",
    "AbsenceKind",
    "SectionCode",
    "absence_of_code",
    "absence_of_empty_reason",
    "absence_statement",
    "absent_reason_of",
    "canonical_oid",
    "null_flavor_of",
    "oid_of",
    "system_name",
    "uri_of",
]
