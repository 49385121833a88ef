"""The forms in which a recorded event is told to audit repositories.

The record keeps one form, DICOM's. RFC 3881 is the older one, which some repositories
still expect: other names for the same things, and no place for a few of them.

Spec: DICOM PS3.15 A.5.1 / RFC 3881 §5, §6 (schema) / sheet 06 §1.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from lxml import etree

from trust.xml import Element, ParseLimits, parse_xml, write_xml

# Two SOAP headers with assertions make the longest.
EVENT_LIMITS: Final = ParseLimits(max_bytes=8 << 20, max_depth=8, max_nodes=20_000)

_CODE: Final = "csd-code"
# RFC 3881 has no element for these; what a code says of an outcome stays in its errors.
_UNKNOWN: Final = frozenset(
    {
        "EventOutcomeDescription",
        "PurposeOfUse",
        "MediaIdentifier",
        "ParticipantObjectDescription",
    }
)
_OTHER_NAMES: Final = {_CODE: "code"}


class AuditForm(StrEnum):
    """A form of audit messages, as the settings name it."""

    DICOM = "dicom"
    RFC_3881 = "rfc-3881"


def in_form(event: bytes, form: AuditForm) -> bytes:
    """Return a recorded event, which is in DICOM's form, in another one.

    Raises
    ------
    XmlRefused
        The record is no XML.
    """
    if form is AuditForm.DICOM:
        return event
    return write_xml(_as_rfc_3881(parse_xml(event, EVENT_LIMITS)), {})


def _as_rfc_3881(element: etree._Element) -> Element:
    attributes = {
        _OTHER_NAMES.get(str(name), str(name)): str(value)
        for name, value in element.attrib.items()
    }
    return Element(str(element.tag), attributes, list(_content(element)))


def _content(element: etree._Element) -> Iterator[Element | str]:
    if element.text and element.text.strip():
        yield element.text
    for child in element:
        if child.tag not in _UNKNOWN:
            yield _as_rfc_3881(child)
