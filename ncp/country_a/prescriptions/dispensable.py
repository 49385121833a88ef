"""Whether a prescription may be dispensed as a document from abroad says.

Spec: eHDSI eDispensation; codes 4105, 4106, ERROR_ED_NOT_DISPENSABLE_EPRESCRIPTION
and ERROR_ED_SUBSTITUTION_INFORMATION_NOT_ALLOWED.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ncp.country_a.dispensing.ports import Objection
from ncp.country_a.prescriptions.crossing import (
    Circumstances,
    CrossingPolicy,
    Rule,
    judge,
)
from ncp.errors import Refusal
from ncp.national.prescriptions import Prescription
from transformations.edispensation import DispensationFacts


@dataclass(frozen=True, slots=True)
class DispensabilityJudge:
    """Judges by the same table as the list, and by what the document says."""

    policy: CrossingPolicy = field(default_factory=CrossingPolicy)

    def __call__(
        self,
        prescription: Prescription | None,
        facts: DispensationFacts,
        moment: datetime,
    ) -> Objection | None:
        """Return what stands against it, or None."""
        if prescription is None:
            return Objection(
                Refusal.PRESCRIPTION_UNKNOWN, "the patient has no such prescription"
            )
        return self._of_rules(prescription, moment) or _of_document(prescription, facts)

    def _of_rules(
        self, prescription: Prescription, moment: datetime
    ) -> Objection | None:
        verdict = judge(prescription, Circumstances(moment, self.policy))
        if verdict.crosses:
            return None
        is_done = verdict.broken[0].rule is Rule.DISPENSED
        return Objection(
            Refusal.PRESCRIPTION_DISPENSED
            if is_done
            else Refusal.PRESCRIPTION_NOT_DISPENSABLE,
            verdict.sentence,
        )


def _of_document(
    prescription: Prescription, facts: DispensationFacts
) -> Objection | None:
    if facts.is_substituted and prescription.may_substitute is False:
        return Objection(
            Refusal.SUBSTITUTION_FORBIDDEN, "the prescriber forbids a substitution"
        )
    if _is_more_than_prescribed(prescription, facts):
        return Objection(
            Refusal.PRESCRIPTION_NOT_DISPENSABLE,
            "more packages of the very product were dispensed than prescribed",
        )
    return None


def _is_more_than_prescribed(
    prescription: Prescription, facts: DispensationFacts
) -> bool:
    """Count packages only where they are of the product that was prescribed.

    Of another product, or of another size, more packages may hold the same amount.
    """
    if prescription.packages is None or facts.packages <= prescription.packages:
        return False
    given = {
        (code.system, code.code)
        for code in (facts.dispensed.code, facts.dispensed.package)
        if code is not None
    }
    return any((each.system, each.code) in given for each in prescription.product.codes)
