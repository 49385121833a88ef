"""Telecommunication and postal addresses: TEL, AD.

Spec: HL7 v3 datatypes, release 1, as eHDSI narrows them (``.EPSOS``).
"""

from __future__ import annotations

import re
from urllib.parse import quote

from transformations.rules.datatypes.anything import ANY, NULL_IN_SET
from transformations.rules.datatypes.check import Check
from transformations.rules.datatypes.conditions import (
    NULL_ALONE,
    repeats,
    spelling_repeats,
)
from transformations.rules.place import Place

_PHONE = re.compile(r"\+?[0-9()\.-]+")


_URI_KEPT = "!#$%&'()*+,-./:;=?@[]_~"


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
    return scheme in {"tel", "fax"} and not any(
        digit in "0123456789" for digit in number
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
    NULL_IN_SET,
    Check(
        "repeated-address",
        repeats("use", "value"),
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
        NULL_ALONE,
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
    NULL_IN_SET,
    Check(
        "repeated-address",
        spelling_repeats,
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
            and not any(
                not child.name.startswith(("{", "pharm:")) for child in place.children
            )
        ),
        "the address has no part",
        "Put each part into its element, or give nullFlavor NI.",
    ),
)
