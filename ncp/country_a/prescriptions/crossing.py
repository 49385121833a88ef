"""Which prescriptions may cross the border: a table of rules, each with its reason.

A rule that a prescription breaks keeps it here. Rules of this country's own making can
be switched off in the settings; those that say what a prescription is cannot.

Spec: sheet of eP rules: an item that is not dispensable is not listed; Denmark leaves
out what the European document cannot express (narcotics, repeats, partially dispensed,
compounded, locked).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ncp.national.prescriptions import Prescription, PrescriptionStatus


class Rule(StrEnum):
    """The rules, by the names that settings and records use."""

    CONSENT = "consent"
    STATUS = "status"
    LOCKED = "locked"
    DISPENSED = "dispensed"
    PARTIALLY_DISPENSED = "partially-dispensed"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    REPEATS = "repeats"
    NARCOTIC = "narcotic"
    COMPOUNDED = "compounded"
    AMOUNT = "amount"
    UNMAPPED_PRODUCT = "unmapped-product"


NARCOTIC_ATC: Final = ("N01AH", "N02A", "N06BA", "N07BC")
"""Opioids, psychostimulants, and what opioid dependence is treated with (WHO ATC)."""


@dataclass(frozen=True, slots=True)
class CrossingPolicy:
    """What this country says about its prescriptions abroad.

    Attributes
    ----------
    permitted
        Rules that are switched off.
    narcotic_atc
        Beginnings of ATC codes that need a special form.
    closed_for
        How long after it was written a dispensed prescription is still listed, as
        closed; none are where it is zero.
    releases_amounts
        Whether an amount of a medicine without a package is told as one package.
    """

    permitted: Collection[Rule] = frozenset()
    narcotic_atc: tuple[str, ...] = NARCOTIC_ATC
    closed_for: timedelta = timedelta(days=30)
    releases_amounts: bool = False


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known around a prescription at a moment.

    Attributes
    ----------
    is_held
        Whether a dispensation of it from abroad is being done, or stands.
    has_consent
        None where it was not asked here.
    """

    moment: datetime
    policy: CrossingPolicy = field(default_factory=CrossingPolicy)
    is_held: bool = False
    has_consent: bool | None = None


Breaks = Callable[[Prescription, Circumstances], bool]


@dataclass(frozen=True, slots=True)
class CrossingRule:
    """One row: when it keeps a prescription here, why, and who says so.

    Attributes
    ----------
    setting
        By which setting it is changed; None where it always holds.
    """

    rule: Rule
    is_broken: Breaks
    reason: str
    source: str
    setting: str | None = None


def _is_locked(prescription: Prescription, around: Circumstances) -> bool:
    # One that was dispensed is held too; that is told by its own rule.
    is_held = around.is_held and not _is_dispensed(prescription, around)
    return prescription.status is PrescriptionStatus.ON_HOLD or is_held


def _has_wrong_status(prescription: Prescription, _: Circumstances) -> bool:
    # Completed and locked have rules of their own.
    return prescription.status not in {
        PrescriptionStatus.ACTIVE,
        PrescriptionStatus.COMPLETED,
        PrescriptionStatus.ON_HOLD,
    }


def _is_dispensed(prescription: Prescription, _: Circumstances) -> bool:
    is_used_up = prescription.dispensed > prescription.repeats
    return prescription.status is PrescriptionStatus.COMPLETED or is_used_up


def _is_partially_dispensed(prescription: Prescription, _: Circumstances) -> bool:
    return 0 < prescription.dispensed <= prescription.repeats


def _is_early(prescription: Prescription, around: Circumstances) -> bool:
    begins = prescription.valid_from
    return begins is not None and around.moment < begins


def _is_late(prescription: Prescription, around: Circumstances) -> bool:
    ends = prescription.valid_until
    return ends is not None and around.moment > ends


def _is_narcotic(prescription: Prescription, around: Circumstances) -> bool:
    atc = prescription.product.atc
    return atc is not None and atc.code.upper().startswith(around.policy.narcotic_atc)


def _is_uncountable(prescription: Prescription, around: Circumstances) -> bool:
    is_released = prescription.is_releasable and around.policy.releases_amounts
    return prescription.packages is None and not is_released


def _is_unmapped(prescription: Prescription, _: Circumstances) -> bool:
    product = prescription.product
    return not (product.codes or product.atc or product.is_compounded)


