"""Terminology: code systems, value sets, the catalogue, and what absence is said by."""

from transformations.terminology.absence import (
    ABSENT_UNKNOWN_OID,
    ABSENT_UNKNOWN_URI,
    Absence,
    AbsenceKind,
    absence_codings,
    absence_of_code,
    absence_of_empty_reason,
    absence_statement,
)
from transformations.terminology.languages import PIVOT_LANGUAGES, fallback_chain
from transformations.terminology.null_flavors import (
    DATA_ABSENT_REASON_SYSTEM,
    DATA_ABSENT_REASON_URL,
    absent_reason_of,
    is_null_flavor,
    null_flavor_of,
)
from transformations.terminology.port import (
    Catalogue,
    Concept,
    Designation,
    ValueSets,
)
from transformations.terminology.sections import (
    REQUIRED_SECTIONS,
    SECTION_LABELS,
    SectionCode,
)
from transformations.terminology.systems import (
    canonical_oid,
    oid_of,
    system_key,
    system_name,
    uri_of,
)
from transformations.terminology.value_sets import (
    mvc,
    value_set_key,
    value_set_name,
)

__all__ = [
    "ABSENT_UNKNOWN_OID",
    "ABSENT_UNKNOWN_URI",
    "DATA_ABSENT_REASON_SYSTEM",
    "DATA_ABSENT_REASON_URL",
    "PIVOT_LANGUAGES",
    "REQUIRED_SECTIONS",
    "SECTION_LABELS",
    "Absence",
    "AbsenceKind",
    "Catalogue",
    "Concept",
    "Designation",
    "SectionCode",
    "ValueSets",
    "absence_codings",
    "absence_of_code",
    "absence_of_empty_reason",
    "absence_statement",
    "absent_reason_of",
    "canonical_oid",
    "fallback_chain",
    "is_null_flavor",
    "mvc",
    "null_flavor_of",
    "oid_of",
    "system_key",
    "system_name",
    "uri_of",
    "value_set_key",
    "value_set_name",
]
