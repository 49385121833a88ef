"""What is checked before a product is handed over on a foreign prescription.

Each rule is a row: it looks at the prescription and the order and says nothing, or what
is wrong, where, and what to do. Countries name products by lists of their own, so two
products are compared by substance (ATC), form, strength and content; what cannot be
compared is said and left to the pharmacist.

Spec: sheet 09 §5.3 P8 (substitution, packages, total) / sheet 03b §1 (only N forbids a
substitution) / eHDSI CP on dispensation errors (sheet 01 §5.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ncp.country_b.dispensing.case import Case, Rule, note, stop
from ncp.country_b.dispensing.product_checks import PRODUCT_RULES
from ncp.country_b.dispensing.values import (
    Finding,
    Severity,
)
from transformations.eprescription.facts import PrescriptionFacts
from trust.assertions import Permission

LONGEST_REMARK: Final = 500


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


# The rules ----------------------------------------------------------------------------


def _of_prescription(
    facts: PrescriptionFacts, *, names_patient: bool
) -> Iterator[Finding]:
    if not facts.is_active:
        yield stop(
            "prescription-not-active",
            "prescription.status",
            "The prescription is not active: it may not be dispensed any more.",
            "List the prescriptions again.",
        )
    if not names_patient:
        yield stop(
            "patient-differs",
            "prescription.patient",
            "The prescription does not bear the identifier of this patient.",
            "Make sure whose it is; do not dispense on it.",
        )
    if facts.packages is None:
        yield note(
            "packages-not-stated",
            "prescription.packages",
            "The prescription does not say how many packages were prescribed.",
            "Read the document, and ask the prescriber where it is not clear.",
        )
    yield from _of_narrative(facts)


def _of_narrative(facts: PrescriptionFacts) -> Iterator[Finding]:
    if facts.remarks:
        yield note(
            "pharmacist-instructed",
            "prescription.remarks",
            f"The prescriber tells the pharmacist: {facts.remarks}",
        )


def _prescription_may_be_dispensed(case: Case) -> Iterator[Finding]:
    yield from _of_prescription(case.facts, names_patient=case.names_patient)


def _pharmacist_may_dispense(case: Case) -> Iterator[Finding]:
    needed = Permission.MEDICATION_ADMINISTRATION_RECORD
    if needed not in case.professional.permissions:
        yield stop(
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
    yield stop(
        "dispensed-before",
        "prescription",
        "This prescription is, or may be, dispensed already in this country.",
        "Look at its dispensation: resolve it where its state is unknown, discard it "
        "where it was a mistake.",
    )


def _moment_is_now(case: Case) -> Iterator[Finding]:
    moment = case.wish.handed_over
    if moment is None:
        return
    if moment > case.now or moment < case.now - case.policy.back_dating:
        hours = int(case.policy.back_dating.total_seconds() // 3600)
        yield stop(
            "moment-unlikely",
            "order.handedOver",
            f"The moment is in the future, or more than {hours} hours ago.",
            "Say when the product was handed over, or leave it out for now.",
        )


def _remark_is_short(case: Case) -> Iterator[Finding]:
    if len(case.wish.remark) > LONGEST_REMARK:
        yield stop(
            "remark-too-long",
            "order.remark",
            f"The remark has more than {LONGEST_REMARK} characters.",
            "Say it shorter.",
        )


_RULES: Final[tuple[Rule, ...]] = (
    _prescription_may_be_dispensed,
    _pharmacist_may_dispense,
    _nobody_dispensed_it,
    *PRODUCT_RULES,
    _moment_is_now,
    _remark_is_short,
)
