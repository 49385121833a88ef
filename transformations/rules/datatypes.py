"""What the datatypes of CDA ask of an element, whichever template it belongs to.

Each check has a name, a condition that must not hold, and a sentence; a datatype has
those of the one it extends and its own.

Spec: HL7 v3 datatypes, release 1, as eHDSI narrows them (``.EPSOS``).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from transformations.rules.place import Place
from transformations.rules.timestamps import Moment, moment_of

Broken = Callable[[Place], bool]

TIMING_EVENT = "2.16.840.1.113883.5.139"
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
_OID = re.compile(r"[0-2](\.(0|[1-9]\d*))*")
_UUID = re.compile(r"[A-Fa-f\d]{8}(-[A-Fa-f\d]{4}){3}-[A-Fa-f\d]{12}")
_LANGUAGE = re.compile(r"^[a-z]{2,3}(-[a-z]{2})?|[ix](-[a-z\d]{2,8})+$", re.IGNORECASE)
_REAL = re.compile(r"[-+]?\d*\.?[0-9]+([eE][-+]?\d+)?")
_INTEGER = re.compile(r"-?[1-9]\d*|\+?\d*")
_PHONE = re.compile(r"\+?[0-9()\.-]+")
_TIME_UNITS = frozenset({"us", "ms", "s", "min", "h", "d", "wk", "mo", "a", ""})
_BOUNDS = ("low", "center", "high", "width")
_URI_KEPT = "!#$%&'()*+,-./:;=?@[]_~"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing a datatype asks; ``is_broken`` says that an element does not keep it."""

    name: str
    is_broken: Broken
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Datatype:
    """A datatype: its name on the wire (``xsi:type``) and its checks."""

    name: str
    wire_name: str
    checks: tuple[Check, ...]


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


def _has(*names: str) -> Broken:
    """Say whether the element has one of these attributes."""
    return lambda place: any(name in place.attributes for name in names)


def _child(*names: str) -> Broken:
    return lambda place: any(name in place.by_name for name in names)


def _null_and(*names: str) -> Broken:
    return lambda place: (
        place.is_null and any(name in place.attributes for name in names)
    )


def _without(name: str, other: str) -> Broken:
    """Say whether ``name`` is there and ``other`` is not."""
    return lambda place: name in place.attributes and other not in place.attributes


def _translations(place: Place) -> list[Place]:
    return [each for each in place.descend() if each.name == "translation"]


def _translation_without(name: str, other: str) -> Broken:
    return lambda place: any(
        name in each.attributes and other not in each.attributes
        for each in _translations(place)
        if each is not place
    )


def _below(place: Place) -> list[Place]:
    return [each for each in place.descend() if each is not place]


def _null_beside_value(place: Place) -> bool:
    """A set has no null members beside others."""
    return place.is_null and any(not other.is_null for other in _same_name(place))


def _same_name(place: Place) -> list[Place]:
    parent = place.parent
    if parent is None:
        return []
    local = place.local_name
    return [
        one for one in parent.children if one is not place and one.local_name == local
    ]


def _repeats(*names: str) -> Broken:
    """Say whether a sibling has the same values of all these attributes."""

    def is_repeated(place: Place) -> bool:
        own = [place.attributes.get(name) for name in names]
        if None in own or not place.parent or len(place.parent.children) < 2:
            return False
        return any(
            [other.attributes.get(name) for name in names] == own
            for other in _same_name(place)
        )

    return is_repeated


def _id_repeats(place: Place) -> bool:
    root = place.attributes.get("root")
    if root is None:
        return False
    extension = place.attributes.get("extension")
    return any(
        other.attributes.get("root") == root
        and (extension is None or other.attributes.get("extension") == extension)
        for other in _same_name(place)
    )


def _spelt(place: Place) -> str:
    """Return all text and uses below, as two names or addresses are compared."""
    parts = []
    for each in place.element.iter():
        if each.get("use") is not None:
            parts.append(str(each.get("use")))
    return "".join(parts) + "".join(map(str, place.element.itertext()))


def _spelling_repeats(place: Place) -> bool:
    others = _same_name(place)
    return bool(others) and _spelt(place) in {_spelt(other) for other in others}


def _translations_repeat(place: Place) -> bool:
    keys = [
        each.attributes.get("code", "") + each.attributes.get("codeSystem", "")
        for each in _below(place)
        if each.name == "translation"
    ]
    return len(keys) != len(set(keys))


