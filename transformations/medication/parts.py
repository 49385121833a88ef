"""The parts of a combination pack: each with its form, package and substances.

Spec: eHDSI material EH.3.30, ``pharm:part`` (Wave 8) / FHIR R4 Medication.ingredient
that refers to a Medication / HL7 Europe MPD (manufactured items of a package).
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.mapping import (
    PQ,
    Context,
    Each,
    Ignore,
    Pair,
    Row,
    Severity,
    Table,
)
from transformations.medication.extensions import SIZE_OF_ITEM, extension_of
from transformations.medication.medicines import DOSE_FORM, ingredient_to_cda
from transformations.medication.product_codes import (
    medication_code_to_cda,
    name_to_cda,
    product_classes_to_cda,
)
from transformations.medication.product_packages import packages_to_cda
from transformations.sections.words import Told, say_ratio

_OF_AN_ITEM = ("form", "amount", "ingredient")


def is_part(ingredient: Any, cx: Context) -> bool:
    """Whether an ingredient is a medicine with a form or package of its own."""
    reference = ingredient.get("itemReference")
    target = reference.get("reference") if isinstance(reference, dict) else None
    located = (
        cx.document.resolve(target, cx.located) if isinstance(target, str) else None
    )
    return (
        located is not None
        and located.type == "Medication"
        and (
            any(name in located.resource for name in _OF_AN_ITEM)
            or extension_of(located.resource, SIZE_OF_ITEM) is not None
        )
    )


def part_to_cda(ingredient: Any, material: CdaNode, cx: Context) -> bool:
    """Write a part: how many of it, and the product that it is."""
    located = cx.follow(ingredient["itemReference"])
    if located is None:  # pragma: no cover - a part was resolved before
        return False
    cx.narrative.say_ours("", "Part of the package")
    part = material.add("pharm:part", classCode="PART")
    _write_count(ingredient, part, cx)
    cx.settle(ingredient, "isActive")
    product = part.add("pharm:partProduct", classCode="MMAT", determinerCode="KIND")
    before = cx.enter(located)
    cx.settle_resource(located)
    _PART.write(located.resource, product, cx)
    cx.report_modifiers(located.resource)
    cx.leave(before)
    return True


def _write_count(ingredient: Any, part: CdaNode, cx: Context) -> None:
    """Write how many of a part are in the package, where it says so of one package."""
    strength = ingredient.get("strength")
    if not isinstance(strength, dict):
        return
    one = strength.get("denominator")
    if one is not None and (not isinstance(one, dict) or one.get("value") != 1):
        cx.narrative.say("Number in the package", say_ratio(ingredient, "strength", cx))
        return
    count = part.add("pharm:quantity")
    if not PQ.to_cda(strength, "numerator", count, cx):
        part.children.remove(count)
        return
    count.attributes.setdefault("unit", "1")
    cx.narrative.say("Number in the package", PQ.phrase(count))
    if isinstance(one, dict):
        cx.settle_rest(one)


_PART = Table(
    "part of a product",
    "Medication",
    "pharm:Product",
    Pair("code <-> code", medication_code_to_cda),
    Pair("name of a part", name_to_cda),
    Row("form", "pharm:formCode", DOSE_FORM, say="Form"),
    Pair("amount, sizeofitem -> packages", packages_to_cda),
    Pair("classification -> class", product_classes_to_cda),
    Each(
        "ingredient[]",
        ".",
        Pair("ingredient <-> substance and strength", ingredient_to_cda),
    ),
    Told("batch.lotNumber", "Lot"),
    Told("batch.expirationDate", "Expires on"),
    Ignore("status", "the status of a part is that of its package"),
    Ignore("manufacturer", "the maker is that of the package", Severity.INFORMATION),
)
