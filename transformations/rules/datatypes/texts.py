"""Text and content: ED, ST, SC.

Spec: HL7 v3 datatypes, release 1, as eHDSI narrows them (``.EPSOS``).
"""

from __future__ import annotations

import re

from transformations.rules.datatypes.anything import ANY
from transformations.rules.datatypes.check import Check
from transformations.rules.datatypes.conditions import (
    NULL_ALONE,
    ONE_OF_BOTH,
    bounds,
    differs,
    empty,
    has,
    has_child,
    null_and,
    without,
)
from transformations.rules.place import Place

_LANGUAGE = re.compile(r"^[a-z]{2,3}(-[a-z]{2})?|[ix](-[a-z\d]{2,8})+$", re.IGNORECASE)


def bad_language(place: Place) -> bool:
    """Say whether the language of an element is no language tag."""
    language = place.attributes.get("language")
    return language is not None and not _LANGUAGE.search(language)


BIN = (
    *ANY,
    Check(
        "empty",
        empty,
        "there is no content and no nullFlavor",
        "Give the text, or a reference to the narrative, or a nullFlavor.",
    ),
)


ED = (
    *BIN,
    Check(
        "check-without-algorithm",
        without("integrityCheck", "integrityCheckAlgorithm"),
        "integrityCheck stands without its algorithm",
        "Add integrityCheckAlgorithm.",
    ),
    Check(
        "value-media-type",
        lambda place: (
            "value" in place.attributes
            and place.attributes.get("mediaType", "text/plain") != "text/plain"
        ),
        "value stands with a mediaType other than text/plain",
        "Put the content into the element.",
    ),
    Check(
        "translation",
        lambda place: (
            "translation" in place.by_name
            and not any(
                "translation" not in each.by_name for each in bounds(place, "thumbnail")
            )
        ),
        "translation may not be here",
        "Leave it out.",
    ),
    Check(
        "null-with-form",
        lambda place: (
            place.is_null
            and (
                place.attributes.get("mediaType", "text/plain") != "text/plain"
                or has("charset", "language", "compression", "integrityCheck")(place)
                or differs("integrityCheckAlgorithm", "SHA-1")(place)
                or has_child("translation")(place)
            )
        ),
        "a nullFlavor stands together with what describes content",
        NULL_ALONE,
    ),
    Check(
        "language",
        bad_language,
        "the language is no language tag",
        "Write it like fr or fr-LU.",
    ),
)


ST = (
    *ED,
    Check(
        "more-than-text",
        has_child("reference", "thumbnail"),
        "only text may be here",
        "Give the text itself.",
    ),
    Check(
        "not-plain",
        lambda place: (
            differs("representation", "TXT")(place)
            or differs("mediaType", "text/plain")(place)
            or has("compression", "integrityCheck")(place)
            or differs("integrityCheckAlgorithm", "SHA-1")(place)
        ),
        "only plain text may be here",
        "Leave representation, mediaType and compression out.",
    ),
)


SC = (
    *ST,
    Check(
        "code-without-system",
        lambda place: any(
            without(name, "codeSystem")(place)
            for name in ("code", "codeSystemName", "codeSystemVersion")
        ),
        "a code stands without its codeSystem",
        "Add the OID of the code system.",
    ),
    Check(
        "display-without-code",
        without("displayName", "code"),
        "displayName stands without a code",
        "Leave displayName out.",
    ),
    Check(
        "null-and-code",
        null_and("code", "displayName"),
        "nullFlavor stands together with a code",
        ONE_OF_BOTH,
    ),
)
