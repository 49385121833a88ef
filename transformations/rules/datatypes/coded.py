"""Codes: CD, CE and CV with their European forms, and CS.

Spec: HL7 v3 datatypes, release 1, as eHDSI narrows them (``.EPSOS``).
"""

from __future__ import annotations

from transformations.rules.datatypes.anything import ANY
from transformations.rules.datatypes.check import Broken, Check
from transformations.rules.datatypes.conditions import (
    ONE_OF_BOTH,
    TIMING_EVENT,
    below,
    differs,
    has,
    has_child,
    null_and,
    repeats,
    without,
)
from transformations.rules.datatypes.texts import bad_language
from transformations.rules.place import Place


def _translations(place: Place) -> list[Place]:
    return [each for each in place.descend() if each.name == "translation"]


def _translation_without(name: str, other: str) -> Broken:
    return lambda place: any(
        name in each.attributes and other not in each.attributes
        for each in _translations(place)
        if each is not place
    )


def _translations_repeat(place: Place) -> bool:
    keys = [
        each.attributes.get("code", "") + each.attributes.get("codeSystem", "")
        for each in below(place)
        if each.name == "translation"
    ]
    return len(keys) != len(set(keys))


def _nothing_said(place: Place) -> bool:
    if place.is_null or "code" in place.attributes:
        return False
    texts = place.by_name.get("originalText", ())
    return not texts or any(text.is_null for text in texts)


def _no_display(place: Place) -> bool:
    return all(
        "code" in each.attributes and "displayName" not in each.attributes
        for each in place.descend()
    )


def _some_display_missing(place: Place) -> bool:
    return not _no_display(place) and any(
        "code" in each.attributes and "displayName" not in each.attributes
        for each in place.descend()
        if each is place or each.name == "translation"
    )


def _bad_original_language(place: Place) -> bool:
    return any(bad_language(c) for c in place.descend() if c.name == "originalText")


def _cs_unclear(place: Place) -> bool:
    coded = "code" in place.attributes or "typeCode" in place.attributes
    return place.is_null == coded


CD = (
    *ANY,
    Check(
        "nothing-said",
        _nothing_said,
        "there is neither a code, nor an originalText, nor a nullFlavor",
        "Give a code with its codeSystem, or a nullFlavor.",
    ),
    Check(
        "code-without-system",
        without("code", "codeSystem"),
        "a code stands without its codeSystem",
        "Add the OID of the code system.",
    ),
    Check(
        "system-name-alone",
        without("codeSystemName", "codeSystem"),
        "codeSystemName stands without codeSystem",
        "Add the OID of the code system.",
    ),
    Check(
        "system-version-alone",
        without("codeSystemVersion", "codeSystem"),
        "codeSystemVersion stands without codeSystem",
        "Add the OID of the code system.",
    ),
    Check(
        "display-without-code",
        without("displayName", "code"),
        "displayName stands without a code",
        "Add the code, or put the text into originalText.",
    ),
    Check(
        "null-and-code",
        null_and("code", "displayName"),
        "nullFlavor stands together with code or displayName",
        "Give the code or the nullFlavor; the national code goes into a translation.",
    ),
    Check(
        "null-translation",
        lambda place: any(e.is_null for e in _translations(place) if e is not place),
        "a translation has a nullFlavor",
        "Leave the translation out.",
    ),
    Check(
        "translation-system-without-code",
        _translation_without("codeSystem", "code"),
        "a translation has a codeSystem and no code",
        "Add the code, or leave the translation out.",
    ),
    Check(
        "translation-system-name-alone",
        lambda place: (
            _translation_without("codeSystemName", "codeSystem")(place)
            or _translation_without("codeSystemVersion", "codeSystem")(place)
        ),
        "a translation names a code system without its OID",
        "Add the OID of the code system.",
    ),
    Check(
        "translation-display-without-code",
        _translation_without("displayName", "code"),
        "a translation has a displayName and no code",
        "Add the code, or leave the translation out.",
    ),
    Check(
        "repeated-code",
        repeats("code", "codeSystem"),
        "the same code stands twice among elements of this name",
        "Leave the second out.",
    ),
    Check(
        "repeated-translation",
        _translations_repeat,
        "the same translation stands twice",
        "Leave the second out.",
    ),
    Check(
        "original-text-language",
        _bad_original_language,
        "the language of an originalText is no language tag",
        "Write it like fr or fr-LU.",
    ),
)


CD_EPSOS = (
    *CD,
    Check(
        "no-display",
        _no_display,
        "the code has no displayName",
        "Add the display name of the code.",
    ),
)


NO_QUALIFIER = Check(
    "qualifier", has_child("qualifier"), "qualifier may not be here", "Leave it out."
)


CS = (
    *ANY,
    Check(
        "code-or-null",
        _cs_unclear,
        "there must be a code or a nullFlavor, and not both",
        ONE_OF_BOTH,
    ),
    Check(
        "more-than-code",
        lambda place: (
            differs("codeSystem", TIMING_EVENT)(place)
            or differs("codeSystemName", "TimingEvent")(place)
            or has("codeSystemVersion", "displayName")(place)
            or has_child("originalText", "qualifier", "translation")(place)
        ),
        "only the attribute code may be here, no system, display or translation",
        "Leave everything but code out.",
    ),
)


DISPLAYS = Check(
    "some-display-missing",
    _some_display_missing,
    "a code or translation has no displayName",
    "Add the display name; the receiver shows it.",
)
