"""Traits of a person in XCPD: names, dates, genders, addresses, both ways.

Dates are in ISO form and genders in FHIR's codes here; the wire has HL7's.

Spec: HL7 v3 Datatypes R1 (TS, PN, AD) / HL7 v3 AdministrativeGender / IHE ITI TF-2
§3.55.4.1.2, §3.55.4.2.2.
Seen: OpenNCP writes streetName in requests and streetAddressLine in responses; of
several given names, families or lines it keeps the last one alone, in questions and in
answers. gematik writes all given names into one element, and so do we.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Final

from lxml import etree

from ncp.ihe import namespaces as ns
from ncp.ihe.nodes import attribute, by_name, element, form, text
from trust.xml import Blank, Form, Written

_TO_HL7 = {"male": "M", "female": "F", "other": "UN"}
_FROM_HL7 = {hl7: fhir for fhir, hl7 in _TO_HL7.items()}
_TS = re.compile(
    r"(\d{4})(?:(\d{2})(?:(\d{2})(?:\d{2}){0,3}(?:\.\d+)?)?)?(?:[+-]\d{4})?", re.ASCII
)
_ISO = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)
_STREET = ("streetAddressLine", "streetName")


@cache  # the names of the messages, written in this package
def hl7(name: str) -> str:
    """Return a name of HL7 v3 in Clark notation."""
    return f"{{{ns.HL7}}}{name}"


class TraitInvalid(ValueError):  # noqa: N818 - a finding about a value
    """A trait is not of its form; the text names the trait, never its value."""


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """An address as XCPD carries it."""

    lines: tuple[str, ...] = field(default=(), repr=False)
    city: str | None = field(default=None, repr=False)
    postal_code: str | None = field(default=None, repr=False)
    country: str | None = None


_NOWHERE: Final = PostalAddress()


def _part(name: str) -> Form:
    return form(element(hl7(name), Blank("text")))


_FAMILY: Final = _part("family")
_GIVEN: Final = _part("given")
_ADDRESS_PARTS: Final = {
    name: _part(name) for name in ("city", "postalCode", *_STREET, "country")
}


def write_name(family: Sequence[str], given: Sequence[str]) -> list[Written]:
    """Write a name: all families in one element, then all given names in one."""
    parts = ((_FAMILY, " ".join(family)), (_GIVEN, " ".join(given)))
    return [part.fill(text=words) for part, words in parts if words]


def read_name(name: etree._Element | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Read family and given names, every part of them."""
    parts = by_name(name)
    return _texts(parts, "family"), _texts(parts, "given")


def _texts(parts: Mapping[str, Sequence[etree._Element]], name: str) -> tuple[str, ...]:
    found = map(text, parts.get(hl7(name), ()))
    return tuple([part for part in found if part is not None])


def _first_text(parts: Mapping[str, Sequence[etree._Element]], name: str) -> str | None:
    return text(next(iter(parts.get(hl7(name), ())), None))


def write_gender(gender: str | None) -> str | None:
    """Return the HL7 code of a FHIR gender; None for unknown."""
    return None if gender is None else _TO_HL7.get(gender)


def read_gender(source: etree._Element | None) -> str | None:
    """Read an administrative gender; a code that is none is refused."""
    code = attribute(source, "code")
    if code is None:
        return None
    if code not in _FROM_HL7:
        raise TraitInvalid("the gender is none of M, F and UN")
    return _FROM_HL7[code]


def birth_date_of(text: str) -> str:
    """Return an ISO date of year, month or day, as somebody typed it.

    Raises
    ------
    TraitInvalid
        It is of another form, or not in the calendar.
    """
    if not _ISO.fullmatch(text):
        raise TraitInvalid("a birth date is not an ISO date such as 1957-05-06")
    try:
        date.fromisoformat(text + "0000-01-01"[len(text) :])
    except ValueError:
        raise TraitInvalid("a birth date is not in the calendar") from None
    return text


def write_date(birth_date: str) -> str:
    """Return the HL7 form of an ISO date of year, month or day."""
    if not _ISO.fullmatch(birth_date):
        raise TraitInvalid("a birth date is not an ISO date")
    return birth_date.replace("-", "")


def read_date(source: etree._Element | None) -> str | None:
    """Read the date of an HL7 time stamp with its precision; the time is dropped."""
    value = attribute(source, "value")
    if value is None:
        return None
    match = _TS.fullmatch(value)
    if match is None:
        raise TraitInvalid("the birth time is not a time stamp")
    parts = [part for part in match.groups() if part is not None]
    _check_calendar(parts)
    return "-".join(parts)


def _check_calendar(parts: Sequence[str]) -> None:
    year, month, day = (*map(int, parts), 1, 1)[:3]
    try:
        date(year, month, day)
    except ValueError:
        raise TraitInvalid("the birth time is not in the calendar") from None


def write_address(address: PostalAddress, line: str) -> list[Written]:
    """Write an address, its lines in one element that the message calls ``line``."""
    parts = (
        ("city", address.city),
        ("postalCode", address.postal_code),
        (line, ", ".join(address.lines)),
        ("country", address.country),
    )
    return [_ADDRESS_PARTS[name].fill(text=value) for name, value in parts if value]


def read_address(source: etree._Element | None) -> PostalAddress | None:
    """Read an address, its lines under any of their names; None when empty."""
    parts = by_name(source)
    address = PostalAddress(
        tuple([line for name in _STREET for line in _texts(parts, name)]),
        _first_text(parts, "city"),
        _first_text(parts, "postalCode"),
        _first_text(parts, "country"),
    )
    return None if address == _NOWHERE else address
