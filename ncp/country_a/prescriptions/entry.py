"""What a list says of a prescription beside what it says of every document.

Spec: eHDSI XCA profile, metadata of an ePrescription (event codes; description) /
IHE ITI TF-3 §4.2.3.2.8 (eventCodeList).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ncp.ihe.document_entry import EventCode
from ncp.ihe.oids import XDW_EVENT
from ncp.national.prescriptions import Prescription, ProductCode
from transformations.sections.codes import EDQM

_OPEN: Final = "urn:ihe:iti:xdw:2011:eventCode:open"
_CLOSED: Final = "urn:ihe:iti:xdw:2011:eventCode:closed"
_SUBSTITUTION: Final = "2.16.840.1.113883.5.1070"
# Seen: OpenNCP, event codes of an ePrescription.
_STRENGTH: Final = "eHDSI_Strength_CodeSystem"
_STRENGTH_NAME: Final = "Strength of medication"
_SUBSTITUTION_NAMES: Final = {
    "N": "None",
    "G": "Generic",
    "TE": "Therapeutic alternative",
}


def event_codes(prescription: Prescription, *, is_open: bool) -> tuple[EventCode, ...]:
    """Return the event codes of an entry: one of the first two is always there."""
    return tuple(_events(prescription, is_open=is_open))


def description(prescription: Prescription) -> str:
    """Name the product, its form and its strength."""
    product = prescription.product
    form = product.form.name if product.form else ""
    parts = (product.name, form, product.strength)
    return ", ".join(dict.fromkeys(filter(None, parts)))


def _events(prescription: Prescription, *, is_open: bool) -> Iterator[EventCode]:
    product = prescription.product
    yield (
        EventCode(_OPEN, XDW_EVENT, "Open")
        if is_open
        else EventCode(_CLOSED, XDW_EVENT, "Closed")
    )
    if product.atc is not None:
        yield _of(product.atc)
    if product.form is not None and product.form.system == EDQM:
        yield _of(product.form)
    if product.strength:
        yield EventCode(product.strength, _STRENGTH, _STRENGTH_NAME)
    name = _SUBSTITUTION_NAMES.get(prescription.substitution)
    if name is not None:
        yield EventCode(prescription.substitution, _SUBSTITUTION, name)


def _of(code: ProductCode) -> EventCode:
    return EventCode(code.code, code.system, code.name or code.code)
