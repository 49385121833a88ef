"""The medicine itself: Medication and the material of the pharmacy extension.

Spec: eHDSI product EH.3.31, material EH.3.32 (Wave 8), ``urn:hl7-org:pharm``
/ FHIR R4 Medication / IHE MPD extensions of EU Core Medication.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.mapping import (
    RATIO,
    Context,
    Each,
    Group,
    Ignore,
    Pair,
    Row,
    Severity,
    Table,
)
from transformations.medication.codes import DOSE_FORM_SYSTEMS, SUBSTANCE_SYSTEMS
from transformations.medication.extensions import CLASSIFICATION
from transformations.medication.packages import PACKAGE
from transformations.sections.codes import ATC
from transformations.sections.concepts import CODE_OF_ANY_SYSTEM, OpenConcept
from transformations.sections.words import Told, say_concept, say_ratio
from transformations.terminology import oid_of

PRODUCT = "consumable{typeCode=CSM}/manufacturedProduct{classCode=MANU}<EH.3.31>"
MATERIAL = "manufacturedMaterial{classCode=MMAT,determinerCode=KIND}<EH.3.32>"

DOSE_FORM = OpenConcept("CE", DOSE_FORM_SYSTEMS)
SUBSTANCE = OpenConcept("CD", SUBSTANCE_SYSTEMS)
CLASS = OpenConcept("CD", (ATC,))


def name_of(concept: Any) -> str:
    """Return how a concept is called: its text, else the first display."""
    if not isinstance(concept, dict):
        return ""
    for holder, key in (
        (concept, "text"),
        *((c, "display") for c in _codings(concept)),
    ):
        value = holder.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


def _codings(concept: dict[str, Any]) -> list[dict[str, Any]]:
    return [c for c in concept.get("coding") or () if isinstance(c, dict)]


def write_medicine(holder: Any, key: str, material: CdaNode, cx: Context) -> bool:
    """Write code, name and ATC class of a medicine from its CodeableConcept."""
    concept = holder.get(key)
    name = name_of(concept)
    code = material.add("code")
    passed = CODE_OF_ANY_SYSTEM.to_cda(holder, key, code, cx)
    if passed:
        anchor = cx.narrative.say("Medicine", CODE_OF_ANY_SYSTEM.phrase(code))
        CODE_OF_ANY_SYSTEM.link(code, anchor)
    else:
        material.children.remove(code)
    if name:
        material.add("name", name)
    if passed:
        _write_class(concept, material)
    return passed


def _write_class(concept: Any, material: CdaNode) -> None:
    """Repeat the ATC coding where CDA expects the class; the code booked it."""
    for coding in _codings(concept):
        if oid_of(coding.get("system") or "") == ATC and coding.get("code"):
            kind = material.add("pharm:asSpecializedKind", classCode="GRIC").add(
                "pharm:generalizedMaterialKind",
                classCode="MMAT",
                determinerCode="KIND",
            )
            code = kind.add("pharm:code", code=coding["code"], codeSystem=ATC)
            if coding.get("display"):
                code.attributes["displayName"] = coding["display"]
                kind.add("pharm:name", coding["display"])
            return


def medication_code_to_cda(medication: Any, material: CdaNode, cx: Context) -> bool:
    """Write the code of a Medication."""
    return write_medicine(medication, "code", material, cx)


def concept_to_cda(resource: Any, material: CdaNode, cx: Context) -> bool:
    """Write a medicine that is only a concept in the statement itself."""
    return write_medicine(resource, "medicationCodeableConcept", material, cx)


def named_to_cda(
    resource: Any, material: CdaNode, cx: Context, label: str = "Medicine"
) -> bool:
    """Write a medicine of which only the name is here: its resource is missing.

    Parameters
    ----------
    label
        What the name is called in the narrative.
    """
    reference = resource.get("medicationReference")
    name = reference.get("display") if isinstance(reference, dict) else None
    if not isinstance(name, str) or not name.strip():
        return False
    cx.take(reference, "display")
    cx.lose(reference, "reference", "names nothing in this document", Severity.CRITICAL)
    material.add("name", name.strip())
    cx.narrative.say(label, name.strip())
    cx.find(
        Severity.WARNING,
        "medication-only-named",
        "the medication is not in this document; only its name was written",
    )
    return True


def classes_to_cda(medication: Any, material: CdaNode, cx: Context) -> bool:
    """Write each class: GRIC for ATC, GEN for any other, such as a PhPID."""
    passed = False
    for extension in medication.get("extension") or ():
        if extension.get("url") == CLASSIFICATION:
            passed = write_kind(extension, material, cx) or passed
    return passed


def write_kind(extension: Any, material: CdaNode, cx: Context) -> bool:
    """Write one class of a medicine: GRIC for ATC, GEN for any other."""
    key = "valueCodeableConcept"
    codings = _codings(extension.get(key) or {})
    is_atc = any(oid_of(one.get("system") or "") == ATC for one in codings)
    kind = material.add(
        "pharm:asSpecializedKind", classCode="GRIC" if is_atc else "GEN"
    )
    code = kind.add(
        "pharm:generalizedMaterialKind", classCode="MMAT", determinerCode="KIND"
    ).add("pharm:code")
    codec = CLASS if is_atc else CODE_OF_ANY_SYSTEM
    if not codec.to_cda(extension, key, code, cx):
        material.children.remove(kind)
        return False
    codec.link(code, cx.narrative.say("Class", codec.phrase(code)))
    cx.derive(extension, "url")
    return True


def ingredient_to_cda(ingredient: Any, material: CdaNode, cx: Context) -> bool:
    """Write one ingredient with substance and strength.

    The rules want a strength for every coded substance. Without one the substance is
    written by name and its codes are told, rather than a strength made up.
    """
    node = material.add("pharm:ingredient")
    _write_role(ingredient, node, cx)
    has_strength = _write_strength(ingredient, node, cx)
    # The rules let a coded substance be an active one only.
    is_coded = has_strength and node.attributes["classCode"] == "ACTI"
    passed = _write_item(ingredient, node, cx, has_strength=is_coded)
    if not passed:
        material.children.remove(node)
    return passed


def _write_role(ingredient: Any, node: CdaNode, cx: Context) -> None:
    if ingredient.get("isActive") is False:
        cx.take(ingredient, "isActive")
        node.attributes["classCode"] = "IACT"
        cx.narrative.say_ours("Ingredient is", "inactive")
    else:
        cx.derive(ingredient, "isActive")
        node.attributes["classCode"] = "ACTI"


def _write_strength(ingredient: Any, node: CdaNode, cx: Context) -> bool:
    if not isinstance(ingredient.get("strength"), dict):
        return False
    if not RATIO.can_write(ingredient["strength"]):
        cx.narrative.say("Strength", say_ratio(ingredient, "strength", cx))
        return False
    quantity = node.add("pharm:quantity")
    RATIO.to_cda(ingredient, "strength", quantity, cx)
    cx.narrative.say("Strength", RATIO.phrase(quantity))
    return True


def _write_item(
    ingredient: Any, node: CdaNode, cx: Context, *, has_strength: bool
) -> bool:
    if isinstance(ingredient.get("itemCodeableConcept"), dict):
        return _write_substance(
            ingredient, "itemCodeableConcept", node, cx, has_strength=has_strength
        )
    reference = ingredient.get("itemReference")
    located = cx.follow(reference) if isinstance(reference, dict) else None
    if located is None:
        return _write_named(reference, node, cx)
    if located.type not in {"Medication", "Substance"}:
        cx.lose_resource(located, "it is no ingredient", Severity.WARNING)
        return False
    before = cx.enter(located)
    cx.settle_resource(located)
    passed = _write_substance(
        located.resource, "code", node, cx, has_strength=has_strength
    )
    cx.leave(before)
    return passed


def _write_named(reference: Any, node: CdaNode, cx: Context) -> bool:
    name = reference.get("display") if isinstance(reference, dict) else None
    if not isinstance(name, str) or not name.strip():
        return False
    cx.take(reference, "display")
    _substance(node).add("pharm:name", name.strip())
    cx.narrative.say("Ingredient", name.strip())
    return True


def _write_substance(
    holder: Any, key: str, node: CdaNode, cx: Context, *, has_strength: bool
) -> bool:
    name = name_of(holder.get(key))
    if not has_strength:
        words = say_concept(holder, key, cx)
        if words:
            cx.narrative.say("Ingredient", words)
            _substance(node).add("pharm:name", name or words)
        return bool(words)
    code = _substance(node).add("pharm:code")
    if not SUBSTANCE.to_cda(holder, key, code, cx):
        return False
    SUBSTANCE.link(code, cx.narrative.say("Ingredient", SUBSTANCE.phrase(code)))
    if name:
        _substance(node).add("pharm:name", name)
    return True


def _substance(node: CdaNode) -> CdaNode:
    existing = node.first("pharm:ingredientSubstance")
    if existing is not None:
        return existing
    return node.add(
        "pharm:ingredientSubstance", classCode="MMAT", determinerCode="KIND"
    )


INGREDIENT = Each(
    "ingredient[]",
    ".",
    Pair("ingredient <-> substance and strength", ingredient_to_cda),
)

MATERIAL_OF_MEDICATION = (
    Pair("code <-> code, name and class", medication_code_to_cda),
    Pair("classification <-> asSpecializedKind", classes_to_cda),
    Row("form", "pharm:formCode", DOSE_FORM, say="Form"),
    PACKAGE,
    INGREDIENT,
    Told("manufacturer", "Manufacturer"),
    Told("batch.lotNumber", "Lot"),
    Told("batch.expirationDate", "Expires on"),
    Told("status", "Status of the medicine"),
    Ignore("identifier[]", "the identifier of a medicine has no place in CDA"),
)
MEDICATION = (Group(MATERIAL, *MATERIAL_OF_MEDICATION),)


_MEDICATION_IN_WORDS = Table(
    "medication in words",
    "Medication",
    "Section",
    Told("code", "Medicine"),
    Told("form", "Form"),
    Told("amount", "Package content"),
    Each(
        "ingredient[]",
        ".",
        Told("itemCodeableConcept", "Ingredient"),
        Told("itemReference", "Ingredient"),
        Told("strength", "Strength"),
    ),
)
_CONCEPT_IN_WORDS = Table(
    "medication in words",
    "MedicationStatement",
    "Section",
    Told("medicationCodeableConcept", "Medicine"),
)


def medicine_in_words(resource: Any, section: CdaNode, cx: Context) -> bool:
    """Say which medicine it is that must not be written as an entry."""
    reference = resource.get("medicationReference")
    if not isinstance(reference, dict):
        _CONCEPT_IN_WORDS.write(resource, section, cx)
        return False
    located = cx.follow(reference)
    if located is None:
        words = cx.tell(reference, "display")
        if isinstance(words, str):
            cx.narrative.say("Medicine", words)
        return False
    before = cx.enter(located)
    cx.settle_resource(located)
    _MEDICATION_IN_WORDS.write(located.resource, section, cx)
    cx.lose_rest(located.resource, "a medicine told in words has no place for it")
    cx.leave(before)
    return False
