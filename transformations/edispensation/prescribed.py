"""The prescription that a dispensation fulfils: its id in the header, its item beside.

A dispensation repeats of a prescription the ids and the product that was prescribed. It
fulfils one; a dispense for several prescriptions has no form in CDA.

Spec: eHDSI eDispensation EH.1.2 ``inFulfillmentOf/order/id``, Supply EH.3.3 (Wave 8)
``entryRelationship[@typeCode='REFR']`` / FHIR R4 MedicationDispense /
HL7 Europe MPD: ``groupIdentifier`` is the number of a prescription of several items.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.fhir import Located
from transformations.mapping import (
    IDENTIFIER,
    Alt,
    Context,
    Follow,
    Group,
    Pair,
    Row,
    Severity,
    Subject,
    Table,
)
from transformations.mapping.place import Term
from transformations.medication.products import (
    PRODUCT,
    PRODUCT_OF_CONCEPT,
    PRODUCT_OF_MEDICATION,
    PRODUCT_OF_NAME,
    complete_material,
)

_CONSUMABLE = f"consumable{{typeCode=CSM}}/{PRODUCT}"
_REPEATED = "a dispensation repeats of its prescription the ids and the product"


def beginning_to_cda(_request: Any, _act: CdaNode, cx: Context) -> bool:
    """Say that what follows is what was prescribed."""
    cx.narrative.say_ours("", "Prescribed")
    return False


def rest_to_cda(request: Any, _supply: CdaNode, cx: Context) -> bool:
    """Leave the rest of a prescription with the prescription."""
    cx.settle(request, "groupIdentifier")
    cx.lose_rest(request, _REPEATED, Severity.INFORMATION)
    return False


def medicine_of(consumable: str) -> tuple[Term, ...]:
    """Make the terms of a product: a Medication, a concept, or only a name."""
    return (
        Alt(
            Group(consumable, *PRODUCT_OF_CONCEPT),
            Follow(
                "medicationReference", {"Medication": PRODUCT_OF_MEDICATION}, consumable
            ),
            Group(consumable, *PRODUCT_OF_NAME),
        ),
    )


_REQUEST: tuple[Term, ...] = (
    Subject("subject"),
    Group(
        "entryRelationship{typeCode=REFR}"
        "/substanceAdministration{classCode=SBADM,moodCode=INT}",
        Pair("what was prescribed", beginning_to_cda),
        Row("identifier[]", "id", IDENTIFIER, once=True),
        *medicine_of(_CONSUMABLE),
    ),
    Pair("the rest of the prescription", rest_to_cda),
)
_PRESCRIPTION = Table(
    "prescription",
    "Reference",
    "Supply",
    Follow(".", {"MedicationRequest": _REQUEST}),
)
_UNKNOWN_PRODUCT = Table(
    "medicine",
    "MedicationDispense",
    "SubstanceAdministration",
    Group(
        f"{_CONSUMABLE}/manufacturedMaterial{{classCode=MMAT,determinerCode=KIND}}"
        "<EH.3.30>",
        always=True,
    ),
)
_ORDER = Table("order", "Reference", "Order", Row("identifier", "id", IDENTIFIER))
_ORDER_OF_GROUP = Table(
    "order", "MedicationRequest", "Order", Row("groupIdentifier", "id", IDENTIFIER)
)
_ORDER_OF_ITEM = Table(
    "order",
    "MedicationRequest",
    "Order",
    Row("identifier[]", "id", IDENTIFIER, once=True),
)


def prescriptions_to_cda(dispense: Any, supply: CdaNode, cx: Context) -> bool:
    """Write the item that was prescribed; of several, the first."""
    references = dispense.get("authorizingPrescription") or []
    for index, reference in enumerate(references):
        if index:
            reason = "CDA has room for one prescription; send one dispensation for each"
            cx.find(Severity.CRITICAL, "several-prescriptions", reason)
            cx.lose(references, index, reason, Severity.CRITICAL)
        elif isinstance(reference, dict):
            _PRESCRIPTION.write(reference, supply, cx)
    products = [product for act in _items(supply) for product in _products(act)]
    for act in _items(supply):
        if act.first("consumable") is None:
            _UNKNOWN_PRODUCT.write(dispense, act, cx)
    for material in products:
        complete_material(material, cx)
    if not products:
        cx.find(
            Severity.CRITICAL,
            "prescribed-product-missing",
            "the dispensation does not hold the prescription with its product, which "
            "an eDispensation repeats",
        )
    return False


def order_to_cda(dispense: Any, document: CdaNode, cx: Context) -> None:
    """Write in the header which prescription is fulfilled."""
    link = CdaNode(document.kind.child("inFulfillmentOf"), None, {"typeCode": "FLFS"})
    order = link.add("order", classCode="ACT", moodCode="RQO")
    references = dispense.get("authorizingPrescription") or [{}]
    _write_order(references[0], order, cx)
    if order.first("id") is None:
        cx.find(
            Severity.CRITICAL,
            "prescription-not-named",
            "the dispensation does not name the prescription by an identifier",
        )
        order.add("id", nullFlavor="UNK")
    document.graft(link)
    _complete_item(document, order)


def _write_order(reference: Any, order: CdaNode, cx: Context) -> None:
    """Write the number of the prescription: named, of its group, or of its item."""
    if _ORDER.write(reference, order, cx):
        return
    located = _request_of(reference, cx)
    if located is None:
        return
    before = cx.enter(located)
    if not _ORDER_OF_GROUP.write(located.resource, order, cx):
        _ORDER_OF_ITEM.write(located.resource, order, cx)
    cx.leave(before)


def _request_of(reference: Any, cx: Context) -> Located | None:
    name = reference.get("reference")
    located = cx.document.resolve(name, cx.located) if isinstance(name, str) else None
    if located is None or located.type != "MedicationRequest":
        return None
    return located


def _complete_item(document: CdaNode, order: CdaNode) -> None:
    """Give an item without an id of its own that of its prescription."""
    identity = order.first("id")
    for act in _items(document):
        if act.first("id") is None and identity is not None:
            act.add("id", **identity.attributes)


def _products(act: CdaNode) -> list[CdaNode]:
    return [
        material
        for consumable in act.elements("consumable")
        for product in consumable.elements("manufacturedProduct")
        for material in product.elements("manufacturedMaterial")
    ]


def _items(node: CdaNode) -> list[CdaNode]:
    found = []
    for child in node.elements():
        is_item = child.kind.name == "SubstanceAdministration"
        found += [child] if is_item else _items(child)
    return found
