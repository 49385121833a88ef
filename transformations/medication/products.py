"""The medicine as a product: what is prescribed, and what was dispensed.

A product has always a name, a form and a package, inner to outer. A brand has the name
it is sold under; a generic one is called by its active substances and their strengths,
which is what the law of prescriptions wants it called by.

Spec: eHDSI product EH.3.29, material EH.3.30 (Wave 8), ``urn:hl7-org:pharm`` /
FHIR R4 Medication / HL7 Europe MPD.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.mapping import (
    IDENTIFIER,
    ST,
    Alt,
    Context,
    Follow,
    Group,
    Ignore,
    Pair,
    Row,
    Severity,
)
from transformations.mapping.place import Term
from transformations.medication.extensions import CHARACTERISTIC, DEVICE
from transformations.medication.medicines import (
    DOSE_FORM,
    ingredient_to_cda,
    name_of,
    named_to_cda,
)
from transformations.medication.parts import is_part, part_to_cda
from transformations.medication.product_codes import (
    code_to_cda,
    medication_code_to_cda,
    name_to_cda,
    product_classes_to_cda,
)
from transformations.medication.product_packages import packages_to_cda
from transformations.sections.words import Told, say_element

PRODUCT = "manufacturedProduct{classCode=MANU}<EH.3.29>"
MATERIAL = "manufacturedMaterial{classCode=MMAT,determinerCode=KIND}<EH.3.30>"
_MAKER = "manufacturerOrganization{classCode=ORG,determinerCode=INSTANCE}"
_OF_MAKER = "a product says of its maker the name and an identifier"


def concept_to_cda(resource: Any, material: CdaNode, cx: Context) -> bool:
    """Write a medicine that is only a concept in the order itself."""
    key = "medicationCodeableConcept"
    passed = code_to_cda(resource, key, material, cx)
    name = name_of(resource.get(key))
    if passed and name:
        material.add("name", name)
        cx.narrative.say("Name", name)
    return passed


def _named_to_cda(resource: Any, material: CdaNode, cx: Context) -> bool:
    """Write a medicine of which only the name is here: its resource is missing."""
    return named_to_cda(resource, material, cx, "Name")


def ingredients_to_cda(medication: Any, material: CdaNode, cx: Context) -> bool:
    """Write each ingredient as a substance, or as a part with its own package."""
    passed = False
    for ingredient in medication.get("ingredient") or ():
        write = part_to_cda if is_part(ingredient, cx) else ingredient_to_cda
        passed = write(ingredient, material, cx) or passed
    return passed


def pack_of_parts_to_cda(medication: Any, material: CdaNode, _cx: Context) -> bool:
    """Write the package around parts, of which nothing is told, as one package."""
    if material.first(_CONTENT) is not None or material.first("pharm:part") is None:
        return False
    if isinstance(medication.get("amount"), dict):
        return False
    content = material.add(_CONTENT, classCode="CONT")
    content.add("pharm:quantity", value="1", unit="1")
    package = content.add(
        "pharm:containerPackagedProduct", classCode="CONT", determinerCode="KIND"
    )
    package.add("pharm:formCode", nullFlavor="UNK")
    return False


_CONTENT = "pharm:asContent"


def devices_in_words(medication: Any, _material: CdaNode, cx: Context) -> bool:
    """Say which devices are in the package, and how many of each."""
    for extension in medication.get("extension") or ():
        if extension.get("url") == DEVICE:
            cx.derive(extension, "url")
            parts = extension.get("extension") or ()
            words = [phrase for part in parts for phrase in _device_words(part, cx)]
            cx.narrative.say("Device in the package", ", ".join(reversed(words)))
    return False


def _device_words(part: Any, cx: Context) -> list[str]:
    cx.settle(part, "url")
    return [
        phrase
        for key in ("valueQuantity", "valueCodeableConcept", "valueReference")
        if key in part
        for phrase in say_element(part, key, key.removeprefix("value"), cx)
    ]


def characteristics_in_words(medication: Any, _material: CdaNode, cx: Context) -> bool:
    """Say what else a medicine is told to be like."""
    for extension in medication.get("extension") or ():
        if extension.get("url") == CHARACTERISTIC:
            cx.derive(extension, "url")
            words = [
                phrase
                for part in (extension, *(extension.get("extension") or ()))
                for phrase in _value_words(part, cx)
            ]
            cx.narrative.say("Characteristic", ", ".join(words))
    return False


def _value_words(part: Any, cx: Context) -> list[str]:
    cx.settle(part, "url")
    return [
        phrase
        for key in part
        if key.startswith("value")
        for phrase in say_element(part, key, key.removeprefix("value"), cx)
    ]


def named_maker_to_cda(medication: Any, product: CdaNode, cx: Context) -> bool:
    """Write who makes it where only a name is given."""
    reference = medication.get("manufacturer")
    name = reference.get("display") if isinstance(reference, dict) else None
    if not isinstance(name, str) or not name.strip() or "reference" in reference:
        return False
    cx.take(reference, "display")
    product.add(
        "manufacturerOrganization", classCode="ORG", determinerCode="INSTANCE"
    ).add("name", name.strip())
    cx.narrative.say("Manufacturer", name.strip())
    return True


def material_of(act: CdaNode) -> CdaNode | None:
    """Return the material that an act consumes, where it was written."""
    consumable = act.first("consumable")
    product = None if consumable is None else consumable.first("manufacturedProduct")
    return None if product is None else product.first("manufacturedMaterial")


def complete_material(material: CdaNode, cx: Context) -> None:
    """Write as unknown what a product must have, and report what it must not lack."""
    if material.first("name") is None:
        material.add("name", nullFlavor="UNK")
        cx.find(Severity.CRITICAL, "medicine-unknown", "nothing names the medicine")
    if material.first("pharm:formCode") is None:
        material.add("pharm:formCode", nullFlavor="UNK")
    if material.first("pharm:asContent") is None:
        cx.find(
            Severity.CRITICAL,
            "package-content-unknown",
            "how much a package of the medicine holds is not told",
        )


_ORGANIZATION: tuple[Term, ...] = (
    Row("identifier[]", "id", IDENTIFIER),
    Row("name", "name", ST, say="Manufacturer"),
    Ignore("active", _OF_MAKER),
    Ignore("type[]", _OF_MAKER),
    Ignore("alias[]", _OF_MAKER),
    Ignore("telecom[]", _OF_MAKER),
    Ignore("address[]", _OF_MAKER),
    Ignore("partOf", _OF_MAKER),
    Ignore("contact[]", _OF_MAKER),
)

PRODUCT_OF_MEDICATION: tuple[Term, ...] = (
    Group(
        MATERIAL,
        Pair("code <-> code", medication_code_to_cda),
        Pair("productname, code -> name", name_to_cda),
        Row("form", "pharm:formCode", DOSE_FORM, say="Form", absent="UNK"),
        Pair("amount, sizeofitem -> packages", packages_to_cda),
        Pair("classification <-> asSpecializedKind", product_classes_to_cda),
        Pair("ingredient <-> ingredient or part", ingredients_to_cda),
        Pair("a package of parts", pack_of_parts_to_cda),
        Pair("devices in words", devices_in_words),
        Pair("characteristics in words", characteristics_in_words),
        Told("batch.lotNumber", "Lot"),
        Told("batch.expirationDate", "Expires on"),
        Told("status", "Status of the medicine"),
    ),
    Alt(
        Pair("a maker's name", named_maker_to_cda),
        Follow("manufacturer", {"Organization": _ORGANIZATION}, _MAKER),
    ),
)
"""Terms of a Medication in ``manufacturedProduct``."""

PRODUCT_OF_CONCEPT: tuple[Term, ...] = (
    Group(MATERIAL, Pair("concept <-> code and name", concept_to_cda)),
)
"""Terms of an order whose medicine is a concept, in ``manufacturedProduct``."""

PRODUCT_OF_NAME: tuple[Term, ...] = (
    Group(MATERIAL, Pair("a name only", _named_to_cda)),
)
"""Terms of an order whose medicine is not in its Bundle."""
