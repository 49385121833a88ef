"""A national product as a FHIR Medication, and read back from one.

Written for the eDispensation, which is made of it, and by the sample country; read from
any national server that keeps its products as Medication.

Spec: HL7 FHIR R4 Medication / HL7 Europe MPD Medication-eu-mpd (classification) /
Luxembourg EPMedicationDispensation (identifier and code of 1.3.182.5.48).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from ncp.national.fhir_json import Resource, as_list, as_text
from ncp.national.prescriptions import ProductCode
from ncp.national.products import (
    LUXEMBOURG_PRODUCTS,
    ActiveIngredient,
    Amount,
    NationalProduct,
)
from transformations.medication.extensions import CLASSIFICATION
from transformations.sections.codes import ATC, EDQM
from transformations.terminology import oid_of, uri_of

UCUM: Final = "http://unitsofmeasure.org"


def medication_of(product: NationalProduct, logical_id: str = "product") -> Resource:
    """Write a product as a Medication."""
    made: Resource = {
        "resourceType": "Medication",
        "id": logical_id,
        "identifier": [
            {"system": uri_of(product.code.system), "value": product.code.code}
        ],
        "code": {"coding": [_coding(product.code)], "text": product.name},
        "ingredient": [_ingredient(each) for each in product.ingredients],
    }
    if product.form is not None:
        made["form"] = {"coding": [_coding(product.form)]}
    if product.content is not None:
        made["amount"] = {
            "numerator": _quantity(product.content),
            "denominator": _package(product.package),
        }
    if product.holder:
        made["manufacturer"] = {"display": product.holder}
    if product.atc is not None:
        concept = {"coding": [_coding(product.atc)]}
        made["extension"] = [{"url": CLASSIFICATION, "valueCodeableConcept": concept}]
    return made


def _coding(code: ProductCode) -> Resource:
    coding = {"system": uri_of(code.system), "code": code.code}
    return {**coding, **({"display": code.name} if code.name else {})}


def _quantity(amount: Amount) -> Resource:
    return {
        "value": amount.value,
        "unit": "unit" if amount.unit == "1" else amount.unit,
        "system": UCUM,
        "code": amount.unit,
    }


def _package(kind: ProductCode | None) -> Resource:
    if kind is None:
        return {"value": Decimal(1), "unit": "package"}
    told = {"value": Decimal(1), "unit": kind.name or "package"}
    return {**told, "system": uri_of(kind.system), "code": kind.code}


def _ingredient(ingredient: ActiveIngredient) -> Resource:
    concept: Resource = {"text": ingredient.name}
    if ingredient.code is not None:
        concept["coding"] = [_coding(ingredient.code)]
    made: Resource = {"itemCodeableConcept": concept, "isActive": True}
    if ingredient.amount is not None:
        made["strength"] = {
            "numerator": _quantity(ingredient.amount),
            "denominator": _quantity(ingredient.per),
        }
    return made


# Reading ------------------------------------------------------------------------------


def product_of(
    medication: Resource, system: str = LUXEMBOURG_PRODUCTS
) -> NationalProduct | None:
    """Read a Medication as a product; None where the country's list does not name it.

    Parameters
    ----------
    system
        The OID of the list.
    """
    codings = list(_codings(medication.get("code")))
    named = [each for each in codings if each.system == system]
    named += _identified(medication, system)
    if not named or medication.get("status") in {"inactive", "entered-in-error"}:
        return None
    code = _dict(medication.get("code"))
    amount = _dict(medication.get("amount"))
    name = as_text(code.get("text")) or named[0].name
    kinds = [*_classified(medication), *codings]
    forms = _codings(medication.get("form"))
    return NationalProduct(
        code=named[0],
        name=name,
        atc=next((each for each in kinds if each.system == ATC), None),
        form=next((each for each in forms if each.system == EDQM), None),
        ingredients=tuple(_ingredients(medication)),
        content=_amount(amount.get("numerator")),
        package=_kind(amount.get("denominator")),
        holder=as_text(_dict(medication.get("manufacturer")).get("display")) or "",
    )


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _codings(concept: object) -> Iterator[ProductCode]:
    for coding in as_list(_dict(concept).get("coding")):
        code = as_text(_dict(coding).get("code"))
        system = as_text(_dict(coding).get("system"))
        if code and system:
            yield ProductCode(_oid(system), code, as_text(coding.get("display")) or "")


def _oid(system: str) -> str:
    return oid_of(system) or system


def _identified(medication: Resource, system: str) -> Iterator[ProductCode]:
    for identifier in as_list(medication.get("identifier")):
        value = as_text(_dict(identifier).get("value"))
        if value and _oid(as_text(_dict(identifier).get("system")) or "") == system:
            yield ProductCode(system, value)


def _classified(medication: Resource) -> Iterator[ProductCode]:
    for extension in as_list(medication.get("extension")):
        if _dict(extension).get("url") == CLASSIFICATION:
            yield from _codings(extension.get("valueCodeableConcept"))


def _ingredients(medication: Resource) -> Iterator[ActiveIngredient]:
    for each in as_list(medication.get("ingredient")):
        ingredient = _dict(each)
        concept = _dict(ingredient.get("itemCodeableConcept"))
        if ingredient.get("isActive") is False or not concept:
            continue
        code = next(_codings(concept), None)
        strength = _dict(ingredient.get("strength"))
        yield ActiveIngredient(
            as_text(concept.get("text")) or (code.name if code else ""),
            code,
            _amount(strength.get("numerator")),
            _amount(strength.get("denominator")) or Amount(Decimal(1)),
        )


def _amount(quantity: object) -> Amount | None:
    """Read a quantity in UCUM; one in a system of its own is none."""
    told = _dict(quantity)
    value = told.get("value")
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    if told.get("system") not in {UCUM, None} or "comparator" in told:
        return None
    return Amount(Decimal(value), as_text(told.get("code")) or "1")


def _kind(quantity: object) -> ProductCode | None:
    told = _dict(quantity)
    system, code = as_text(told.get("system")), as_text(told.get("code"))
    if not system or not code or system == UCUM:
        return None
    return ProductCode(_oid(system), code, as_text(told.get("unit")) or "")
