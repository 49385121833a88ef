"""Compares a product of the national catalogue with what was prescribed abroad.

Countries name products by lists of their own, so two products are compared by name,
form, strength and content; None says that they cannot be compared.
"""

from __future__ import annotations

from decimal import Decimal

from ncp.national.products import Amount, NationalProduct, plain_strength
from transformations.eprescription.facts import PrescriptionFacts


def is_substituted(facts: PrescriptionFacts, product: NationalProduct) -> bool:
    """Whether the product is another than was prescribed.

    The same product is the one of the same code in the same list, or of the same name,
    form and strength.
    """
    prescribed = facts.product
    if prescribed.code is not None:
        ours = (product.code.system, product.code.code)
        if ours == (prescribed.code.system, prescribed.code.code):
            return False
    return not (
        _plain(prescribed.name) == _plain(product.name)
        and same_form(facts, product) is not False
        and same_strength(facts, product) is not False
    )


def same_form(facts: PrescriptionFacts, product: NationalProduct) -> bool | None:
    """Whether both have the same form; None where one does not say."""
    prescribed, ours = facts.product.form, product.form
    if prescribed is None or ours is None or prescribed.system != ours.system:
        return None
    return prescribed.code == ours.code


def told_form(facts: PrescriptionFacts) -> str:
    """Return the form that was prescribed, in words."""
    form = facts.product.form
    return "no stated form" if form is None else form.display or form.code


def same_strength(facts: PrescriptionFacts, product: NationalProduct) -> bool | None:
    """Whether both have the same strength; None where one does not say."""
    told = told_strength(facts)
    if not told or not product.strength:
        return None
    return plain_strength(told) == plain_strength(product.strength)


def told_strength(facts: PrescriptionFacts) -> str:
    """Return the strength that the document words, or that its ingredients have.

    What stands per one piece is told without it: ``500 mg / 1 1`` is ``500 mg``.
    """
    coded = [each.strength for each in facts.ingredients]
    if coded and all(coded):
        return " + ".join(_per_piece(each) for each in coded)
    return facts.product.strength


def _per_piece(strength: str) -> str:
    amount, _, per = strength.partition(" / ")
    number, _, unit = per.partition(" ")
    is_piece = number == "1" and (unit in {"", "1"} or unit.startswith("{"))
    return amount if is_piece else f"{amount}/{per}"


def content_of(facts: PrescriptionFacts) -> Amount | None:
    """Return how much is in a package as sold; inner packages are multiplied out."""
    if not facts.product.content:
        return None
    value, unit = facts.product.content[0]
    for number, counted in facts.product.content[1:]:
        if _unit(counted) != "1":
            return None
        value *= number
    return Amount(value, _unit(unit))


def total_of(content: Amount | None, packages: int) -> Amount | None:
    """Return how much is in so many packages."""
    return content and Amount(content.value * Decimal(packages), _unit(content.unit))


def _unit(unit: str) -> str:
    """Return a unit as it is compared: pieces of any name are pieces."""
    return "1" if unit.startswith("{") else unit.casefold()


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