def _quantities_repeat(place: Place) -> bool:
    keys = [
        "".join(each.attributes.get(name, "") for name in ("value", "code", "codeSystem"))
        for each in _below(place)
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


def _bad_language(place: Place) -> bool:
    language = place.attributes.get("language")
    return language is not None and not _LANGUAGE.search(language)


def _bad_original_language(place: Place) -> bool:
    return any(_bad_language(c) for c in place.descend() if c.name == "originalText")


def _cs_unclear(place: Place) -> bool:
    coded = "code" in place.attributes or "typeCode" in place.attributes
    return place.is_null == coded


def _not_default(name: str, default: str) -> Broken:
    return lambda place: place.attributes.get(name, default) != default


def _bad_root(place: Place) -> bool:
    root = place.attributes.get("root")
    return root is not None and not (_OID.fullmatch(root) or _UUID.fullmatch(root))


def _no_value(place: Place) -> bool:
    has_value = "value" in place.attributes
    return not (place.is_null or has_value or place.children) or (
        place.is_null and has_value
    )


def _bad_time(place: Place) -> bool:
    value = place.attributes.get("value")
    return value is not None and moment_of(value) is None


def _value_matches(pattern: str) -> Broken:
    compiled = re.compile(pattern)
    return lambda place: (
        "value" in place.attributes and not compiled.match(place.attributes["value"])
    )


def _time_without_zone(place: Place) -> bool:
    value = place.attributes.get("value", "")
    return bool(re.match(r"\d{10}", value)) and "+" not in value and "-" not in value


def _bounds(place: Place, name: str) -> list[Place]:
    return place.by_name.get(name, [])


def _null_with_bounds(place: Place) -> bool:
    return any(
        each.is_null
        and (
            "value" in each.attributes
            or "unit" in each.attributes
            or any(name in each.by_name for name in _BOUNDS)
        )
        for each in place.descend()
    )


def _value_and_children(place: Place) -> bool:
    return "value" in place.attributes and bool(place.children)


def _center_and_others(place: Place) -> bool:
    names = place.by_name
    return "center" in names and any(name in names for name in ("low", "high", "width"))


def _all_three(place: Place) -> bool:
    return all(name in place.by_name for name in ("width", "low", "high"))


def _equal_bounds(place: Place) -> bool:
    lows = {each.attributes.get("value") for each in _bounds(place, "low")} - {None}
    highs = {each.attributes.get("value") for each in _bounds(place, "high")} - {None}
    return bool(lows & highs)


def _width_unit_alone(place: Place) -> bool:
    return any(
        "unit" in each.attributes and "value" not in each.attributes
        for each in _bounds(place, "width")
    )


def _width_unit_strange(place: Place) -> bool:
    return any(
        each.attributes.get("unit", "") not in _TIME_UNITS
        for each in _bounds(place, "width")
    )


def _bad_bound(place: Place) -> bool:
    return any(
        _bad_time(each)
        for name in ("low", "center", "high")
        for each in _bounds(place, name)
    )


def _moments(place: Place, name: str) -> list[Moment]:
    found = (
        moment_of(each.attributes.get("value", "")) for each in _bounds(place, name)
    )
    return [moment for moment in found if moment is not None]


def _bounds_reversed(place: Place) -> bool:
    lows, highs = _moments(place, "low"), _moments(place, "high")
    return bool(lows and highs) and min(lows) > max(highs)


def _infinite(place: Place) -> bool:
    return any(
        each.attributes.get("nullFlavor") == flavor
        for name, flavor in (("low", "PINF"), ("high", "NINF"))
        for each in _bounds(place, name)
    )


def _not_real(place: Place) -> bool:
    value = place.attributes.get("value")
    return value is not None and not _REAL.fullmatch(value)


def _not_integer(place: Place) -> bool:
    value = place.attributes.get("value")
    return value is not None and not _INTEGER.fullmatch(value)


def _bound_not_real(place: Place) -> bool:
    return any(
        _not_real(each) for name in _BOUNDS[:3] for each in _bounds(place, name)
    )


def _quantity_reversed(place: Place) -> bool:
    lows = [each.attributes.get("value") for each in _bounds(place, "low")]
    highs = [each.attributes.get("value") for each in _bounds(place, "high")]
    if None in lows or None in highs or not lows or not highs:
        return False
    low, high = _number(lows[0]), _number(highs[0])
    return low is None or high is None or low > high


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


def _units_differ(place: Place) -> bool:
    low = {each.attributes.get("unit") for each in _bounds(place, "low")} - {None}
    high = {each.attributes.get("unit") for each in _bounds(place, "high")} - {None}
    return bool(low and high) and not low & high


def _long_period(place: Place) -> bool:
    return any(
        len(each.attributes.get("value", "").partition(".")[2]) > 4
        for each in _bounds(place, "period")
    )


def _all_unclear(place: Place) -> bool:
    """No element of a periodic interval says something, or says that it is null."""
    return not any(
        each.is_null
        != bool(
            "value" in each.attributes or "unit" in each.attributes or each.children
        )
        for each in place.descend()
    )


def _has_event_attribute(place: Place) -> bool:
    return any(
        _not_default("codeSystem", TIMING_EVENT)(event)
        or _not_default("codeSystemName", "TimingEvent")(event)
        or "codeSystemVersion" in event.attributes
        or "displayName" in event.attributes
        for event in _bounds(place, "event")
    )


def _has_event_children(place: Place) -> bool:
    return any(
        _child("originalText", "qualifier", "translation")(event)
        for event in _bounds(place, "event")
    )


def _empty(place: Place) -> bool:
    return not (place.is_null or place.children or place.has_text)


def _mixed(place: Place) -> bool:
    return bool(place.children) and place.has_text


def _strange_uri(place: Place) -> bool:
    """Return whether a URI holds what a URI would have to escape."""
    value = place.attributes.get("value")
    if place.is_null or value is None:
        return False
    return quote(value, safe=_URI_KEPT) != value


def _strange_number(place: Place) -> bool:
    scheme, _, number = place.attributes.get("value", "").partition(":")
    return scheme in {"tel", "fax"} and not _PHONE.fullmatch(number)


def _no_digit(place: Place) -> bool:
    scheme, _, number = place.attributes.get("value", "").partition(":")
    return scheme in {"tel", "fax"} and not any(digit in "0123456789" for digit in number)


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


_NULL_ALONE = "Leave nullFlavor alone, or drop it and give the value."
_ONE_OF_BOTH = "Give one of both."
_FORM = "Write it in the form that is named."

ANY = (
    Check(
        "null-with-content",
        has_stray_with_null,
        "a nullFlavor stands together with other attributes, text or children",
        "Drop what stands beside the nullFlavor; with OTH, NA or UNC only codeSystem, "
        "originalText and translation may stay.",
    ),
)
_SET = Check(
    "null-beside-values",
    _null_beside_value,
    "a nullFlavored element stands beside others of its name that have a value",
    "Drop the nullFlavored one.",
)
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
        _without("code", "codeSystem"),
        "a code stands without its codeSystem",
        "Add the OID of the code system.",
    ),
    Check(
        "system-name-alone",
        _without("codeSystemName", "codeSystem"),
        "codeSystemName stands without codeSystem",
        "Add the OID of the code system.",
    ),
    Check(
        "system-version-alone",
        _without("codeSystemVersion", "codeSystem"),
        "codeSystemVersion stands without codeSystem",
        "Add the OID of the code system.",
    ),
    Check(
        "display-without-code",
        _without("displayName", "code"),
        "displayName stands without a code",
        "Add the code, or put the text into originalText.",
    ),
    Check(
        "null-and-code",
        _null_and("code", "displayName"),
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
        _repeats("code", "codeSystem"),
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
_QUALIFIER = Check(
    "qualifier", _child("qualifier"), "qualifier may not be here", "Leave it out."
)
CS = (
    *ANY,
    Check(
        "code-or-null",
        _cs_unclear,
        "there must be a code or a nullFlavor, and not both",
        _ONE_OF_BOTH,
    ),
    Check(
        "more-than-code",
        lambda place: (
            _not_default("codeSystem", TIMING_EVENT)(place)
            or _not_default("codeSystemName", "TimingEvent")(place)
            or _has("codeSystemVersion", "displayName")(place)
            or _child("originalText", "qualifier", "translation")(place)
        ),
        "only the attribute code may be here, no system, display or translation",
        "Leave everything but code out.",
    ),
)
II = (
    *ANY,
    Check(
        "no-root",
        lambda place: not place.is_null and "root" not in place.attributes,
        "there is neither root nor nullFlavor",
        "Add the OID of the identifier as root.",
    ),
    Check(
        "null-and-root",
        _null_and(
            "root",
            "identifierName",
            "displayable",
            "reliability",
            "assigningAuthorityName",
        ),
        "nullFlavor stands together with the identifier",
        _ONE_OF_BOTH,
    ),
    Check(
        "root-form",
        _bad_root,
        "root is neither an OID nor a UUID",
        "Use the OID under which the identifier is registered.",
    ),
    Check(
        "repeated-id",
        _id_repeats,
        "the same identifier stands twice",
        "Leave the second out.",
    ),
)
II_EPSOS = (
    *II,
    Check(
        "long-root",
        lambda place: len(place.attributes.get("root", "")) > 64,
        "root has more than 64 characters",
        "Use a shorter OID.",
    ),
)
QTY = (
    *ANY,
    _SET,
    Check(
        "repeated-quantity",
        _repeats("value", "unit"),
        "the same quantity stands twice",
        "Leave the second out.",
    ),
)
_VALUE = Check(
    "value-or-null",
    _no_value,
    "there must be a value or a nullFlavor, and not both",
    _ONE_OF_BOTH,
)
TS = (
    *QTY,
    _VALUE,
    Check(
        "timestamp",
        _bad_time,
        "the value is no timestamp",
        "Write YYYYMMDD, or YYYYMMDDhhmmss with an offset such as +0100 (not Z).",
    ),
)
TS_EPSOS_TZ = (
    *TS,
    Check(
        "day-precision",
        _value_matches(r"[0-9]{8}"),
        "the time is not precise to the day",
        "Write at least YYYYMMDD.",
    ),
    Check(
        "no-offset",
        _time_without_zone,
        "the time has hours and no offset from UTC",
        "Add the offset, such as +0100.",
    ),
)
SXCM_TS = (
    *TS,
    Check(
        "null-and-operator",
        lambda place: place.is_null and place.attributes.get("operator", "I") != "I",
        "nullFlavor stands together with operator",
        "Leave operator out; where only the frequency is unknown, give a PIVL_TS with a "
        "period of nullFlavor UNK.",
    ),
)
_INTERVAL = (
    Check(
        "null-with-bounds",
        _null_with_bounds,
        "a nullFlavor stands together with a value or bounds",
        _NULL_ALONE,
    ),
    Check(
        "center-and-bounds",
        _center_and_others,
        "center stands together with other bounds",
        "Give center, or low and high.",
    ),
    Check(
        "overdetermined",
        _all_three,
        "low, high and width stand together",
        "Leave width out.",
    ),
    Check(
        "width-unit-alone",
        _width_unit_alone,
        "width has a unit and no value",
        "Add the value.",
    ),
    Check(
        "width-translation",
        lambda place: any("translation" in w.by_name for w in _bounds(place, "width")),
        "width has a translation",
        "Leave it out.",
    ),
    Check(
        "infinite-bound",
        _infinite,
        "low is positive or high negative infinity",
        "Use the other infinity, or leave the bound out.",
    ),
)
IVL_TS = (
    *SXCM_TS,
    *_INTERVAL,
    Check(
        "value-and-bounds",
        _value_and_children,
        "a value stands together with bounds",
        _ONE_OF_BOTH,
    ),
    Check(
        "equal-bounds",
        _equal_bounds,
        "low and high are the same",
        "Give one value instead of two equal bounds.",
    ),
    Check(
        "width-unit",
        _width_unit_strange,
        "the unit of width is no unit of time",
        "Use us, ms, s, min, h, d, wk, mo or a.",
    ),
    Check(
        "bound-timestamp",
        _bad_bound,
        "a bound is no timestamp",
        "Write YYYYMMDD, or YYYYMMDDhhmmss with an offset such as +0100 (not Z).",
    ),
    Check(
        "reversed-bounds",
        _bounds_reversed,
        "low is after high",
        "Exchange the bounds, or correct them at their source.",
    ),
)
IVL_TS_EPSOS = (
    *IVL_TS,
    Check(
        "year-precision",
        lambda place: any(
            _value_matches(r"[0-9]{4}")(each)
            for each in (place, *place.children)
            if each is place or each.name in {"low", "center", "high"}
        ),
        "a time is not precise to the year",
        "Write at least YYYY.",
    ),
)
_INCLUSIVE = Check(
    "null-and-inclusive",
    lambda place: place.is_null and place.attributes.get("inclusive", "true") != "true",
    "nullFlavor stands together with inclusive",
    "Leave inclusive out.",
)
PIVL_TS = (
    *SXCM_TS,
    Check(
        "periodic-nothing-said",
        _all_unclear,
        "nothing of the periodic interval has a value or is null alone",
        "Give period with value and unit, or period with nullFlavor UNK.",
    ),
    Check(
        "period-digits",
        _long_period,
        "the period has more than four decimals",
        "Round it to four.",
    ),
)
EIVL_TS = (
    *SXCM_TS,
    Check(
        "no-event",
        lambda place: not place.is_null and "event" not in place.by_name,
        "there is neither an event nor a nullFlavor",
        "Name the event, such as ACM.",
    ),
    Check(
        "event-attributes",
        _has_event_attribute,
        "the event has more than its code",
        "Leave displayName and version out; codeSystem is that of timing events.",
    ),
    Check(
        "event-children",
        _has_event_children,
        "the event has originalText, qualifier or translation",
        "Leave them out.",
    ),
)
SXPR_TS = (
    *SXCM_TS,
    Check(
        "one-component",
        lambda place: not place.is_null and len(_bounds(place, "comp")) < 2,
        "there are fewer than two components",
        "Give the one component as an effectiveTime of its own.",
    ),
)
PQ = (
    *QTY,
    _VALUE,
    Check(
        "repeated-translation",
        _quantities_repeat,
        "the same translation stands twice",
        "Leave the second out.",
    ),
    Check("number", _not_real, "the value is no number", "Write a decimal number."),
)
_IVXB_PQ = (*PQ[:-1], _INCLUSIVE)
IVL_PQ = (
    *PQ[:-1],
    *_INTERVAL,
    Check(
        "value-and-bounds",
        lambda place: (
            "value" in place.attributes
            and any(child.name != "translation" for child in place.children)
        ),
        "a value stands together with bounds",
        _ONE_OF_BOTH,
    ),
    Check(
        "reversed-bounds",
        _quantity_reversed,
        "low is more than high",
        "Exchange the bounds, or correct them at their source.",
    ),
    Check(
        "bound-number", _bound_not_real, "a bound is no number", "Write decimal numbers."
    ),
    Check(
        "translation-and-bounds",
        lambda place: (
            "translation" in place.by_name and len(place.by_name) > 1
        ),
        "a translation stands together with bounds",
        "Put the translation into the bounds, or leave it out.",
    ),
)
INT = (
    *QTY,
    _VALUE,
    Check(
        "uncertainty", _child("uncertainty"), "uncertainty may not be here", "Leave it out."
    ),
    Check("integer", _not_integer, "the value is no whole number", "Write digits only."),
)
BIN = (
    *ANY,
    Check(
        "empty",
        _empty,
        "there is no content and no nullFlavor",
        "Give the text, or a reference to the narrative, or a nullFlavor.",
    ),
)
ED = (
    *BIN,
    Check(
        "check-without-algorithm",
        _without("integrityCheck", "integrityCheckAlgorithm"),
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
                "translation" not in each.by_name for each in _bounds(place, "thumbnail")
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
                or _has("charset", "language", "compression", "integrityCheck")(place)
                or _not_default("integrityCheckAlgorithm", "SHA-1")(place)
                or _child("translation")(place)
            )
        ),
        "a nullFlavor stands together with what describes content",
        _NULL_ALONE,
    ),
    Check(
        "language",
        _bad_language,
        "the language is no language tag",
        "Write it like fr or fr-LU.",
    ),
)
ST = (
    *ED,
    Check(
        "more-than-text",
        _child("reference", "thumbnail"),
        "only text may be here",
        "Give the text itself.",
    ),
    Check(
        "not-plain",
        lambda place: (
            _not_default("representation", "TXT")(place)
            or _not_default("mediaType", "text/plain")(place)
            or _has("compression", "integrityCheck")(place)
            or _not_default("integrityCheckAlgorithm", "SHA-1")(place)
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
            _without(name, "codeSystem")(place)
            for name in ("code", "codeSystemName", "codeSystemVersion")
        ),
        "a code stands without its codeSystem",
        "Add the OID of the code system.",
    ),
    Check(
        "display-without-code",
        _without("displayName", "code"),
        "displayName stands without a code",
        "Leave displayName out.",
    ),
    Check(
        "null-and-code",
        _null_and("code", "displayName"),
        "nullFlavor stands together with a code",
        _ONE_OF_BOTH,
    ),
)
URL = (
    *ANY,
    Check(
        "no-value",
        lambda place: not place.is_null and "value" not in place.attributes,
        "there is neither a value nor a nullFlavor",
        "Give the address with its scheme, such as tel: or mailto:.",
    ),
    Check(
        "uri",
        _strange_uri,
        "the value holds characters that no URI has",
        "Escape them; a telephone number has no blanks.",
    ),
    _SET,
    Check(
        "repeated-address",
        _repeats("use", "value"),
        "the same address stands twice",
        "Leave the second out.",
    ),
)
TEL = (
    *URL,
    Check(
        "null-and-period",
        lambda place: place.is_null and "useablePeriod" in place.by_name,
        "nullFlavor stands together with useablePeriod",
        _NULL_ALONE,
    ),
)
TEL_EPSOS = (
    *TEL,
    Check(
        "telephone",
        _strange_number,
        "the number has other signs than digits, parentheses, dots and hyphens",
        "Write it like tel:+352123456, without blanks.",
    ),
    Check(
        "no-digit",
        _no_digit,
        "the number has no digit",
        "Give the number, or a nullFlavor.",
    ),
)
AD = (
    *ANY,
    Check(
        "mixed-or-empty",
        lambda place: not place.is_null and bool(place.children) == place.has_text,
        "an address is null, or text only, or parts only",
        "Put each part into its element, or give nullFlavor NI.",
    ),
    _SET,
    Check(
        "repeated-address",
        _spelling_repeats,
        "the same address stands twice",
        "Leave the second out.",
    ),
)
AD_EPSOS = (
    *AD,
    Check(
        "no-part",
        lambda place: (
            not place.is_null
            and not any(not child.name.startswith(("{", "pharm:")) for child in place.children)
        ),
        "the address has no part",
        "Put each part into its element, or give nullFlavor NI.",
    ),
)
EN = (
    *ANY,
    Check(
        "null-and-content",
        lambda place: place.is_null and bool(place.children or place.has_text),
        "a nullFlavor stands together with a name",
        _NULL_ALONE,
    ),
    Check(
        "mixed",
        _mixed,
        "a name has parts and text",
        "Put each part into its element.",
    ),
    Check(
        "empty",
        _empty,
        "the name is empty",
        "Give the name, or a nullFlavor where that is allowed.",
    ),
    _SET,
    Check(
        "repeated-name",
        _spelling_repeats,
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
_NO_CHILDREN = Check(
    "children", lambda place: bool(place.children), "it may have no children", "Leave them out."
)
_DISPLAYS = Check(
    "some-display-missing",
    _some_display_missing,
    "a code or translation has no displayName",
    "Add the display name; the receiver shows it.",
)


def _datatypes() -> dict[str, Datatype]:
    listed: dict[str, tuple[Check, ...]] = {
        "ANY": ANY,
        "SD.TEXT": ANY,
        "BL": ANY,
        "CD": CD,
        "CD.EPSOS": CD_EPSOS,
        "CE": (*CD, _QUALIFIER),
        "CE.EPSOS": (*CD_EPSOS, _QUALIFIER),
        "CV.EPSOS": (*CD_EPSOS, _QUALIFIER),
        "EIVL.event": (*CD, _QUALIFIER),
        "CS": CS,
        "II": II,
        "II.EPSOS": II_EPSOS,
        "TS": (*TS, _NO_CHILDREN),
        "TS.EPSOS.TZ": (*TS_EPSOS_TZ, _NO_CHILDREN),
        "IVXB_TS": (*TS, _INCLUSIVE),
        "IVL_TS": IVL_TS,
        "IVL_TS.EPSOS.TZ.OPT": IVL_TS_EPSOS,
        "PIVL_TS": PIVL_TS,
        "EIVL_TS": EIVL_TS,
        "SXPR_TS": SXPR_TS,
        "PQ": PQ,
        "IVXB_PQ": _IVXB_PQ,
        "IVL_PQ": IVL_PQ,
        "INT": INT,
        "ED": ED,
        "ST": ST,
        "SC": SC,
        "TEL": TEL,
        "TEL.EPSOS": TEL_EPSOS,
        "AD": AD,
        "AD.EPSOS": AD_EPSOS,
        "EN": EN,
        "PN": PN,
        "ON": ON,
    }
    return {name: Datatype(name, _wire(name), checks) for name, checks in listed.items()}


def _wire(name: str) -> str:
    """Return the type an instance may state; ``ANY`` is any."""
    if name == "ANY":
        return ""
    return name if name in {"SD.TEXT", "EIVL.event"} else name.partition(".")[0]


DATATYPES = _datatypes()
ADVICE = {"CD.EPSOS": _DISPLAYS, "CE.EPSOS": _DISPLAYS, "CV.EPSOS": _DISPLAYS}
