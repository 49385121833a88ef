"""The prescriptions of one patient that a list tells, and why the others stay here.

Spec: eHDSI OrderService::List; event codes open and closed (XDW) / IHE ITI TF-3
§4.2.3.2.8.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ncp.country_a.prescriptions.crossing import (
    Circumstances,
    CrossingPolicy,
    Verdict,
    judge,
)
from ncp.country_a.prescriptions.keys import KeyNeeded
from ncp.national.ports import PatientRecord
from ncp.national.prescriptions import Prescription, PrescriptionSource


def _nobody_holds(_identifier: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Judged:
    """A prescription and what the rules say of it now."""

    prescription: Prescription
    verdict: Verdict

    @property
    def is_listed(self) -> bool:
        """Whether a list tells of it: as open, or as closed."""
        return self.verdict.crosses or self.verdict.is_listed_closed


@dataclass(frozen=True, slots=True)
class OfferedPrescriptions:
    """What country A offers of its prescriptions.

    Attributes
    ----------
    is_held
        Whether a dispensation from abroad is being done on a prescription, or stands.
    key_needed
        What a TRC assertion must tell of a prescription before any is listed.
    as_pdf
        Whether each is offered as PDF too: the national one, else one set from its
        text.
    """

    source: PrescriptionSource
    policy: CrossingPolicy = field(default_factory=CrossingPolicy)
    is_held: Callable[[str], bool] = _nobody_holds
    key_needed: KeyNeeded = KeyNeeded.NOTHING
    as_pdf: bool = True

    def judged(
        self,
        patient: PatientRecord,
        moment: datetime,
        *,
        has_consent: bool | None = None,
    ) -> Sequence[Judged]:
        """Judge every prescription of a patient, newest first."""
        return [
            Judged(
                each,
                judge(
                    each,
                    Circumstances(
                        moment,
                        self.policy,
                        self.is_held(each.identifier),
                        has_consent,
                    ),
                ),
            )
            for each in self.source.prescriptions(patient)
        ]


def why_left_out(judged: Sequence[Judged]) -> str:
    """Say for the record how many stay here, and by which rules; no patient data."""
    left_out = [each for each in judged if not each.is_listed]
    if not left_out:
        return ""
    rules = Counter(
        broken.rule.value for each in left_out for broken in each.verdict.broken
    )
    told = ", ".join(f"{rule} {number}" for rule, number in sorted(rules.items()))
    return f"Of {len(judged)} prescriptions {len(left_out)} are not listed: {told}."
