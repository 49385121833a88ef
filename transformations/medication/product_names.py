"""What a medicine without a name of its own is called: by what is in it.

Spec: Directive 2012/52/EU: a prescription names the common name, the strength and the
form / FHIR R4 Medication.ingredient.
"""

from __future__ import annotations

from typing import Any

from transformations.hl7v3.numbers import to_real
from transformations.mapping import Context
from transformations.medication.medicines import name_of


def common_name(medication: Any, cx: Context) -> str:
    """Return the active substances with their strengths, and the form; books nothing.

    Empty where no active substance has a name: a form alone names no medicine.
    """
    substances = [
        words
        for ingredient in medication.get("ingredient") or ()
        if isinstance(ingredient, dict) and ingredient.get("isActive") is not False
        if (words := _substance(ingredient, cx))
    ]
    if not substances:
        return ""
    form = name_of(medication.get("form"))
    return ", ".join([" + ".join(substances), *([form] if form else [])])


def _substance(ingredient: dict[str, Any], cx: Context) -> str:
    name = name_of(ingredient.get("itemCodeableConcept")) or _referred(ingredient, cx)
    strength = strength_words(ingredient.get("strength"))
    return " ".join(part for part in (name, strength) if part) if name else ""


def _referred(ingredient: dict[str, Any], cx: Context) -> str:
    reference = ingredient.get("itemReference")
    if not isinstance(reference, dict):
        return ""
    target = reference.get("reference")
    located = (
        cx.document.resolve(target, cx.located) if isinstance(target, str) else None
    )
    if located is None:
        return str(reference.get("display") or "")
    return name_of(located.resource.get("code"))


def strength_words(strength: Any) -> str:
    """Return a strength as people write it: ``5 mg``, ``100 [IU]/mL``."""
    if not isinstance(strength, dict):
        return ""
    numerator, denominator = (
        _quantity_words(strength.get(name)) for name in ("numerator", "denominator")
    )
    if not numerator or denominator in {"", "1"}:
        return numerator
    return f"{numerator}/{denominator.removeprefix('1 ')}"


def _quantity_words(quantity: Any) -> str:
    if not isinstance(quantity, dict):
        return ""
    number = to_real(quantity.get("value"))
    unit = quantity.get("unit") or quantity.get("code") or ""
    return "" if number is None else f"{number} {'' if unit == '1' else unit}".strip()
