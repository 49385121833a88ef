"""The items of a Bundle of prescriptions: each becomes one document.

CDA carries one medicine in one prescription, so an order of several lines is parted.
What a list of them says of each is read here without making any document.

Spec: HL7 Europe MPD (grouping of prescriptions) / FHIR R4 MedicationRequest /
eHDSI ePrescription EH.1.1: one section, one entry (Wave 8).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from transformations.eprescription.amounts import OrderedAmount, ordered_amount
from transformations.fhir import FhirBundle, Located
from transformations.medication.extensions import CLASSIFICATION, PRODUCT_NAME
from transformations.medication.product_names import strength_words
from transformations.sections.codes import ATC
from transformations.terminology import oid_of

DISPENSABLE_INTENTS = frozenset(
    {"order", "original-order", "reflex-order", "filler-order", "instance-order"}
    | {"option"}
)
"""Kinds of requests that are orders; an option is one beside others of its group."""


class ItemId(NamedTuple):
    """An identifier of FHIR: the system's URI and the value."""

    system: str
    value: str


class Code(NamedTuple):
    """A code with its system's URI and its words."""

    system: str
    code: str
    display: str


@dataclass(frozen=True, slots=True)
class PrescriptionItem:
    """What a list says of one item; what is not told is empty.

    Attributes
    ----------
    located
        The MedicationRequest and its place in the Bundle.
    id
        The item's identifier.
    prescription_id
        The identifier of the prescription, shared by its items; the item's own where
        the item is the whole prescription.
    status, intent
        As FHIR codes.
    is_dispensable
        Whether it is an active order; whether it may cross the border, others decide.
    product
        What the medicine is called.
    classes
        Its ATC codes.
    form
        Its dose form.
    strength
        Strengths of its ingredients, as words.
    substitution
        Code of v3-substanceAdminSubstitution: ``N`` where it is forbidden; empty where
        it is allowed or nothing is said.
    authored_on, valid_from, valid_until
        Dates as FHIR writes them.
    amount
        How much, as the document would tell it.
    """

    located: Located = field(repr=False)
    id: ItemId | None = field(repr=False)
    prescription_id: ItemId | None = field(repr=False)
    status: str
    intent: str
    is_dispensable: bool
    product: str = field(repr=False)
    classes: tuple[Code, ...] = field(repr=False)
    form: Code | None = field(repr=False)
    strength: str = field(repr=False)
    substitution: str
    authored_on: str
    valid_from: str
    valid_until: str
    amount: OrderedAmount


def items(bundle: FhirBundle) -> tuple[PrescriptionItem, ...]:
    """List the prescription items of a Bundle, in its order."""
    return tuple(_item(one, bundle) for one in bundle.of_type("MedicationRequest"))


def _item(located: Located, bundle: FhirBundle) -> PrescriptionItem:
    request = located.resource
    medication = _medication(located, bundle)
    identity = _identity(next(_objects(request, "identifier"), None))
    group = _identity(request.get("groupIdentifier"))
    status, intent = (_text(request, name) for name in ("status", "intent"))
    return PrescriptionItem(
        located=located,
        id=identity,
        prescription_id=group or identity,
        status=status,
        intent=intent,
        is_dispensable=status == "active"
        and intent in DISPENSABLE_INTENTS
        and request.get("doNotPerform") is not True,
        product=_product(request, medication),
        classes=tuple(_classes(request, medication)),
        form=next(_codes(_object(medication, "form")), None),
        strength=_strength(medication),
        substitution=_substitution(_object(request, "substitution")),
        authored_on=_text(request, "authoredOn"),
        valid_from=_text(_validity(request), "start"),
        valid_until=_text(_validity(request), "end"),
        amount=ordered_amount(located, bundle),
    )


# A list must be made of whatever is there: another shape counts as nothing.


def _object(holder: Any, name: str) -> dict[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def _objects(holder: Any, name: str) -> Iterator[dict[str, Any]]:
    values = holder.get(name)
    for value in values if isinstance(values, list) else ():
        if isinstance(value, dict):
            yield value


def _text(holder: Any, name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""


def _medication(located: Located, bundle: FhirBundle) -> dict[str, Any]:
    name = _text(_object(located.resource, "medicationReference"), "reference")
    found = bundle.resolve(name, located) if name else None
    return {} if found is None else found.resource


def _identity(identifier: Any) -> ItemId | None:
    if not isinstance(identifier, dict) or not _text(identifier, "value"):
        return None
    return ItemId(_text(identifier, "system"), _text(identifier, "value"))


def _codes(concept: dict[str, Any]) -> Iterator[Code]:
    for coding in _objects(concept, "coding"):
        if _text(coding, "code"):
            yield Code(*(_text(coding, name) for name in ("system", "code", "display")))


def _name(concept: dict[str, Any]) -> str:
    displays = (code.display for code in _codes(concept))
    return _text(concept, "text").strip() or next(filter(None, displays), "")


def _product(request: Any, medication: Any) -> str:
    return (
        _brand(medication)
        or _name(_object(medication, "code"))
        or _name(_object(request, "medicationCodeableConcept"))
        or _text(_object(request, "medicationReference"), "display")
        or " + ".join(_substances(medication))
    )


def _brand(medication: Any) -> str:
    names = (
        _text(one, "valueString")
        for one in _objects(medication, "extension")
        if one.get("url") == PRODUCT_NAME
    )
    return next(names, "").strip()


def _active(medication: Any) -> Iterator[dict[str, Any]]:
    for ingredient in _objects(medication, "ingredient"):
        if ingredient.get("isActive") is not False:
            yield ingredient


def _substances(medication: Any) -> list[str]:
    names = [_name(_object(one, "itemCodeableConcept")) for one in _active(medication)]
    return [name for name in names if name]


def _classes(request: Any, medication: Any) -> list[Code]:
    concepts = [
        _object(medication, "code"),
        _object(request, "medicationCodeableConcept"),
    ]
    concepts += [
        _object(one, "valueCodeableConcept")
        for one in _objects(medication, "extension")
        if one.get("url") == CLASSIFICATION
    ]
    codes = (code for concept in concepts for code in _codes(concept))
    return list(dict.fromkeys(one for one in codes if oid_of(one.system) == ATC))


def _strength(medication: Any) -> str:
    strengths = [strength_words(one.get("strength")) for one in _active(medication)]
    return " + ".join(one for one in strengths if one)


def _substitution(substitution: Any) -> str:
    if substitution.get("allowedBoolean") is False:
        return "N"
    codes = _codes(_object(substitution, "allowedCodeableConcept"))
    return next((one.code for one in codes), "")


def _validity(request: Any) -> dict[str, Any]:
    return _object(_object(request, "dispenseRequest"), "validityPeriod")
