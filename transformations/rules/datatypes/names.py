"""Names of people, organisations and things: EN, PN, ON.

Spec: HL7 v3 datatypes, release 1, as eHDSI narrows them (``.EPSOS``).
"""

from __future__ import annotations

from transformations.rules.datatypes.anything import ANY, NULL_IN_SET
from transformations.rules.datatypes.check import Check
from transformations.rules.datatypes.conditions import (
    NULL_ALONE,
    empty,
    mixed,
    spelling_repeats,
)
from transformations.rules.place import Place


def _qualifier_repeats(place: Place) -> bool:
    parts = [part for part in place.children if not part.name.startswith("{")]
    return bool(parts) and not any(
        len(words := part.attributes.get("qualifier", "").split()) == len(set(words))
        for part in parts
    )


def _legal_status(place: Place) -> bool:
    return any(
        "LS" in part.attributes.get("qualifier", "").split() for part in place.children
    )


EN = (
    *ANY,
    Check(
        "null-and-content",
        lambda place: place.is_null and bool(place.children or place.has_text),
        "a nullFlavor stands together with a name",
        NULL_ALONE,
    ),
    Check(
        "mixed",
        mixed,
        "a name has parts and text",
        "Put each part into its element.",
    ),
    Check(
        "empty",
        empty,
        "the name is empty",
        "Give the name, or a nullFlavor where that is allowed.",
    ),
    NULL_IN_SET,
    Check(
        "repeated-name",
        spelling_repeats,
        "the same name stands twice",
        "Leave the second out.",
    ),
    Check(
        "repeated-qualifier",
        _qualifier_repeats,
        "a qualifier names the same thing twice",
        "Leave the second out.",
    ),
)


PN = (
    *EN,
    Check(
        "legal-status",
        _legal_status,
        "a part of a person's name is qualified as legal status",
        "Leave the qualifier LS out.",
    ),
)


ON = (
    *EN,
    Check(
        "parts",
        lambda place: bool(place.children),
        "the name of an organisation has parts",
        "Write it as text.",
    ),
)
