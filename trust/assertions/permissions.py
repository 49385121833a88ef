"""May this professional do this? The permissions country B asserted decide.

Spec: eHDSI SAML profile, HL7 permissions per service (all of a row are needed).
Seen: OpenNCP 9 DefaultPolicyManagerImpl. Role based limits were dropped with CP-046.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from trust.assertions.codes import Permission
from trust.assertions.model import HcpAssertion
from trust.decision import Reason, TrustDecision, accept, deny

_SUBJECT: Final = "permission"


class Operation(StrEnum):
    """What a professional asks for."""

    IDENTIFY = "identify"
    PATIENT_SUMMARY = "patient-summary"
    EPRESCRIPTION = "eprescription"
    ORIGINAL_DOCUMENT = "original-document"
    DISPENSE = "dispense"
    DISCARD = "discard"


_HISTORY: Final = frozenset(
    {
        Permission.REVIEW_MEDICAL_HISTORY,
        Permission.REVIEW_VITAL_SIGNS,
        Permission.REVIEW_MEDICATIONS,
        Permission.REVIEW_PROBLEMS,
    }
)
_ADMINISTRATION: Final = frozenset({Permission.MEDICATION_ADMINISTRATION_RECORD})

NEEDED_PERMISSIONS: Final = {
    Operation.IDENTIFY: frozenset({Permission.PATIENT_IDENTIFICATION}),
    Operation.PATIENT_SUMMARY: _HISTORY,
    Operation.EPRESCRIPTION: frozenset(
        {Permission.REVIEW_EXISTING_ORDERS, Permission.REVIEW_MEDICATIONS}
    ),
    Operation.ORIGINAL_DOCUMENT: _HISTORY,
    Operation.DISPENSE: _ADMINISTRATION,
    Operation.DISCARD: _ADMINISTRATION,
}


def decide_permission(
    hcp: HcpAssertion, operation: Operation, now: datetime
) -> TrustDecision:
    """Decide whether the professional holds every permission the operation needs."""
    needed = NEEDED_PERMISSIONS[operation]
    missing = sorted(needed.difference(hcp.permissions))
    if missing:
        return deny(
            _SUBJECT,
            Reason.PERMISSION_MISSING,
            f"{operation} needs {', '.join(missing)}, which the HCP assertion lacks",
            now,
        )
    if operation is Operation.DISCARD and hcp.organization_id is None:
        return deny(
            _SUBJECT,
            Reason.ASSERTION_FIELD_MISSING,
            "discard needs the organization-id attribute, which the HCP assertion "
            "lacks",
            now,
        )
    return accept(
        _SUBJECT,
        f"the HCP assertion permits {operation}",
        now,
        (f"holds {', '.join(sorted(needed))}",),
    )
