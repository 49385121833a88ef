"""The source of one document: an item, its patient, and what the Bundle has besides.

Spec: FHIR R4 Bundle (document, collection, searchset) / HL7 Europe MPD.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from transformations.eprescription.items import PrescriptionItem
from transformations.fhir import FhirBundle, FhirDocument, Located, NotFhir
from transformations.mapping import Context, Severity
from transformations.mapping.ledger import Site

_OTHER_ITEM = Site("another item of the prescription, in its own document", "")
_REFERRED = Site("what the order refers to", "")
_NO_PLACE = "what the order refers to here has no place in a prescription of CDA"
_NOT_REFERRED = "nothing that is carried refers to it"


def document_of(bundle: FhirBundle, item: PrescriptionItem) -> FhirDocument:
    """Return the Bundle as the source of one item's document.

    Raises
    ------
    NotFhir
        The item does not say whose it is.
    """
    patient = _patient(bundle, item.located)
    return FhirDocument(
        bundle.bundle,
        bundle.entries,
        bundle.by_url,
        bundle.by_type_and_id,
        composition=item.located,
        patient=patient,
    )


def _patient(bundle: FhirBundle, order: Located) -> Located:
    """Find the person an order is for: its subject, else the only Patient there is."""
    subject = order.resource.get("subject")
    reference = subject.get("reference") if isinstance(subject, dict) else None
    found = bundle.resolve(reference, order) if isinstance(reference, str) else None
    patients = tuple(bundle.of_type("Patient"))
    if found is None and len(patients) == 1:
        found = patients[0]
    if found is None or found.type != "Patient":
        raise NotFhir(
            "The prescription does not say whom it is for: its subject names no "
            f"Patient of this Bundle, which has {len(patients)}. Point "
            "MedicationRequest.subject at the Patient's fullUrl."
        )
    return found


def check_people(cx: Context) -> None:
    """Report a Bundle that mixes people: which facts are whose, nobody can tell."""
    patients = {id(one.resource) for one in cx.document.of_type("Patient")}
    if patients - {id(cx.document.patient.resource)}:
        cx.find(
            Severity.CRITICAL,
            "several-patients",
            "the Bundle is about several patients; send one patient's at a time",
        )


def book_the_rest(cx: Context, *, reason: str = "") -> None:
    """Book what this document does not carry: other items, and what none refers to.

    Parameters
    ----------
    reason
        Why what the item refers to is not in the document, where it is said elsewhere.
    """
    mine = _reachable([cx.document.composition], cx)
    others = _reachable(_other_orders(cx), cx) - mine
    for located in cx.document.entries:
        if cx.is_visited(located):
            continue
        if id(located.resource) in others or located.type == "RequestGroup":
            _settle(located, cx)
        elif id(located.resource) in mine:
            cx.site = _REFERRED
            severity = Severity.INFORMATION if reason else Severity.WARNING
            cx.lose_resource(located, reason or _NO_PLACE, severity)
        else:
            _lose(located, cx)


def _other_orders(cx: Context) -> list[Located]:
    orders = cx.document.of_type("MedicationRequest")
    return [one for one in orders if not cx.is_visited(one)]


def _settle(located: Located, cx: Context) -> None:
    cx.site = _OTHER_ITEM
    for name in located.resource:
        cx.settle(located.resource, name)
    entry = cx.entry_of(located)
    if entry is not None:
        cx.settle(entry, "fullUrl")


def _lose(located: Located, cx: Context) -> None:
    is_about_origin = located.type in {"Provenance", "OperationOutcome"}
    cx.site = Site("document", "")
    cx.lose_resource(located, _NOT_REFERRED, Severity.WARNING)
    before, cx.located = cx.located, located
    cx.find(
        Severity.INFORMATION if is_about_origin else Severity.WARNING,
        "resource-not-referred-to",
        f"the {located.type or 'resource'} is not part of the prescription",
    )
    cx.located = before


def _reachable(starts: list[Located], cx: Context) -> set[int]:
    """Return the identities of resources that some resources lead to."""
    found: dict[int, Located] = {id(one.resource): one for one in starts}
    waiting = list(starts)
    while waiting:
        here = waiting.pop()
        for name in _references(here.resource):
            there = cx.document.resolve(name, here)
            if there is not None and id(there.resource) not in found:
                found[id(there.resource)] = there
                waiting.append(there)
    return set(found)


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _references(one)
    elif isinstance(value, dict):
        name = value.get("reference")
        if isinstance(name, str):
            yield name
        for one in value.values():
            yield from _references(one)
