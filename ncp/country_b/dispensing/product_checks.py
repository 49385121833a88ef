"""What is checked of the product: known, prescribed, and not more than was prescribed.

Spec: sheet 09 §5.3 P8 (substitution, packages, total) / sheet 03b §1 (only N forbids a
substitution).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ncp.country_b.dispensing.case import Case, Rule, confirm, stop
from ncp.country_b.dispensing.comparing import (
    content_of,
    is_substituted,
    same_form,
    same_strength,
    told_form,
    told_strength,
    total_of,
)
from ncp.country_b.dispensing.values import (
    Finding,
)
from transformations.eprescription.facts import Substitution

MOST_PACKAGES: Final = 999


def _product_is_known(case: Case) -> Iterator[Finding]:
    if case.product is None:
        yield stop(
            "product-unknown",
            "order.product",
            "There is no product of this code in the national catalogue.",
            "Search the catalogue and take the code from there.",
        )


def _packages_are_counted(case: Case) -> Iterator[Finding]:
    if not 1 <= case.wish.packages <= MOST_PACKAGES:
        yield stop(
            "packages-not-counted",
            "order.packages",
            f"The number of packages is not a whole number from 1 to {MOST_PACKAGES}.",
            "Say how many packages are handed over.",
        )


def _substance_is_prescribed(case: Case) -> Iterator[Finding]:
    if case.product is None:
        return
    prescribed, ours = case.facts.product.atc, case.product.atc
    if prescribed is None or ours is None:
        yield confirm(
            "substance-not-compared",
            "order.product",
            "The substances cannot be compared: one of the two has no ATC code.",
            "Compare them by hand, and confirm that they are the same.",
        )
    elif prescribed.code != ours.code:
        yield from _other_substance(case, prescribed.code, ours.code)


def _other_substance(case: Case, prescribed: str, ours: str) -> Iterator[Finding]:
    told = f"Prescribed is {prescribed}, the product is {ours}: another substance."
    if case.facts.substitution is Substitution.THERAPEUTIC:
        yield confirm(
            "substance-differs",
            "order.product",
            f"{told} The prescriber allows a therapeutic substitution.",
            "Confirm that this substance is meant.",
        )
        return
    yield stop(
        "substance-differs",
        "order.product",
        told,
        "Choose a product with the prescribed substance.",
    )


def _substitution_is_allowed(case: Case) -> Iterator[Finding]:
    product = case.product
    if product is None or not is_substituted(case.facts, product):
        return
    if case.facts.substitution is Substitution.NONE:
        yield stop(
            "substitution-forbidden",
            "order.product",
            "The prescriber does not allow to give another product than "
            f"{case.facts.product.name}.",
            "Give the prescribed product, or ask the patient to see the prescriber.",
        )
        return
    yield confirm(
        "substituted",
        "order.product",
        f"Prescribed is {case.facts.product.name}, handed over is {product.name}: the "
        "other country is told of a substitution.",
        "Confirm that the substitution is meant.",
    )


def _form_is_prescribed(case: Case) -> Iterator[Finding]:
    if case.product is not None and same_form(case.facts, case.product) is False:
        form = case.product.form
        yield confirm(
            "form-differs",
            "order.product",
            f"Prescribed is {told_form(case.facts)}, the product is "
            f"{form.name if form else 'of no stated form'}.",
            "Confirm that this form is meant.",
        )


def _strength_is_prescribed(case: Case) -> Iterator[Finding]:
    if case.product is None:
        return
    told = told_strength(case.facts)
    same = same_strength(case.facts, case.product)
    if same is None:
        yield confirm(
            "strength-not-compared",
            "order.product",
            f"Prescribed is {told or 'no strength'}, the product has "
            f"{case.product.strength or 'none'}: they cannot be compared.",
            "Compare them by hand, and confirm.",
        )
    elif not same:
        yield confirm(
            "strength-differs",
            "order.product",
            f"Prescribed is {told}, the product has {case.product.strength}.",
            "Adapt what the patient is told of the dose, and confirm.",
        )


def _total_is_prescribed(case: Case) -> Iterator[Finding]:
    """Compare how much is handed over in all; never more than was prescribed."""
    if case.product is None or case.facts.packages is None:
        return
    prescribed = total_of(content_of(case.facts), case.facts.packages)
    ours = total_of(case.product.content, case.wish.packages)
    if prescribed is None or ours is None or prescribed.unit != ours.unit:
        yield confirm(
            "total-not-compared",
            "order.packages",
            f"Prescribed is {prescribed or 'an unknown amount'}, handed over is "
            f"{ours or 'an unknown amount'}: they cannot be compared.",
            "Compare them by hand, and confirm.",
        )
    elif ours.value > prescribed.value and same_strength(case.facts, case.product):
        yield stop(
            "more-than-prescribed",
            "order.packages",
            f"Prescribed is {prescribed} in all, handed over would be {ours}.",
            "Choose fewer or smaller packages.",
        )
    elif ours.value != prescribed.value:
        less = "less" if ours.value < prescribed.value else "another amount"
        yield confirm(
            "total-differs",
            "order.packages",
            f"Prescribed is {prescribed} in all, handed over is {ours}: {less}. The "
            "other country closes the prescription nevertheless.",
            "Confirm that no more will be handed over on this prescription.",
        )


PRODUCT_RULES: Final[tuple[Rule, ...]] = (
    _product_is_known,
    _packages_are_counted,
    _substance_is_prescribed,
    _substitution_is_allowed,
    _form_is_prescribed,
    _strength_is_prescribed,
    _total_is_prescribed,
)
