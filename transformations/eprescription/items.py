"""The items of a Bundle of prescriptions: each becomes one document.

CDA carries one medicine in one prescription, so an order of several lines is parted.
What a list of them says of each is read here without making any document.

Spec: HL7 Europe MPD (grouping of prescriptions) / FHIR R4 MedicationRequest /
eHDSI ePrescription EH.1.1: one section, one entry (Wave 8).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from transformations.fhir import FhirBundle, Located
from transformations.medication.extensions import (
    CLASSIFICATION,
    PRODUCT_NAME,
    extension_of,
)
from transformations.medication.medicines import name_of
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


def items(bundle: FhirBundle) -> tuple[PrescriptionItem, ...]:
    """List the prescription items of a Bundle, in its order."""
    return tuple(_item(one, bundle) for one in bundle.of_type("MedicationRequest"))


def _item(located: Located, bundle: FhirBundle) -> PrescriptionItem:
    request = located.resource
    medication = _medication(located, bundle)
    identity = _identity(_first(request.get("identifier")))
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
        form=_code(_first((medication.get("form") or {}).get("coding"))),
        strength=_strength(medication),
        substitution=_substitution(request.get("substitution")),
        authored_on=_text(request, "authoredOn"),
        valid_from=_validity(request, "start"),
        valid_until=_validity(request, "end"),
    )


def _medication(located: Located, bundle: FhirBundle) -> Any:
    reference = located.resource.get("medicationReference")
    name = reference.get("reference") if isinstance(reference, dict) else None
    found = bundle.resolve(name, located) if isinstance(name, str) else None
    return {} if found is None else found.resource


def _first(values: Any) -> Any:
    return values[0] if isinstance(values, list) and values else None


def _text(holder: Any, name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""


def _identity(identifier: Any) -> ItemId | None:
    if not isinstance(identifier, dict) or not _text(identifier, "value"):
        return None
    return ItemId(_text(identifier, "system"), _text(identifier, "value"))


def _code(coding: Any) -> Code | None:
    if not isinstance(coding, dict) or not _text(coding, "code"):
        return None
    return Code(*(_text(coding, name) for name in ("system", "code", "display")))


def _product(request: Any, medication: Any) -> str:
    extension = extension_of(medication, PRODUCT_NAME)
    brand = "" if extension is None else _text(extension, "valueString")
    reference = request.get("medicationReference")
    return (
        brand
        or name_of(medication.get("code"))
        or name_of(request.get("medicationCodeableConcept"))
        or (_text(reference, "display") if isinstance(reference, dict) else "")
        or " + ".join(_substances(medication))
    )


def _substances(medication: Any) -> list[str]:
    names = [
        name_of(one.get("itemCodeableConcept"))
        for one in medication.get("ingredient") or ()
        if isinstance(one, dict) and one.get("isActive") is not False
    ]
    return [name for name in names if name]


def _classes(request: Any, medication: Any) -> list[Code]:
    concepts = [medication.get("code"), request.get("medicationCodeableConcept")]
    concepts += [
        one.get("valueCodeableConcept")
        for one in medication.get("extension") or ()
        if isinstance(one, dict) and one.get("url") == CLASSIFICATION
    ]
    codes = [
        _code(coding)
        for concept in concepts
        if isinstance(concept, dict)
        for coding in concept.get("coding") or ()
    ]
    found = [one for one in codes if one is not None and oid_of(one.system) == ATC]
    return list(dict.fromkeys(found))


def _strength(medication: Any) -> str:
    strengths = [
        strength_words(one.get("strength"))
        for one in medication.get("ingredient") or ()
        if isinstance(one, dict) and one.get("isActive") is not False
    ]
    return " + ".join(one for one in strengths if one)


def _substitution(substitution: Any) -> str:
    if not isinstance(substitution, dict):
        return ""
    if substitution.get("allowedBoolean") is False:
        return "N"
    concept = substitution.get("allowedCodeableConcept")
    coding = _first(concept.get("coding")) if isinstance(concept, dict) else None
    return _text(coding, "code") if isinstance(coding, dict) else ""


def _validity(request: Any, end: str) -> str:
    dispense = request.get("dispenseRequest")
    period = dispense.get("validityPeriod") if isinstance(dispense, dict) else None
    return _text(period, end) if isinstance(period, dict) else ""
