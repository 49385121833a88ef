"""What is judged before a product is handed over, and what a rule may say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeAlias

from ncp.country_b.dispensing.values import (
    DispenseWish,
    DispensingPolicy,
    Finding,
    Severity,
)
from ncp.national.products import NationalProduct
from transformations.eprescription.facts import PrescriptionFacts
from trust.assertions import HealthProfessional

stop = partial(Finding, Severity.STOP)
confirm = partial(Finding, Severity.CONFIRM)
note = partial(Finding, Severity.NOTE)


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
