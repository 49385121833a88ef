"""What every datatype asks: a nullFlavor stands alone, a set holds a thing once.

Spec: HL7 v3 datatypes, release 1, as eHDSI narrows them (``.EPSOS``).
"""

from __future__ import annotations

from transformations.rules.datatypes.check import Check
from transformations.rules.datatypes.conditions import (
    ONE_OF_BOTH,
    TIMING_EVENT,
    no_value,
    null_beside_value,
)
from transformations.rules.place import Place

# Attributes that a schema-aware reader may have filled in: they say nothing.
_DEFAULTS = {
    "codeSystem": TIMING_EVENT,
    "codeSystemName": "TimingEvent",
    "integrityCheckAlgorithm": "SHA-1",
    "inverted": "false",
    "mediaType": "text/plain",
    "operator": "I",
    "representation": "TXT",
    "inclusive": "true",
    "unit": "1",
}


_KEPT_WITH_NULL = frozenset(
    {
        "xsi:type",
        "xsi:nil",
        "classCode",
        "typeCode",
        "determinerCode",
        "moodCode",
        "nullFlavor",
        "partType",
    }
)


_KEPT_WITH_OTHER = frozenset(
    {
        "xsi:type",
        "xsi:nil",
        "valueSet",
        "valueSetVersion",
        "codeSystem",
        "codeSystemName",
        "codeSystemVersion",
        "extension",
        "nullFlavor",
        "partType",
    }
)


_OTHER = frozenset({"OTH", "NA", "UNC"})


def has_stray_with_null(place: Place) -> bool:
    """Whether something stands beside a nullFlavor, here or below."""
    return any(_is_stray(each) for each in place.descend() if each.is_null)


def _is_stray(place: Place) -> bool:
    attributes = place.attributes
    if not (_extra(attributes, _KEPT_WITH_NULL) or place.children or place.has_text):
        return False
    if attributes["nullFlavor"] not in _OTHER:
        return True
    said = (
        "extension" in attributes
        or "codeSystem" in attributes
        or any(c.local_name in {"originalText", "translation"} for c in place.children)
    )
    return _extra(attributes, _KEPT_WITH_OTHER) or not said


def _extra(attributes: dict[str, str], kept: frozenset[str]) -> bool:
    return any(
        name not in kept and _DEFAULTS.get(name) != value
        for name, value in attributes.items()
    )


ANY = (
    Check(
        "null-with-content",
        has_stray_with_null,
        "a nullFlavor stands together with other attributes, text or children",
        "Drop what stands beside the nullFlavor; with OTH, NA or UNC only codeSystem, "
        "originalText and translation may stay.",
    ),
)


NULL_IN_SET = Check(
    "null-beside-values",
    null_beside_value,
    "a nullFlavored element stands beside others of its name that have a value",
    "Drop the nullFlavored one.",
)


VALUE_OR_NULL = Check(
    "value-or-null",
    no_value,
    "there must be a value or a nullFlavor, and not both",
    ONE_OF_BOTH,
)


NO_CHILDREN = Check(
    "children",
    lambda place: bool(place.children),
    "it may have no children",
    "Leave them out.",
)
