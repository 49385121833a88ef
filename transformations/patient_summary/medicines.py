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
    EachExt,
    Follow,
    Group,
    Ignore,
    Pair,
    Row,
    Severity,
)
from transformations.patient_summary.codes import (
    ATC,
    DOSE_FORM_SYSTEMS,
    SUBSTANCE_SYSTEMS,
)
from transformations.patient_summary.concepts import CODE_OF_ANY_SYSTEM, OpenConcept
from transformations.patient_summary.words import Told
from transformations.terminology import oid_of

_IHE = "https://profiles.ihe.net/PHARM/MPD/StructureDefinition"
CLASSIFICATION = f"{_IHE}/ihe-ext-medication-classification"

PRODUCT = "consumable{typeCode=CSM}/manufacturedProduct{classCode=MANU}<EH.3.31>"
MATERIAL = "manufacturedMaterial{classCode=MMAT,determinerCode=KIND}<EH.3.32>"
_KIND = "pharm:generalizedMaterialKind{classCode=MMAT,determinerCode=KIND}"
_SUBSTANCE = "pharm:ingredientSubstance{classCode=MMAT,determinerCode=KIND}"

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


def named_to_cda(resource: Any, material: CdaNode, cx: Context) -> bool:
    """Write a medicine of which only the name is here: its resource is missing."""
    reference = resource.get("medicationReference")
    name = reference.get("display") if isinstance(reference, dict) else None
    if not isinstance(name, str) or not name.strip():
        return False
    cx.take(reference, "display")
    cx.lose(reference, "reference", "names nothing in this document", Severity.CRITICAL)
    material.add("name", name.strip())
    cx.narrative.say("Medicine", name.strip())
    cx.find(
        Severity.WARNING,
        "medication-only-named",
        "the medication is not in this document; only its name was written",
    )
    return True


def _strength_to_cda(ingredient: Any, node: CdaNode, cx: Context) -> bool:
    """Write the strength; the template wants both numbers, unknown or not."""
    quantity = node.add("pharm:quantity")
    if isinstance(ingredient.get("strength"), dict):
        if RATIO.to_cda(ingredient, "strength", quantity, cx):
            cx.narrative.say("Strength", RATIO.phrase(quantity))
            return True
        quantity.clear()
    for name in ("numerator", "denominator"):
        part = quantity.add(name, nullFlavor="NI")
        part.set_type("PQ")
    return False


def _role_to_cda(ingredient: Any, node: CdaNode, cx: Context) -> bool:
    """Write whether the ingredient is active."""
    if ingredient.get("isActive") is False:
        cx.take(ingredient, "isActive")
        node.attributes["classCode"] = "IACT"
        cx.narrative.say("Ingredient is", "inactive")
    else:
        cx.settle(ingredient, "isActive")
        node.attributes["classCode"] = "ACTI"
    return False


def _substance_to_cda(holder: Any, node: CdaNode, cx: Context, key: str) -> bool:
    concept = holder.get(key)
    name = name_of(concept)
    code = node.add("pharm:code")
    if not SUBSTANCE.to_cda(holder, key, code, cx):
        node.children.remove(code)
        return False
    SUBSTANCE.link(code, cx.narrative.say("Ingredient", SUBSTANCE.phrase(code)))
    if name:
        node.add("pharm:name", name)
    return True


def ingredient_to_cda(ingredient: Any, node: CdaNode, cx: Context) -> bool:
    """Write the substance of an ingredient that is a concept."""
    return _substance_to_cda(ingredient, node, cx, "itemCodeableConcept")


def item_code_to_cda(item: Any, node: CdaNode, cx: Context) -> bool:
    """Write the substance of an ingredient that is a resource of its own."""
    return _substance_to_cda(item, node, cx, "code")


_ITEM = Pair("code <-> code of the substance", item_code_to_cda)
INGREDIENT = Each(
    "ingredient[]",
    "pharm:ingredient",
    Pair("isActive <-> class of the ingredient", _role_to_cda),
    Group(
        _SUBSTANCE,
        Pair("itemCodeableConcept <-> substance", ingredient_to_cda),
    ),
    Follow("itemReference", {"Medication": (_ITEM,)}, cda=_SUBSTANCE),
    Pair("strength <-> quantity", _strength_to_cda),
)

MATERIAL_OF_MEDICATION = (
    Pair("code <-> code, name and class", medication_code_to_cda),
    EachExt(
        CLASSIFICATION,
        "pharm:asSpecializedKind{classCode=GRIC}",
        Row("valueCodeableConcept", f"{_KIND}/pharm:code", CLASS, say="Class"),
    ),
    Row("form", "pharm:formCode", DOSE_FORM, say="Form"),
    INGREDIENT,
    Told("amount", "Package content"),
    Told("manufacturer", "Manufacturer"),
    Told("batch.lotNumber", "Lot"),
    Told("batch.expirationDate", "Expires on"),
    Told("status", "Status of the medicine"),
    Ignore("identifier[]", "the identifier of a medicine has no place in CDA"),
)
MEDICATION = (Group(MATERIAL, *MATERIAL_OF_MEDICATION),)
