"""What is checked before a product is handed over on a foreign prescription.

Each rule is a row: it looks at the prescription and the order and says nothing, or what
is wrong, where, and what to do. Countries name products by lists of their own, so two
products are compared by substance (ATC), form, strength and content; what cannot be
compared is said and left to the pharmacist.

Spec: sheet 09 §5.3 P8 (substitution, packages, total) / sheet 03b §1 (only N forbids a
substitution) / eHDSI CP on dispensation errors (sheet 01 §5.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Final, TypeAlias

from ncp.country_b.dispensing.values import (
    DispenseWish,
    DispensingPolicy,
    Finding,
    Severity,
)
from ncp.national.products import Amount, NationalProduct, plain_strength
from transformations.eprescription.facts import PrescriptionFacts, Substitution
from trust.assertions import HealthProfessional, Permission

LONGEST_REMARK: Final = 500
MOST_PACKAGES: Final = 999
_stop = partial(Finding, Severity.STOP)
_confirm = partial(Finding, Severity.CONFIRM)
_note = partial(Finding, Severity.NOTE)


@dataclass(frozen=True, slots=True)
class Case:
    """What is judged.

    Attributes
    ----------
    names_patient
        Whether the prescription bears the patient's own identifier.
    product
        None where the order's code is not in the catalogue.
    elsewhere
        Whether another dispensation of ours is, or may be, on this prescription.
    """

    facts: PrescriptionFacts
    names_patient: bool
    professional: HealthProfessional
    wish: DispenseWish
    product: NationalProduct | None
    elsewhere: bool
    now: datetime
    policy: DispensingPolicy


Rule: TypeAlias = Callable[[Case], Iterator[Finding]]


def check(case: Case) -> tuple[Finding, ...]:
    """Return everything there is to say, what stops first."""
    found = [finding for rule in _RULES for finding in rule(case)]
    return tuple(sorted(found, key=lambda each: list(Severity).index(each.severity)))


def check_prescription(
    facts: PrescriptionFacts, *, names_patient: bool, elsewhere: bool
) -> tuple[Finding, ...]:
    """Return what there is to say of a prescription before anything is chosen."""
    return (
        *_of_prescription(facts, names_patient=names_patient),
        *(_dispensed_here() if elsewhere else ()),
    )


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
        _plain_name(prescribed.name) == _plain_name(product.name)
        and _same_form(facts, product) is not False
        and _same_strength(facts, product) is not False
    )


# The rules ----------------------------------------------------------------------------


def _of_prescription(
    facts: PrescriptionFacts, *, names_patient: bool
) -> Iterator[Finding]:
    if not facts.is_active:
        yield _stop(
            "prescription-not-active",
            "prescription.status",
            "The prescription is not active: it may not be dispensed any more.",
            "List the prescriptions again.",
        )
    if not names_patient:
        yield _stop(
            "patient-differs",
            "prescription.patient",
            "The prescription does not bear the identifier of this patient.",
            "Make sure whose it is; do not dispense on it.",
        )
    if facts.packages is None:
        yield _note(
            "packages-not-stated",
            "prescription.packages",
            "The prescription does not say how many packages were prescribed.",
            "Read the document, and ask the prescriber where it is not clear.",
        )
    yield from _of_narrative(facts)


def _of_narrative(facts: PrescriptionFacts) -> Iterator[Finding]:
    if facts.remarks:
        yield _note(
            "pharmacist-instructed",
            "prescription.remarks",
            f"The prescriber tells the pharmacist: {facts.remarks}",
        )


def _prescription_may_be_dispensed(case: Case) -> Iterator[Finding]:
    yield from _of_prescription(case.facts, names_patient=case.names_patient)


def _pharmacist_may_dispense(case: Case) -> Iterator[Finding]:
    needed = Permission.MEDICATION_ADMINISTRATION_RECORD
    if needed not in case.professional.permissions:
        yield _stop(
            "role-may-not-dispense",
            "professional",
            "This professional's role does not allow to dispense: the other country "
            "would refuse it.",
            f"A pharmacist has to do it, with the permission {needed.value}.",
        )


def _nobody_dispensed_it(case: Case) -> Iterator[Finding]:
    if case.elsewhere:
        yield from _dispensed_here()


def _dispensed_here() -> Iterator[Finding]:
    yield _stop(
        "dispensed-before",
        "prescription",
        "This prescription is, or may be, dispensed already in this country.",
        "Look at its dispensation: resolve it where its state is unknown, discard it "
        "where it was a mistake.",
    )


def _product_is_known(case: Case) -> Iterator[Finding]:
    if case.product is None:
        yield _stop(
            "product-unknown",
            "order.product",
            "There is no product of this code in the national catalogue.",
            "Search the catalogue and take the code from there.",
        )


def _packages_are_counted(case: Case) -> Iterator[Finding]:
    if not 1 <= case.wish.packages <= MOST_PACKAGES:
        yield _stop(
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
        yield _confirm(
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
        yield _confirm(
            "substance-differs",
            "order.product",
            f"{told} The prescriber allows a therapeutic substitution.",
            "Confirm that this substance is meant.",
        )
        return
    yield _stop(
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
        yield _stop(
            "substitution-forbidden",
            "order.product",
            "The prescriber does not allow to give another product than "
            f"{case.facts.product.name}.",
            "Give the prescribed product, or ask the patient to see the prescriber.",
        )
        return
    yield _confirm(
        "substituted",
        "order.product",
        f"Prescribed is {case.facts.product.name}, handed over is {product.name}: the "
        "other country is told of a substitution.",
        "Confirm that the substitution is meant.",
    )


def _form_is_prescribed(case: Case) -> Iterator[Finding]:
    if case.product is not None and _same_form(case.facts, case.product) is False:
        form = case.product.form
        yield _confirm(
            "form-differs",
            "order.product",
            f"Prescribed is {_told_form(case.facts)}, the product is "
            f"{form.name if form else 'of no stated form'}.",
            "Confirm that this form is meant.",
        )


def _strength_is_prescribed(case: Case) -> Iterator[Finding]:
    if case.product is None:
        return
    told = _told_strength(case.facts)
    same = _same_strength(case.facts, case.product)
    if same is None:
        yield _confirm(
            "strength-not-compared",
            "order.product",
            f"Prescribed is {told or 'no strength'}, the product has "
            f"{case.product.strength or 'none'}: they cannot be compared.",
            "Compare them by hand, and confirm.",
        )
    elif not same:
        yield _confirm(
            "strength-differs",
            "order.product",
            f"Prescribed is {told}, the product has {case.product.strength}.",
            "Adapt what the patient is told of the dose, and confirm.",
        )


def _total_is_prescribed(case: Case) -> Iterator[Finding]:
    """Compare how much is handed over in all; never more than was prescribed."""
    if case.product is None or case.facts.packages is None:
        return
    prescribed = _total(_content(case.facts), case.facts.packages)
    ours = _total(case.product.content, case.wish.packages)
    if prescribed is None or ours is None or prescribed.unit != ours.unit:
        yield _confirm(
            "total-not-compared",
            "order.packages",
            f"Prescribed is {prescribed or 'an unknown amount'}, handed over is "
            f"{ours or 'an unknown amount'}: they cannot be compared.",
            "Compare them by hand, and confirm.",
        )
    elif ours.value > prescribed.value and _same_strength(case.facts, case.product):
        yield _stop(
            "more-than-prescribed",
            "order.packages",
            f"Prescribed is {prescribed} in all, handed over would be {ours}.",
            "Choose fewer or smaller packages.",
        )
    elif ours.value != prescribed.value:
        less = "less" if ours.value < prescribed.value else "another amount"
        yield _confirm(
            "total-differs",
            "order.packages",
            f"Prescribed is {prescribed} in all, handed over is {ours}: {less}. The "
            "other country closes the prescription nevertheless.",
            "Confirm that no more will be handed over on this prescription.",
        )


def _moment_is_now(case: Case) -> Iterator[Finding]:
    moment = case.wish.handed_over
    if moment is None:
        return
    if moment > case.now or moment < case.now - case.policy.back_dating:
        hours = int(case.policy.back_dating.total_seconds() // 3600)
        yield _stop(
            "moment-unlikely",
            "order.handedOver",
            f"The moment is in the future, or more than {hours} hours ago.",
            "Say when the product was handed over, or leave it out for now.",
        )


def _remark_is_short(case: Case) -> Iterator[Finding]:
    if len(case.wish.remark) > LONGEST_REMARK:
        yield _stop(
            "remark-too-long",
            "order.remark",
            f"The remark has more than {LONGEST_REMARK} characters.",
            "Say it shorter.",
        )


_RULES: Final[tuple[Rule, ...]] = (
    _prescription_may_be_dispensed,
    _pharmacist_may_dispense,
    _nobody_dispensed_it,
    _product_is_known,
    _packages_are_counted,
    _substance_is_prescribed,
    _substitution_is_allowed,
    _form_is_prescribed,
    _strength_is_prescribed,
    _total_is_prescribed,
    _moment_is_now,
    _remark_is_short,
)


# Comparing ----------------------------------------------------------------------------


def _same_form(facts: PrescriptionFacts, product: NationalProduct) -> bool | None:
    """Whether both have the same form; None where one does not say."""
    prescribed, ours = facts.product.form, product.form
    if prescribed is None or ours is None or prescribed.system != ours.system:
        return None
    return prescribed.code == ours.code


def _told_form(facts: PrescriptionFacts) -> str:
    form = facts.product.form
    return "no stated form" if form is None else form.display or form.code


def _same_strength(facts: PrescriptionFacts, product: NationalProduct) -> bool | None:
    """Whether both have the same strength; None where one does not say."""
    told = _told_strength(facts)
    if not told or not product.strength:
        return None
    return plain_strength(told) == plain_strength(product.strength)


def _told_strength(facts: PrescriptionFacts) -> str:
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


def _content(facts: PrescriptionFacts) -> Amount | None:
    """Return how much is in a package as sold; inner packages are multiplied out."""
    if not facts.product.content:
        return None
    value, unit = facts.product.content[0]
    for number, counted in facts.product.content[1:]:
        if _unit(counted) != "1":
            return None
        value *= number
    return Amount(value, _unit(unit))


def _total(content: Amount | None, packages: int) -> Amount | None:
    return content and Amount(content.value * Decimal(packages), _unit(content.unit))


def _unit(unit: str) -> str:
    """Return a unit as it is compared: pieces of any name are pieces."""
    return "1" if unit.startswith("{") else unit.casefold()


def _plain_name(name: str) -> str:
    return " ".join(name.split()).casefold()