CROSSING: Final = (
    CrossingRule(
        Rule.CONSENT,
        lambda _, around: around.has_consent is False,
        "the patient has not agreed that this country sees prescriptions",
        "Directive 2011/24/EU; the national register of consents",
    ),
    CrossingRule(
        Rule.STATUS,
        _has_wrong_status,
        "it is a draft, was cancelled or stopped, or its status is not known",
        "eHDSI ePrescription: only what can be dispensed is exchanged",
    ),
    CrossingRule(
        Rule.LOCKED,
        _is_locked,
        "it is on hold, or is being dispensed at this moment",
        "Seen: Denmark's national connector locks while it dispenses",
    ),
    CrossingRule(
        Rule.DISPENSED,
        _is_dispensed,
        "it was dispensed",
        "eHDSI event code list: closed",
        "prescriptions.closed_days",
    ),
    CrossingRule(
        Rule.PARTIALLY_DISPENSED,
        _is_partially_dispensed,
        "a part of it was dispensed, and no document can say what is left",
        "eHDSI eDispensation has no sign for a part; Denmark leaves it out",
        "prescriptions.permitted",
    ),
    CrossingRule(
        Rule.NOT_YET_VALID,
        _is_early,
        "it is not valid yet",
        "HL7 Europe MPD dispenseRequest.validityPeriod",
    ),
    CrossingRule(
        Rule.EXPIRED,
        _is_late,
        "it is no longer valid",
        "HL7 Europe MPD dispenseRequest.validityPeriod",
    ),
    CrossingRule(
        Rule.REPEATS,
        lambda prescription, _: prescription.repeats > 0,
        "it may be dispensed several times, and no document can say how often still",
        "eHDSI ePrescription has no repeatNumber; Denmark leaves it out",
        "prescriptions.permitted",
    ),
    CrossingRule(
        Rule.NARCOTIC,
        _is_narcotic,
        "it is for a narcotic, which needs this country's own form",
        "Luxembourg: law of 19 February 1973; Schengen certificate, article 75",
        "prescriptions.permitted, prescriptions.narcotic_atc",
    ),
    CrossingRule(
        Rule.COMPOUNDED,
        lambda prescription, _: prescription.product.is_compounded,
        "a pharmacy is to make it, and no product stands for it",
        "Directive 2012/52/EU names products; Denmark leaves it out",
        "prescriptions.permitted",
    ),
    CrossingRule(
        Rule.AMOUNT,
        _is_uncountable,
        "its amount is no whole number of packages, and no document can tell it",
        "eHDSI ePrescription EH.3.2 (packages)",
        "prescriptions.releases_amounts",
    ),
    CrossingRule(
        Rule.UNMAPPED_PRODUCT,
        _is_unmapped,
        "its product has neither a code nor an ATC class by which it could be told",
        "eHDSI ePrescription EH.3.30 (code, ATC)",
        "prescriptions.permitted",
    ),
)
"""Every rule; a prescription crosses that breaks none."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say of a prescription; ``broken`` in the order of the table."""

    broken: tuple[CrossingRule, ...]
    is_listed_closed: bool = False

    @property
    def crosses(self) -> bool:
        """Whether it may be dispensed abroad now."""
        return not self.broken

    @property
    def sentence(self) -> str:
        """The reasons, for the record; no patient data."""
        return "; ".join(f"{each.rule}: {each.reason}" for each in self.broken)


def judge(prescription: Prescription, around: Circumstances) -> Verdict:
    """Say whether a prescription may cross, and what keeps it here."""
    broken = tuple(
        each
        for each in CROSSING
        if each.is_broken(prescription, around)
        and not (each.rule in around.policy.permitted and is_switched(each))
    )
    return Verdict(broken, _is_listed_closed(prescription, around, broken))


def is_switched(rule: CrossingRule) -> bool:
    """Whether the settings may switch a rule off."""
    return rule.setting is not None and "prescriptions.permitted" in rule.setting


def _is_listed_closed(
    prescription: Prescription, around: Circumstances, broken: tuple[CrossingRule, ...]
) -> bool:
    """Whether it is shown all the same, as one that was dispensed."""
    if [each.rule for each in broken] != [Rule.DISPENSED]:
        return False
    return around.moment - prescription.authored <= around.policy.closed_for
